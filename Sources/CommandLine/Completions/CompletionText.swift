import Basics
import Scoring
import Settings

/// What the scripts of all shells need.
enum CompletionText {
  /// The first clause of a help text, which is what fits beside a completion.
  static func brief(_ summary: String) -> String {
    var bytes: [UInt8] = []
    for byte in summary.utf8 {
      if [UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: "\n")].contains(byte) {
        break
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self).trimmed
  }

  /// The text between single quotes, with what a shell writes for a quote in it.
  static func quoted(_ text: String, quote: String) -> String {
    var result = "'"
    for (index, piece) in text.pieces(at: "'").enumerated() { result += (index > 0 ? quote : "") + piece }
    return result + "'"
  }

  /// The names of all commands, with blanks between them.
  static var commands: String {
    list(CommandTable.rows.map { $0.name })
  }

  /// The names of the built-in board profiles, with blanks between them.
  static var profiles: String {
    list(((try? Profiles())?.all ?? []).map { $0.name })
  }

  /// All forms of the options, with blanks between them.
  static func forms(of options: [ProgramOption]) -> String {
    var forms: [String] = []
    for option in options {
      if !option.short.isEmpty { forms.append(option.short) }
      forms.append(option.name)
    }
    return list(forms)
  }

  static func list(_ words: [String]) -> String {
    var text = ""
    for word in words { text += (text.isEmpty ? "" : " ") + word }
    return text
  }
}
