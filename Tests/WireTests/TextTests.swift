import Testing

@testable import Basics

@Suite struct TextTests {
  @Test func aTextIsSearchedByItsBytes() {
    #expect("i2c@7e804000".contains(bytes: "7e80") && "a".contains(bytes: "a"))
    #expect(!"i2c".contains(bytes: "i2c@") && !"i2c".contains(bytes: ""))
    // One character to a reader, two to a machine.
    #expect("e\u{301}".contains(bytes: "e"))
  }

  @Test func aPhraseIsFoundWhateverTheCaseOfTheText() {
    #expect("No such Container: x".contains(ignoringCase: "no such container"))
    #expect(!"no such image".contains(ignoringCase: "such container"))
  }

  @Test func wordsAreBetweenOneSeparatorOrTwo() {
    #expect(" a  b\tc ".words(at: " ", or: "\t") == ["a", "b", "c"])
    #expect(" a  b\tc ".words(at: " ") == ["a", "b\tc"])
    #expect("/api//v2/".words(at: "/") == ["api", "v2"] && "".words(at: "/").isEmpty)
  }

  @Test func aPathHasALastPartAndWhatIsAboveIt() {
    #expect(baseName("/usr/bin/env") == "env" && baseName("env") == "env" && baseName("/usr/") == "")
    #expect(parent("/usr/bin") == "/usr" && parent("/usr") == "/" && parent("usr") == "/")
    #expect(withoutTrailingSlashes("/a/b//") == "/a/b" && withoutTrailingSlashes("/") == "")
  }

  @Test(arguments: [(0, 1, "0"), (10, 2, "0a"), (0x1ff, 2, "1ff"), (UInt64.max, 16, "ffffffffffffffff")])
  func hexadecimalDigitsAreAtLeastSoMany(value: UInt64, digits: Int, text: String) {
    #expect(hexadecimal(value, digits: digits) == text)
  }
}
