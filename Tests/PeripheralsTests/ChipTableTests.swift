import Readings
import Testing
import Wire

@testable import Basics
@testable import Peripherals

/// What a register holds and what that means: the vectors of the chips' data sheets and drivers.
struct ChipTableTests {
  private static let table = Result { try ChipTable.builtIn() }

  struct Vector: CustomTestStringConvertible {
    let chip: String
    let quantity: SensorReading.Quantity
    var name = ""
    /// The high byte above the low one.
    let raw: UInt16
    let value: Double
    var testDescription: String { "\(chip) \(quantity) 0x\(String(raw, radix: 16))" }
  }

  static let vectors = [
    Vector(chip: "ina219", quantity: .voltage, raw: 0x5DC0, value: 12.0),
    // The two flags below the voltage do not count.
    Vector(chip: "ina219", quantity: .voltage, raw: 0x5DC3, value: 12.0),
    // 40 mV over 100 milliohms, either way.
    Vector(chip: "ina219", quantity: .current, raw: 0x0FA0, value: 0.4),
    Vector(chip: "ina219", quantity: .current, raw: 0xF060, value: -0.4),
    Vector(chip: "ina226", quantity: .voltage, raw: 0x2580, value: 12.0),
    Vector(chip: "ina226", quantity: .current, raw: 0x3E80, value: 0.4),
    Vector(chip: "ina260", quantity: .current, raw: 0x0320, value: 1.0),
    Vector(chip: "ina260", quantity: .voltage, raw: 0x2580, value: 12.0),
    Vector(chip: "ina260", quantity: .power, raw: 0x04B0, value: 12.0),
    Vector(chip: "ds3231", quantity: .temperature, raw: 0x19C0, value: 25.75),
    Vector(chip: "ds3231", quantity: .temperature, raw: 0xE700, value: -25.0),
    Vector(chip: "lm75", quantity: .temperature, raw: 0x1980, value: 25.5),
    Vector(chip: "lm75", quantity: .temperature, raw: 0xE700, value: -25.0),
    Vector(chip: "lm75b", quantity: .temperature, raw: 0x1920, value: 25.125),
    Vector(chip: "lm75b", quantity: .temperature, raw: 0xE700, value: -25.0),
    Vector(chip: "tmp102", quantity: .temperature, raw: 0x1910, value: 25.0625),
    Vector(chip: "tmp102", quantity: .temperature, raw: 0xE700, value: -25.0),
    Vector(chip: "max17040", quantity: .voltage, raw: 0xCB20, value: 4.0625),
    Vector(chip: "max17048", quantity: .voltage, raw: 0xCB20, value: 4.0625),
    Vector(chip: "max17040", quantity: .charge, raw: 0x5A80, value: 90.5),
    Vector(chip: "max17048", quantity: .charge, raw: 0x5A80, value: 90.5),
    Vector(chip: "max17048", quantity: .chargeRate, raw: 0xFFF6, value: -2.08),
    Vector(chip: "emc2101", quantity: .fan, raw: 0x0E10, value: 1500),
    Vector(chip: "emc2101", quantity: .fan, raw: 0xFFFF, value: 0),
    Vector(chip: "emc2101", quantity: .temperature, name: "internal", raw: 0xE7, value: -25),
    Vector(chip: "emc2101", quantity: .temperature, name: "external", raw: 0x1920, value: 25.125),
    Vector(chip: "emc2101", quantity: .drive, raw: 0x3F, value: 100),
    // 3932160 over 1966, the upper 13 bits.
    Vector(chip: "emc2301", quantity: .fan, raw: 1966 << 3, value: 3_932_160.0 / 1966),
    Vector(chip: "emc2301", quantity: .fan, raw: 0xFFFF, value: 0),
    Vector(chip: "emc2301", quantity: .drive, raw: 0xFF, value: 100),
  ]

  @Test(arguments: vectors) func aRegisterMeansItsQuantity(_ vector: Vector) throws {
    let chip = try #require(try Self.table.get()[vector.chip])
    let row = try #require(
      chip.rows.first { $0.quantity == vector.quantity && (vector.name.isEmpty || $0.name == vector.name) })
    let value = try #require(row.decode(vector.raw, shunt: 100))
    #expect(abs(value - vector.value) < 1e-9, "\(value)")
    #expect(row.believes(value))
  }

  @Test func everyRowOfTheTableHasAVector() throws {
    for chip in try Self.table.get().chips {
      for row in chip.rows {
        let isThere = Self.vectors.contains {
          $0.chip == chip.type && $0.quantity == row.quantity && ($0.name.isEmpty || $0.name == row.name)
        }
        #expect(isThere, "\(chip.type) \(row.quantity) \(row.name)")
      }
    }
  }

  @Test func noNumberOfSixteenBitsTraps() throws {
    for chip in try Self.table.get().chips {
      for row in chip.rows {
        for raw in stride(from: 0, through: 0xffff, by: 7) {
          let value = row.decode(UInt16(raw), shunt: 100)
          #expect(value?.isFinite ?? true)
        }
        #expect(row.decode(0xffff, shunt: 0)?.isFinite ?? true)
      }
    }
  }

  @Test func aFanThatWouldTurnInNoTimeSaysNothing() throws {
    let row = try #require(try Self.table.get()["emc2101"]?.rows.first { $0.quantity == .fan })
    #expect(row.decode(0, shunt: 0) == nil)
  }

  @Test func whatAChipCannotMeasureIsNotBelieved() throws {
    let lm75 = try #require(try Self.table.get()["lm75"]?.rows.first)
    #expect(!lm75.believes(126) && !lm75.believes(-56) && lm75.believes(125))
  }

  @Test func aMarkKnowsTheChipAndItsRevisionsOnly() throws {
    let ina226 = try #require(try Self.table.get()["ina226"])
    #expect(ina226.marks.count == 2)
    #expect(ina226.marks[1].fits(0x2260) && ina226.marks[1].fits(0x2261) && !ina226.marks[1].fits(0x2270))
    let emc = try #require(try Self.table.get()["emc2101"]?.marks.last)
    #expect(emc.fits(0x16) && emc.fits(0x28) && !emc.fits(0x17))
  }

  @Test(arguments: [
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\n", 1),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = warmth 0x00 byte\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x100 byte\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x00 long\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x00/0x01 byte\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x00 high-first\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x00 byte shift=16\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x00 byte div=0\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x00 byte odd\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nid = 0x00 byte\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nid = 0x00 byte 0x10000\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nproduct = power voltage\n", 4),
    ("[chip \"x\"]\ntitle = x\naddress = 0x03\nread = voltage 0x00 byte\n", 1),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40-0x78\nread = voltage 0x00 byte\n", 1),
    ("[chip \"x\"]\ntitle = x\naddress = 0x40\nread = voltage 0x00 byte\nscore = much\n", 1),
    ("[chip]\n", 1), ("[chip \"x\"]\ncolour = red\n", 2),
  ])
  func aFaultyTableNamesTheLine(text: String, line: Int) {
    #expect {
      try ChipTable(parsing: Array(text.utf8), file: "t")
    } throws: {
      ($0 as? ConfError)?.line == line
    }
  }
}
