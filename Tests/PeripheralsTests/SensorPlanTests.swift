import Glibc
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Peripherals

struct SensorPlanTests {
  private let table: ChipTable
  private static let bus = Adapter(number: 1, name: "bcm2835 (i2c@7e804000)")
  private static let other = Adapter(number: 20, name: "bcm2835 (i2c@7e805000)")

  init() throws {
    table = try ChipTable.builtIn()
  }

  private func at(_ seconds: Int) -> Instant {
    Instant(nanoseconds: 0) + .seconds(seconds)
  }

  private func spec(_ text: String) throws -> SensorSpec {
    let conf = try Conf.parse(Array("[sensors]\nchip = \(text)\n".utf8), file: "t")
    let entry = try #require(conf.section("sensors").entry("chip"))
    return try SensorSpec(try Profile.Sensor(parsing: entry), table: table)
  }

  private func plan(_ texts: [String], forbidden: [String] = []) throws -> SensorPlan {
    let specs = try texts.map { try spec($0) }
    let buses = Profile.Buses(allowed: specs.map { $0.adapter }, forbidden: forbidden)
    return SensorPlan(specs, buses: buses, at: at(0))
  }

  private func bytes(_ numbers: [Int32]) -> [UInt8] {
    numbers.withUnsafeBytes { Array($0) }
  }

  private func reason(_ plan: SensorPlan, _ chip: Int = 0) -> String {
    plan.sensors.chips[chip].readings[0].value.absence?.reason.text ?? "a value"
  }

  @Test func onlyTheNamedChipsAndTheirRegistersAreRead() throws {
    var plan = try plan(["ina226 i2c@7e804000 0x41 shunt=100", "lm75 i2c@7e804000 0x48"])
    let rounds = plan.rounds([Self.bus, Self.other], hwmon: Hwmon(), at: at(0))
    let round = try #require(rounds.first)
    #expect(rounds.count == 1 && round.path == "/dev/i2c-1")
    #expect(round.jobs.map { $0.address } == [0x41, 0x48])
    #expect(round.jobs[0].marks.map { $0.access.register } == [0xfe, 0xff])
    #expect(round.jobs[0].accesses.map { $0.register } == [0x02, 0x01])
    #expect(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(0)).isEmpty, "they are being read")
  }

  @Test func anAnswerBecomesReadingsAndTheProductOfTwo() throws {
    var plan = try plan(["ina226 i2c@7e804000 0x41 shunt=100"])
    let round = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(0)).first)
    plan.finish(round, bytes([0x5449, 0x2261, 0x2580, 0x3E80]), at: at(1))
    let readings = plan.sensors.chips[0].readings
    #expect(readings.map { $0.quantity } == [.voltage, .current, .power])
    #expect(readings.map { $0.value.value ?? -1 } == [12, 0.4, 12 * 0.4])
    #expect(readings[0].value.instant == at(1) && plan.due == at(3))
  }

  @Test func aChipThatIsAnotherIsNotRead() throws {
    var plan = try plan(["ina226 i2c@7e804000 0x41 shunt=100"])
    let round = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(0)).first)
    plan.finish(round, bytes([0x399F, BusJob.unread, BusJob.unread, BusJob.unread]), at: at(0))
    #expect(reason(plan) == "register 0xfe is 0x399f: no ina226")
  }

  @Test func aValueBeyondBeliefCostsOnlyItself() throws {
    var plan = try plan(["ina260 i2c@7e804000 0x40"])
    let round = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(0)).first)
    plan.finish(round, bytes([0x5449, 0x2270, 0xFFFF, 0x0320, 0x04B0]), at: at(0))
    let readings = plan.sensors.chips[0].readings
    #expect(reason(plan) == "81.92 V is not believed")
    #expect(readings[1].value.value == 1 && readings[2].value.value == 12)
  }

  @Test func aMissingChipIsAskedLessAndLessOftenAndCostsNoOther() throws {
    var plan = try plan(["lm75 i2c@7e804000 0x48", "lm75 i2c@7e804000 0x49"])
    var asked: [Int] = []
    for now in 0..<3600 {
      guard let round = plan.rounds([Self.bus], hwmon: Hwmon(), at: at(now)).first else { continue }
      if round.jobs.contains(where: { $0.address == 0x48 }) { asked.append(now) }
      plan.finish(round, bytes(round.jobs.map { $0.address == 0x48 ? -ENXIO : 0x1980 }), at: at(now))
    }
    #expect(reason(plan) == "no answer (No such device or address)")
    #expect(asked == [0, 10, 30, 70, 150, 310, 630, 1230, 1830, 2430, 3030])
    let age = at(3599) - (plan.sensors.chips[1].readings[0].value.instant ?? at(0))
    #expect(age < .seconds(5))
    // It is there again.
    let round = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(3630)).first)
    plan.finish(round, bytes(round.jobs.map { _ in 0x1980 }), at: at(3630))
    #expect(plan.sensors.chips[0].readings[0].value.value == 25.5 && plan.due == at(3635))
  }

  @Test func oneThatHoldsUpTheBusLosesItsReadingAndTheOthersKeepTheirTurn() throws {
    var plan = try plan(["lm75 i2c@7e804000 0x48", "lm75 i2c@7e804000 0x49", "lm75 i2c@7e804000 0x4a"])
    let round = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(0)).first)
    plan.finish(round, bytes([0x1980]) + [1, 2], at: at(2))
    #expect(plan.sensors.chips[0].readings[0].value.value == 25.5)
    #expect(reason(plan, 1) == "Connection timed out")
    #expect(reason(plan, 2) == "not measured yet")
    let next = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(2)).first)
    #expect(next.jobs.map { $0.address } == [0x4a])
  }

  @Test func aBusWhoseReaderDoesNotEndLosesTheOldReadings() throws {
    var plan = try plan(["lm75 i2c@7e804000 0x48", "lm75 i2c@7e804000 0x49"])
    let first = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(0)).first)
    plan.finish(first, bytes([0x1980, 0x1980]), at: at(0))
    let second = try #require(plan.rounds([Self.bus], hwmon: Hwmon(), at: at(5)).first)
    plan.finish(second, [], at: at(7))
    #expect(plan.sensors.chips[1].readings[0].value.value == 25.5)
    #expect(plan.rounds([Self.bus], hwmon: Hwmon(), busy: [1], at: at(9)).isEmpty)
    #expect(plan.rounds([Self.bus], hwmon: Hwmon(), busy: [1], at: at(40)).isEmpty)
    #expect(reason(plan, 1) == "the bus does not answer")
  }

  @Test func aForbiddenBusIsRefusedAndSaysSo() throws {
    var plan = try plan(["lm75 i2c@7e805000 0x48"], forbidden: ["i2c@7e805000"])
    #expect(plan.rounds([Self.bus, Self.other], hwmon: Hwmon(), at: at(0)).isEmpty)
    #expect(reason(plan) == "the profile or the settings forbid the bus bcm2835 (i2c@7e805000)")
    #expect(plan.sensors.chips[0].readings[0].value.absence?.path == "i2c@7e805000 0x48")
  }

  @Test func aBusThatIsNotThereOrNotTheOnlyOneIsNotGuessed() throws {
    var none = try plan(["lm75 i2c@1 0x48"])
    #expect(none.rounds([], hwmon: Hwmon(), at: at(0)).isEmpty)
    #expect(reason(none).hasPrefix("no I2C bus for programs here"))
    var missing = try plan(["lm75 i2c@1 0x48"])
    #expect(missing.rounds([Self.bus], hwmon: Hwmon(), at: at(0)).isEmpty)
    #expect(reason(missing) == "no I2C bus 'i2c@1'; there are: bcm2835 (i2c@7e804000)")
    var several = try plan(["lm75 bcm2835 0x48"])
    #expect(several.rounds([Self.bus, Self.other], hwmon: Hwmon(), at: at(0)).isEmpty)
    #expect(reason(several).hasPrefix("several I2C buses fit"))
  }

  @Test func aChipThatTheKernelHasIsLeftToIt() throws {
    var plan = try plan(["ina219 i2c@7e804000 0x40 shunt=100", "ina219 i2c@7e804000 0x41 shunt=100"])
    let hwmon = Hwmon(chips: [HwmonChip(name: "ina219", device: "1-0040")])
    let round = try #require(plan.rounds([Self.bus], hwmon: hwmon, at: at(0)).first)
    #expect(round.jobs.map { $0.address } == [0x41])
    #expect(reason(plan) == "the kernel's driver has it: see ina219 under Sensors")
  }

  @Test(arguments: [
    ("lm76 i2c 0x48", "no chip 'lm76'"), ("lm75 i2c 0x50", "lm75 at 0x50; it can be at 0x48 to 0x4f"),
    ("ina219 i2c 0x40", "needs shunt="), ("ina219 i2c 0x40 shunt=0", "shunt=0"),
    ("lm75 i2c 0x48 colour=red", "unknown option 'colour'"), ("lm75 i2c 0x48 score=much", "score=much"),
    ("ina260 i2c 0x40 score=supply", "needs low="), ("lm75 i2c 0x48 interval=0.5", "interval=0.5"),
  ])
  func aWrongChipIsRefused(text: String, words: String) {
    #expect {
      _ = try spec(text)
    } throws: {
      ($0 as? LineError)?.text.contains(words) == true
    }
  }

  @Test func aLowerLimitMakesAMonitorSpeakForTheSupply() throws {
    #expect(try spec("ina260 i2c 0x40").meaning == .none)
    #expect(try spec("ina260 i2c 0x40 low=4.65").meaning == .supply)
    #expect(try spec("ina260 i2c 0x40 low=4.65 score=none").meaning == .none)
    #expect(try spec("max17048 i2c 0x36").meaning == .battery)
    #expect(try spec("lm75 i2c 0x48 score=heat name=lid interval=20").meaning == .heat)
  }
}
