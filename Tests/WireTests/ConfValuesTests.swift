import Basics
import Testing
import Wire

private func section(_ value: String) throws -> Conf.Section {
  try Conf.parse(Array("[s]\nk = \(value)\n".utf8), file: "f").section("s")
}

@Suite struct ConfValuesTests {
  @Test(arguments: [
    ("1", 1), ("0.72", 0.72), ("-12.5", -12.5), ("1.5 KiB", 1536), ("2GiB", 2_147_483_648), ("0", 0),
    ("7 B", 7), ("123456789012345", 123_456_789_012_345),
  ])
  func aNumberIsExactAndTakesItsUnit(_ text: String, _ expected: Double) throws {
    #expect(try section(text).number("k", in: -1e18...1e18, units: Conf.Unit.memory) == expected)
  }

  @Test(arguments: [
    "", "x", ".5", "5.", "1.2.3", "--1", "-", "1 2", "1e5", "nan", "inf", "1 kib", "1234567890123456", "+1",
    "1-", "١",
  ])
  func whatIsNoNumberIsRefused(_ text: String) throws {
    let section = try section(text)
    #expect(throws: ConfError.self) {
      try section.number("k", in: -1e18...1e18, units: Conf.Unit.memory)
    }
  }

  @Test func aNumberOutOfRangeNamesTheRangeAndTheUnits() throws {
    let section = try section("3 h")
    #expect(
      throws: ConfError(
        file: "f", line: 2, text: "k = 3 h; expected a number from 0.5 to 60 s; units: s, ms, min, h, d")
    ) {
      try section.number("k", in: 0.5...60, units: Conf.Unit.time)
    }
    #expect(throws: ConfError(file: "f", line: 2, text: "k = 3 h; expected a number from 0 to 9")) {
      try section.number("k", in: 0...9)
    }
  }

  @Test(arguments: [
    ("yes", true), ("on", true), ("true", true), ("no", false), ("off", false), ("false", false),
  ])
  func aBoolHasThreeSpellings(_ text: String, _ expected: Bool) throws {
    #expect(try section(text).bool("k") == expected)
  }

  @Test(arguments: ["", "1", "Yes", "yes no"])
  func otherBoolsAreRefused(_ text: String) throws {
    let section = try section(text)
    #expect(throws: ConfError(file: "f", line: 2, text: "k = \(text); expected yes or no")) {
      try section.bool("k")
    }
  }

  @Test(arguments: ["", "1.0", "0x10", "99999999999999999999", "10", "-1"])
  func whatIsNoIntegerInRangeIsRefused(_ text: String) throws {
    let section = try section(text)
    #expect(throws: ConfError.self) { try section.integer("k", in: 0...9) }
  }

  @Test func aListIsSplitAtCommasAndTrimmed() throws {
    #expect(try section("a, b c ,\td").list("k") == ["a", "b c", "d"])
    #expect(try section("").list("k") == [])
    for wrong in ["a,,b", ",", "a,"] {
      let section = try section(wrong)
      #expect(throws: ConfError.self) { try section.list("k") }
    }
  }

  @Test func anAbsentKeyIsNilForEveryGetter() throws {
    let section = try section("1")
    #expect(section.text("z") == nil)
    #expect(try section.bool("z") == nil)
    #expect(try section.integer("z", in: 0...9) == nil)
    #expect(try section.number("z", in: 0...9) == nil)
    #expect(try section.list("z") == nil)
  }

  @Test func anEmptyRequiredValueIsRefused() throws {
    let section = try section("")
    #expect(throws: ConfError(file: "f", line: 2, text: "k = ; expected a value")) {
      try section.required("k")
    }
  }
}
