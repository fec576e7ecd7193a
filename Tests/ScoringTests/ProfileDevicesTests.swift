import Readings
import Testing
import Wire

@testable import Basics
@testable import Scoring

private func parse(_ text: String) throws(ConfError) -> Profile {
  try Profile.parse(Array(("[board]\nname = a\n" + text).utf8), name: "x", file: "x.conf")
}

private func refusal(_ text: String) -> String? {
  do {
    _ = try parse(text)
    return nil
  } catch {
    return error.message
  }
}

@Suite struct ProfileDevicesTests {
  @Test func aProfileWithoutDevicesHasNone() throws {
    let profile = try parse("")
    #expect(profile.light == .init() && profile.buses == .init() && profile.sensors.isEmpty)
    #expect(!profile.buses.allow("bcm2835 (i2c@7e804000)"))
    #expect(profile.heat.critical == nil && profile.processor.hasCrypto == nil)
  }

  @Test func aLightIsALineOrLedsInOrder() throws {
    #expect(
      try parse("[light]\nline = GPIO17\nled = ACT, led0\nled = ,PWR\n").light
        == .init(line: "GPIO17", leds: ["ACT", "led0", "PWR"]))
    #expect(try parse("[light]\nline =\nled =\n").light == .init())
  }

  @Test func onlyBusesThatAreAllowedAndNotForbiddenMayBeTouched() throws {
    let buses = try parse(
      "[i2c]\nallow = i2c@7e804000\nallow = SMBus stub\nforbid = i2c@7e205000, i2c@7e804000 x"
    )
    .buses
    #expect(buses.allow("bcm2835 (i2c@7e804000)"))
    #expect(buses.allow("SMBus stub driver"))
    #expect(!buses.allow("bcm2835 (i2c@7e205000)"))
    #expect(!buses.allow("bcm2835 (i2c@7e805000)"))
    #expect(!buses.allow("i2c@7e804000 x"), "forbidden wins")
    #expect(!buses.allow(""))
  }

  @Test func aSensorHasItsBusItsAddressAndItsOptions() throws {
    let sensors = try parse(
      "[sensors]\nchip = ina219 i2c@7e804000 0x40 shunt=100 of=supply\nchip = ds3231\ti2c@7e804000  0x68\n"
    ).sensors
    #expect(
      sensors == [
        .init(
          type: "ina219", adapter: "i2c@7e804000", address: 0x40,
          options: [.init(name: "shunt", value: "100"), .init(name: "of", value: "supply")]),
        .init(type: "ds3231", adapter: "i2c@7e804000", address: 0x68),
      ])
  }

  @Test(arguments: [
    "ina219", "ina219 i2c@7e804000", "ina219 i2c@7e804000 40", "ina219 i2c@7e804000 0x07",
    "ina219 i2c@7e804000 0x78",
    "ina219 i2c@7e804000 0x", "ina219 i2c@7e804000 0x40 shunt", "ina219 i2c@7e804000 0x40 shunt=",
    "ina219 i2c@7e804000 0x40 =1", "", "a b 0x40 1=1 2=2 3=3 4=4 5=5 6=6 7=7 8=8 9=9",
    "a b 0xfffffffffffffffffffff", "a b 0x-8",
  ])
  func aSensorThatIsNotUnderstoodIsRefused(_ value: String) {
    #expect(
      refusal("[sensors]\nchip = \(value)")
        == "x.conf:4: chip = \(value); expected a chip, a bus, an address and options, as ina219 i2c@7e804000 "
        + "0x40 shunt=100")
  }

  @Test(arguments: [
    (
      "[processor]\ncapacity = 0xd03 0",
      "capacity = 0xd03 0; expected a CPU part and its share of the fastest core's 1024, as 0xd03 462"
    ),
    (
      "[processor]\ncapacity = 0xd03 1025",
      "capacity = 0xd03 1025; expected a CPU part and its share of the fastest core's 1024, as 0xd03 462"
    ),
    ("[processor]\ncrypto = maybe", "crypto = maybe; expected yes or no"),
    ("[thermal]\ncritical = 80", "critical = 80; expected a temperature above that of throttling"),
    ("[light]\ngpio = 1", "unknown key 'gpio' in [light]; known: line, led"),
  ])
  func aWrongValueIsRefusedWithItsPlace(_ text: String, _ message: String) {
    #expect(refusal(text) == "x.conf:4: " + message)
  }
}
