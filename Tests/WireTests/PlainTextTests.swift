import Basics
import Testing
import Wire

@Suite struct PlainTextTests {
  @Test func nothingOfItMovesACursorOrTurnsTheLine() {
    let evil = "a\u{1B}[31mb\u{9B}2Jc\u{7F}d\ne\u{202E}f\u{2066}g\u{2028}h\u{0}\u{85}"
    #expect(evil.plain() == "a?[31mb?2Jc?d?e?f?g?h??")
    #expect("a\n\tb\r".plain(keepsLines: true) == "a\n\tb?")
    #expect("Küche 厨房 🏠".plain() == "Küche 厨房 🏠")
  }

  @Test func itEndsBeforeTheCharacterThatIsTooMuch() {
    #expect("aéb".plain(limit: 2) == "a")
    #expect("aéb".plain(limit: 3) == "aé")
    #expect("🏠🏠".plain(limit: 7) == "🏠")
    #expect("abc".plain(limit: 0) == "")
  }
}
