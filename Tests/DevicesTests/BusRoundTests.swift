import CLinux
import Devices
import Foundation
import Peripherals
import Readings
import Scoring
import TestSupport
import Testing
import Wire

@testable import Basics
@testable import Platform

/// The reader of a bus, with files in the place of buses: what is read of real ones, Tests/lab/checks/devices-chips shows.
@Suite struct BusRoundTests {
  private let folder: TemporaryFolder
  private let adapter = Adapter(number: 7, name: "a bus")

  init() throws {
    folder = try TemporaryFolder()
  }

  // fcntl(2): commands that need _GNU_SOURCE.
  private static let setSignal: Int32 = 10
  private static let setLease: Int32 = 1024

  private func plan(_ chips: Int) throws -> SensorPlan {
    let table = try ChipTable.builtIn()
    let specs = try (0..<chips).map { index in
      try SensorSpec(Profile.Sensor(type: "lm75", adapter: "a bus", address: 0x48 + index), table: table)
    }
    return SensorPlan(specs, buses: .init(allowed: ["a bus"]), folder: folder.path, at: Clock.now())
  }

  /// Reads one round, and counts how often the loop goes round meanwhile.
  private func read(_ plan: inout SensorPlan, seconds: Int) throws -> (rounds: Int, ended: Bool, took: Double)
  {
    let loop = try EventLoop()
    let round = try #require(plan.rounds([adapter], hwmon: Hwmon(), at: Clock.now()).first)
    let reader = try BusRound(round, loop: loop)
    var bytes: [UInt8]?
    var ended = false
    var rounds = 0
    let begun = Clock.now()
    var took = 0.0
    reader.onAnswer = {
      bytes = $0
      took = (Clock.now() - begun).seconds
    }
    reader.onEnd = {
      ended = true
      loop.stop()
    }
    func beat() {
      rounds += 1
      reader.checkDeadlines(at: Clock.now())
      loop.after(.milliseconds(20), beat)
    }
    beat()
    loop.after(.seconds(seconds)) { loop.stop() }
    loop.run()
    plan.finish(round, bytes ?? [], at: Clock.now())
    return (rounds, ended, took)
  }

  @Test func aFileThatIsNoBusIsAReasonAndNoValue() throws {
    _ = try folder.write("", to: "i2c-7")
    var plan = try plan(2)
    let result = try read(&plan, seconds: 5)
    #expect(result.ended && result.took < 1)
    for chip in plan.sensors.chips {
      #expect(chip.readings[0].value.absence?.reason == .failed(errno: ENOTTY))
    }
  }

  @Test func aBusThatIsNotThereIsAReason() throws {
    var plan = try plan(1)
    #expect(try read(&plan, seconds: 5).ended)
    #expect(plan.sensors.chips[0].readings[0].value.absence?.reason == .noFile)
  }

  @Test func aStuckBusIsGivenUpAndHoldsUpNothing() throws {
    let path = try folder.write("", to: "i2c-7")
    // Who opens a file with a lease waits for its holder, up to 45 s (fcntl(2), F_SETLEASE).
    let holder = clinux_open(path, O_RDWR | O_CLOEXEC, 0)
    #expect(
      clinux_fcntl(holder, Self.setSignal, Int(SIGWINCH)) == 0
        && clinux_fcntl(holder, Self.setLease, Int(F_WRLCK)) == 0)
    defer { close(holder) }
    var plan = try plan(2)
    let result = try read(&plan, seconds: 10)
    #expect(result.ended, "the reader is gone")
    #expect((1.9...4).contains(result.took), "\(result.took) s")
    // On a busy machine fewer.
    #expect(result.rounds > 30, "the loop went on: \(result.rounds)")
    #expect(plan.sensors.chips[0].readings[0].value.absence?.reason == .failed(errno: ETIMEDOUT))
    #expect(plan.sensors.chips[1].readings[0].value.absence?.reason == .notYet)
  }
}
