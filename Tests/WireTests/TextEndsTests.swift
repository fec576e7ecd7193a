import Testing

@testable import Basics
@testable import Wire

@Suite struct TextEndsTests {
  @Test func endsAreComparedByteByByte() {
    #expect("gpiochip0".begins(with: "gpiochip") && "a".begins(with: ""))
    #expect(!"gpio".begins(with: "gpiochip") && !"".begins(with: "a"))
    #expect("a.conf".ends(with: ".conf") && ".conf".ends(with: ".conf") && "a".ends(with: ""))
    #expect(!"conf".ends(with: ".conf") && !"a.conf~".ends(with: ".conf"))
    // One character for a reader, but the mark is a scalar of its own.
    #expect("e\u{301}".begins(with: "e") && "e\u{301}".ends(with: "\u{301}"))
  }

  @Test func whatIsDroppedMayBeMoreThanThereIs() {
    #expect("mask=0xff".dropping(5) == "0xff" && "ab".dropping(3) == "")
    #expect("/ping/".droppingLast() == "/ping" && "a.conf".droppingLast(5) == "a" && "".droppingLast() == "")
  }

  @Test func wordsAreNeverEmpty() {
    #expect("/api/v2//runs/".words(at: "/") == ["api", "v2", "runs"])
    #expect("".words(at: "/") == [] && "a".words(at: "-") == ["a"])
  }
}
