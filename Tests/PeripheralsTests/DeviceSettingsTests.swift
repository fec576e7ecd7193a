import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Peripherals

struct DeviceSettingsTests {
  private func settings(_ text: String) throws -> DeviceSettings {
    let rules = Conf.Rules(repeatable: DeviceSettings.repeatable)
    let conf = try Conf.parse(Array(text.utf8), file: "hearth.conf", rules: rules)
    try conf.refuseUnknown(ConfShape(DeviceSettings.shape))
    return try DeviceSettings(conf)
  }

  @Test func everyKeyIsTaken() throws {
    let settings = try settings(
      """
      [light]
      line = STATUS
      active = low
      bias = off
      [fan]
      line = pinctrl-bcm2835:17
      active = low
      bias = pull-down
      on = 70
      off = 60
      minimum-on = 1 min
      minimum-off = 5 s
      [button]
      line = GPIO5
      active = high
      bias = pull-down
      hold = 2 s
      [sensors]
      chip = lm75 i2c@1 0x48
      chip = ina219 i2c@1 0x40 shunt=100
      forbid = i2c@2, i2c@3
      """)
    #expect(settings.light == .init(name: .name("STATUS"), isActiveLow: true, bias: .off))
    #expect(
      settings.fan
        == .init(name: .place(label: "pinctrl-bcm2835", offset: 17), isActiveLow: true, bias: .down))
    #expect(settings.fanControl.on == 70 && settings.fanControl.off == 60)
    #expect(settings.fanControl.minimumOn == .seconds(60) && settings.fanControl.minimumOff == .seconds(5))
    #expect(settings.button == .init(name: .name("GPIO5"), isActiveLow: false, bias: .down))
    #expect(settings.hold == .seconds(2))
    #expect(settings.sensors.map { $0.address } == [0x48, 0x40])
    #expect(settings.forbidden == ["i2c@2", "i2c@3"])
  }

  @Test func aButtonIsToGroundUnlessSomebodySaysOtherwise() throws {
    #expect(
      try settings("[button]\nline = B\n").button == .init(name: .name("B"), isActiveLow: true, bias: .up))
  }

  @Test(arguments: [
    ("[light]\nline = :3\n", 2), ("[light]\nactive = up\n[fan]\n", 0),
    ("[light]\nline = A\nactive = up\n", 3),
    ("[light]\nled = ../x\n", 2), ("[fan]\nline = A\nbias = strong\n", 3), ("[fan]\non = 50\noff = 50\n", 3),
    ("[fan]\non = hot\n", 2), ("[fan]\nminimum-off = 61 s\n", 2), ("[button]\nhold = 0.5\n", 2),
    ("[sensors]\nchip = lm75 i2c@1 0x48\nchip = lm75\n", 3), ("[sensors]\nchip = lm75 i2c@1 0x50\n", 2),
    ("[sensors]\n\nchip = ina219 i2c@1 0x40\n", 3),
  ])
  func anErrorNamesTheLine(text: String, line: Int) throws {
    if line == 0 {
      // What belongs to no line is not looked at.
      _ = try settings(text)
      return
    }
    #expect {
      _ = try settings(text)
    } throws: {
      ($0 as? ConfError)?.line == line
    }
  }

  private func profile(_ text: String) throws -> Profile {
    let base = "[board]\nname = x\ncompatible = x\n[build]\ndebian-architecture = arm64\ncpu = cortex-a53\n"
    let addition = Profiles.Addition(name: "raspberry-pi-3", file: "p", text: Array((base + text).utf8))
    return try #require(try Profiles(additions: [addition]).all.first { $0.name == "raspberry-pi-3" })
  }

  @Test func theProfileSpeaksWhereTheOwnerDoesNot() throws {
    let profile = try profile(
      "[light]\nline = ACT\nled = led0\n[i2c]\nallow = i2c@1\nforbid = i2c@9\n[sensors]\nchip = ds3231 i2c@1 0x68\n"
    )
    let all = try settings("").completed(by: profile)
    #expect(
      all.light?.name == .name("ACT") && all.leds == ["led0"] && all.sensors.map { $0.address } == [0x68])
    let buses = all.buses(with: profile)
    #expect(buses.allow("x (i2c@1)") && !buses.allow("x (i2c@9)"))
  }

  @Test func theOwnersWordsWinOverTheProfile() throws {
    let profile = try profile(
      "[light]\nled = ACT\n[i2c]\nforbid = i2c@9\n[sensors]\nchip = lm75 i2c@1 0x48\n")
    #expect(try settings("[light]\nled = none\n").completed(by: profile).leds.isEmpty)
    #expect(try settings("[light]\nline = none\n").completed(by: profile).leds.isEmpty)
    #expect(try settings("[light]\nline = L\n").completed(by: profile).leds.isEmpty)
    let own = try settings("[sensors]\nchip = tmp102 i2c@1 0x48\nchip = lm75 i2c@9 0x49\n")
    let all = own.completed(by: profile)
    #expect(all.sensors.map { $0.chip.type } == ["tmp102", "lm75"], "one chip at an address")
    #expect(!all.buses(with: profile).allow("x (i2c@9)"), "what the profile forbids stays so")
  }
}
