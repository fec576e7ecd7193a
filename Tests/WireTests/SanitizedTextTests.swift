import Basics
import Testing
import Wire

@Suite struct SanitizedTextTests {
  @Test func nothingOfItMovesACursorOrTurnsTheLine() {
    let evil = "a\u{1B}[31mb\u{9B}2Jc\u{7F}d\ne\u{202E}f\u{2066}g\u{2028}h\u{0}\u{85}"
    #expect(evil.sanitized() == "a?[31mb?2Jc?d?e?f?g?h??")
    #expect("a\n\tb\r".sanitized(keepsLines: true) == "a\n\tb?")
    #expect("Küche 厨房 🏠".sanitized() == "Küche 厨房 🏠")
  }

  @Test func itEndsBeforeTheCharacterThatIsTooMuch() {
    #expect("aéb".sanitized(limit: 2) == "a")
    #expect("aéb".sanitized(limit: 3) == "aé")
    #expect("🏠🏠".sanitized(limit: 7) == "🏠")
    #expect("abc".sanitized(limit: 0) == "")
  }
}
