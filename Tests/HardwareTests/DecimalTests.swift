import Basics
internal import CLinux
import Testing

/// What the boards' `Double.init(_: String)` calls, beside the standard library's.
@Suite struct DecimalTests {
  private func read(_ text: String) -> Double? {
    var value = 0.0
    guard let end = clinux_double(text, &value), end.pointee == 0 else { return nil }
    return value
  }

  @Test(arguments: [
    "0", "-0", "1", "00012", "-1.5", "0.1", "1E5", "1e22", "1e23", "0e5", "0.0e-999", ".5", "5.",
    "9007199254740993",
    "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e309", "1e99999999999",
    "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4703282292062327e-324",
    "2.4703282292062328e-324", "1e-330", "1e-99999999999",
    "9007199254740992.50000000000000000000000000000000000000000000000000000000000000000000000000001",
  ]) func edgesAreReadAsTheLibraryReadsThem(_ text: String) {
    #expect(read(text)?.bitPattern == Double(text)?.bitPattern)
  }

  @Test(arguments: ["", "-", ".", "e5", "1e", "1e+", "1.2.3", "1 ", "inf", "nan", "0x1p3", "--1"])
  func othersAreNoNumbers(_ text: String) {
    #expect(read(text) == nil)
  }

  @Test func longOnesAreRefused() {
    #expect(read(String(repeating: "1", count: 300) + "." + String(repeating: "1", count: 300)) != nil)
    #expect(read(String(repeating: "1", count: 601)) == nil)
    #expect(read("0." + String(repeating: "0", count: 2000) + "1") == nil)
  }

  @Test func whateverIsWrittenIsReadAgain() {
    for _ in 0..<20_000 {
      let value = Double(bitPattern: .random(in: 0...UInt64.max))
      guard value.isFinite else { continue }
      #expect(read(value.description)?.bitPattern == value.bitPattern)
    }
  }
}
