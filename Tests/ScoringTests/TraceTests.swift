import Basics
import Foundation
import Readings
import Scoring
import Testing

/// What sbc-bench saw on real boards, row by row: the clock cpufreq shows, the real one, and the temperature.
private struct Trace {
  struct Row: CustomTestStringConvertible {
    var time: String
    var shown: Int
    var real: Int
    var celsius: Double

    var testDescription: String { "\(time) \(shown)/\(real) MHz \(celsius) °C" }
  }

  var rows: [Row] = []

  init(_ name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/traces/\(name).txt")
    // 18:00:11: 1200/ 980MHz  3.48  85%   0%  84%   0%   0%   0%  81.7°C  1.3188V
    let row = try Regex(#"^(\d\d:\d\d:\d\d):\s*(\d+)/\s*(\d+)MHz .* ([\d.]+)°C"#)
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      guard let match = try row.firstMatch(in: line) else { continue }
      func text(_ index: Int) -> String { String(match.output[index].substring ?? "") }
      rows.append(
        Row(
          time: text(1), shown: Int(text(2)) ?? 0, real: Int(text(3)) ?? 0, celsius: Double(text(4)) ?? 0))
    }
  }
}

extension Snapshot {
  /// A Raspberry Pi 3 of that model at one row, idle so that only what the row says differs.
  fileprivate static func board(
    _ compatible: String, at row: Trace.Row, real: Int? = nil, flags: UInt32? = nil, alarm: Bool? = nil
  ) -> Snapshot {
    var snapshot = Snapshot.idlePi3
    snapshot.board.compatible = .now([compatible, "brcm,bcm2837"])
    let shown = Reading.now(row.shown * 1000)
    snapshot.processors.policies[0].maximum = shown
    snapshot.processors.policies[0].limit = shown
    snapshot.processors.policies[0].current = shown
    snapshot.thermal.zones[0].temperature = .now(Int(row.celsius * 1000))
    snapshot.network.interfaces[1].speed = .now(1000)
    let blind = Absence(path: "/dev/vcio_gencmd", reason: .noFile)
    snapshot.firmware = Firmware(
      undervoltage: alarm.map { .now($0) } ?? .absent(blind),
      throttle: flags.map { .now(ThrottleFlags(rawValue: $0)) } ?? .absent(blind),
      clock: real.map { .now($0 * 1000) } ?? .absent(blind))
    return snapshot
  }
}

private func score(_ snapshot: Snapshot) throws -> Score {
  Score(of: snapshot, profile: try Profiles().match(snapshot.board).profile)
}

@Suite struct TraceTests {
  /// 4hOp: 62 to 84.9 °C, and 1200 to 657 MHz that cpufreq does not show.
  @Test func aRaspberryPi3BThatHeatsUpScoresByItsRealClock() throws {
    let rows = try Trace("4hOp").rows
    #expect(rows.count > 50)
    let cool = try score(.board("raspberrypi,3-model-b", at: rows[0], real: 1200, flags: 0))
    #expect((cool.value - 100).magnitude < 0.01)
    var least = 100.0
    for row in rows {
      // The trace ends with 0x20002: the cap has occurred, and is there while the clock is down.
      let flags: UInt32 = row.real < row.shown ? 0x20002 : 0x20000
      let now = try score(.board("raspberrypi,3-model-b", at: row, real: row.real, flags: flags))
      let real = Double(row.real) / 1200
      #expect(now.terms[.clock].value == Double(row.real), "\(row.testDescription)")
      // The clock and, from 60 °C on, a fear of more heat, of at most a fifth.
      #expect((now.value / 100 / now.terms[.heat].effect - real).magnitude < 0.005, "\(row.testDescription)")
      #expect((0.8 * real - 0.001...real + 0.001).contains(now.value / 100), "\(row.testDescription)")
      least = min(least, now.value)
    }
    #expect((40...50).contains(least), "657 of 1200 MHz at 83.8 °C: \(least)")
  }

  /// The same without any word of the firmware: the temperature alone, against the profile's 80 °C.
  @Test func withoutItsFirmwareTheHeatAloneLowersTheScore() throws {
    for row in try Trace("4hOp").rows {
      let now = try score(.board("raspberrypi,3-model-b", at: row)).value / 100
      let real = Double(row.real) / 1200
      if row.celsius < 60 { #expect((now - 1).magnitude < 1e-9, "\(row.testDescription)") }
      // Where it is really slow for heat, the blind guess is within 30 % of the real clock.
      if row.celsius >= 81 { #expect((0.7...1.3).contains(now / real), "\(row.testDescription): \(now)") }
      #expect(now >= 0.43)
    }
  }

  /// 1iH0: 1400 by cpufreq; really 1200 for heat (the soft limit at 60 °C), and 600 whenever the supply is too weak.
  @Test func aRaspberryPi3BPlusOnAWeakSupplyScoresByItsRealClock() throws {
    let rows = try Trace("1iH0").rows
    #expect(rows.filter { $0.real == 600 }.count == 9 && rows.filter { $0.real == 1200 }.count > 30)
    for row in rows {
      let flags: UInt32 = row.real == 600 ? 0x50005 : 0xD0008
      let now = try score(.board("raspberrypi,3-model-b-plus", at: row, real: row.real, flags: flags))
      let full = 1400.0 / 1200 * 100
      #expect(now.profile == "raspberry-pi-3-plus")
      // Weak supply and low clock are one thing and count once.
      let share = now.value / full / now.terms[.heat].effect
      #expect((share - Double(row.real) / 1400).magnitude < 0.005, "\(row.testDescription): \(share)")
    }
  }

  /// The same with hwmon's alarm only (Debian's kernel has none, Raspberry Pi OS's has): the soft limit is told by the
  /// temperature, the weak supply by the alarm.
  @Test func withTheAlarmOnlyAWeakSupplyCostsAboutWhatItReallyDoes() throws {
    for row in try Trace("1iH0").rows {
      let now = try score(.board("raspberrypi,3-model-b-plus", at: row, alarm: row.real == 600))
      #expect(now.terms[.clock].value == 1200, "\(row.testDescription)")
      let share = now.value / (1400.0 / 1200 * 100) / now.terms[.heat].effect
      let real = Double(row.real) / 1400
      // 7-zip fell from 3240 to 2100 MIPS over both states: 0.65; the row's own 600 MHz are less.
      if row.real == 600 {
        #expect((1.0...1.35).contains(share / real), "\(row.testDescription): \(share)")
      } else {
        #expect((share - real).magnitude < 0.005, "\(row.testDescription): \(share)")
      }
    }
  }

  @Test func anIdleBoardsSlowClockIsNotTakenForThrottling() throws {
    let row = Trace.Row(time: "", shown: 1200, real: 600, celsius: 50)
    var snapshot = Snapshot.board("raspberrypi,3-model-b", at: row, real: 600, flags: 0xF0000)
    snapshot.processors.policies[0].current = .now(600_000)
    #expect(try (score(snapshot).value - 100).magnitude < 0.01)
    // Throttled and idle: not known to be as slow as the governor made it.
    snapshot.firmware.throttle = .now(ThrottleFlags(rawValue: 0x2))
    let idle = try score(snapshot)
    #expect(idle.terms[.clock].value == 1200 * 0.55)
    #expect(idle.terms[.throttling].text == "slowed, as the clock shows")
  }
}
