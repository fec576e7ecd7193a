import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// Supplies as the kernel's sysfs-class-power tells them, and what is left of those of this machine.
@Suite struct PowerSupplyTests {
  private func state(_ properties: String) -> PowerSupplyState? {
    parsed(properties.split(separator: " ").map { "POWER_SUPPLY_\($0)\n" }.joined()) { parsePowerSupply(&$0) }
  }

  /// A supply as a word for its kind and its properties.
  private func supplies(_ each: [(kind: String, properties: String)]) -> PowerSupplies {
    PowerSupplies(
      supplies: each.enumerated().map { number, supply in
        PowerSupply(
          name: "s\(number)", kind: supplyKind(supply.kind),
          state: state(supply.properties).map { .value($0, at: seconds(0)) } ?? .absent(.notYet))
      })
  }

  @Test(
    arguments: [
      ("CAPACITY=85", 85), ("CAPACITY=0", 0), ("CAPACITY=106", 100), ("CAPACITY=255", nil),
      ("CAPACITY=-1", nil),
      ("CAPACITY=65535 ENERGY_NOW=20000000 ENERGY_FULL=40000000", 50),
      ("ENERGY_NOW=14940000 ENERGY_FULL=21400000", 70), ("CHARGE_NOW=500000 CHARGE_FULL=2000000", 25),
      // One that learns its size anew may hold more than it thinks (linrunner/TLP 406), or tell no size at all.
      ("ENERGY_NOW=58640000 ENERGY_FULL=57750000", 100),
      ("CHARGE_NOW=500000 CHARGE_FULL=0 CHARGE_FULL_DESIGN=1000000", 50),
      ("CHARGE_NOW=500000 CHARGE_FULL=0", nil),
      ("CAPACITY_LEVEL=Critical", 5), ("CAPACITY_LEVEL=Normal", 50), ("CAPACITY_LEVEL=Unknown", nil),
      ("CAPACITY=40 ENERGY_NOW=1 ENERGY_FULL=2 CAPACITY_LEVEL=Full", 40), ("STATUS=Discharging", nil),
    ] as [(String, Int?)])
  func eachFormOfAChargeIsRead(_ properties: String, _ expected: Int?) {
    #expect(state(properties)?.capacity == expected)
  }

  @Test func valuesOutsideTheirRangesAreNone() {
    let wild = state("VOLTAGE_NOW=4294967295000000 CURRENT_NOW=-99999999999 POWER_NOW=9000000000000 ONLINE=2")
    #expect(wild?.voltage == nil && wild?.current == nil && wild?.power == nil)
    #expect(wild?.isOnline == true, "programmable")
    let sane = state("VOLTAGE_NOW=11750000 CURRENT_NOW=-1200000 POWER_NOW=14100000")
    #expect(sane?.voltage == 11_750_000 && sane?.current == -1_200_000 && sane?.power == 14_100_000)
  }

  @Test(
    arguments: [
      // Others' reports: Alexays/Waybar 1862, emerytech/couchside 233, szaffarano's keyboard in gpakosz/.tmux 161.
      ([("Battery", "SCOPE=Device STATUS=Discharging CAPACITY=5 ONLINE=1")], nil),
      (
        [
          ("Battery", "SCOPE=Device STATUS=Discharging CAPACITY=5"),
          ("Battery", "STATUS=Discharging CAPACITY=58"),
        ], 58
      ),
      ([("Battery", "SCOPE=System STATUS=Discharging CAPACITY=58")], 58),
      ([("Battery", "SCOPE=Unknown STATUS=Discharging CAPACITY=58")], 58),
      // A bay without a battery.
      ([("Battery", "PRESENT=0 STATUS=Discharging CAPACITY=0")], nil),
      (
        [("Battery", "PRESENT=0 STATUS=Unknown"), ("Battery", "PRESENT=1 STATUS=Discharging CAPACITY=70")], 70
      ),
      // The line: whose it is, and whether it is on.
      ([("Mains", "ONLINE=1"), ("Battery", "STATUS=Discharging CAPACITY=30")], nil),
      ([("Mains", "ONLINE=0"), ("USB_C", "ONLINE=1"), ("Battery", "STATUS=Discharging CAPACITY=30")], nil),
      ([("Wireless", "ONLINE=1"), ("Battery", "STATUS=Discharging CAPACITY=30")], nil),
      ([("USB", "SCOPE=Device ONLINE=1"), ("Battery", "STATUS=Discharging CAPACITY=30")], 30),
      ([("Mains", "ONLINE=0"), ("Battery", "STATUS=Discharging CAPACITY=30")], 30),
      ([("Mains", "ONLINE=0"), ("Battery", "STATUS=Unknown CAPACITY=30")], 30),
      ([("Mains", "ONLINE=0"), ("Battery", "CAPACITY=30")], 30),
      ([("Mains", "ONLINE=0"), ("Battery", "STATUS=Charging CAPACITY=30")], nil),
      // rickysarraf/laptop-mode-tools 191: a line that is never told; systemd/systemd 21988: one that is an output.
      ([("Mains", "ONLINE=0"), ("Battery", "STATUS=Full CAPACITY=30")], nil),
      ([("USB", "ONLINE=0")], nil),
      ([("Battery", "STATUS=Unknown CAPACITY=30")], nil), ([("Mains", "ONLINE=0")], nil), ([], nil),
      // A UPS that is emptied is the line.
      ([("Mains", "ONLINE=1"), ("UPS", "STATUS=Discharging CAPACITY=40")], 40),
      ([("Mains", "ONLINE=1"), ("UPS", "STATUS=Full CAPACITY=100")], nil),
      // Several: kennylevinsen/wldash 27, omacom/omarchy 6885.
      ([("Battery", "STATUS=Discharging CAPACITY=5"), ("Battery", "STATUS=Unknown CAPACITY=94")], 49.5),
      (
        [
          ("Battery", "STATUS=Discharging CAPACITY=94 ENERGY_NOW=23500000 ENERGY_FULL=25000000"),
          ("Battery", "STATUS=Unknown CAPACITY=0 ENERGY_NOW=0 ENERGY_FULL=71000000"),
        ], 94 * 25.0 / 96
      ),
      // A battery that does not tell its charge is taken for a low one.
      ([("Battery", "STATUS=Discharging")], 25),
    ] as [([(String, String)], Double?)])
  func whatIsLeftIsThatOfTheMachinesOwnBatteries(_ each: [(String, String)], _ expected: Double?) {
    #expect(supplies(each).chargeLeft == expected)
  }

  @Test func aMouseAndItsReceiverAreOfADeviceInTheTree() {
    let tree = Tree()
    let mouse = "sys/class/power_supply/hidpp_battery_8/"
    tree.write(mouse + "type", "Battery\n")
    tree.write(
      mouse + "uevent",
      "POWER_SUPPLY_NAME=hidpp_battery_8\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_ONLINE=1\n"
        + "POWER_SUPPLY_STATUS=Discharging\nPOWER_SUPPLY_SCOPE=Device\nPOWER_SUPPLY_CAPACITY=5\n")
    let power = tree.sampled().snapshot.power
    #expect(power.supplies[0].state.value?.isOfDevice == true)
    #expect(power.chargeLeft == nil)
  }
}
