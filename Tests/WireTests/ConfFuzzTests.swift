import Basics
import TestSupport
import Testing
import Wire

@Suite struct ConfFuzzTests {
  static let corpus: [[UInt8]] = [
    "# hearth\n[api]\naddress = ::1 # loopback\nport = 56001\n\n[volume \"data\"]\npath = /a b\n",
    "\u{FEFF}[ServiceInfo]\r\nServiceName=ls      ; Name\r\nExecCmd=docker run -e A=b x\r\n",
    "[a b]\nk = 1.5 GiB\nl = a, b , c\nm = yes\nn = -12\n[a \"c d\"]\nk=\n",
  ].map { Array($0.utf8) }
  static let dictionary = [
    "[", "]", "\"", "=", "#", " ;", "\r\n", "\n", ",", "\u{FEFF}", "é", "\t", "k = 1\n", "GiB",
  ]

  @Test func damagedTextsNeverTrapAndAcceptedOnesKeepTheirPlaces() {
    fuzz("Conf") { random in
      var mutator = Mutator(corpus: Self.corpus, dictionary: Self.dictionary, seed: random.next())
      let text = mutator.next()
      let rules = random.oneIn(2) ? Conf.Rules.hearth : .homeEdge
      do throws(ConfError) {
        let conf = try Conf.parse(text, file: "f", rules: rules)
        return Self.isSound(conf, lines: text.split(separator: 10, omittingEmptySubsequences: false).count)
          ? nil : printable(text)
      } catch {
        return error.message.isEmpty ? printable(text) : nil
      }
    }
  }

  /// Lines ascend and are in the text, no key or value has blanks around it, and every getter answers.
  private static func isSound(_ conf: Conf, lines: Int) -> Bool {
    var last = 0
    for section in conf.sections {
      for entry in section.entries {
        guard entry.line > last || entry.line == section.line, entry.line <= lines, !entry.key.isEmpty else {
          return false
        }
        last = entry.line
        for text in [entry.key, entry.value] {
          if text.utf8.first == 32 || text.utf8.last == 32 || text.utf8.contains(10) { return false }
        }
        _ = try? section.number(entry.key, in: 0...1e9, units: Conf.Unit.memory)
        _ = try? section.integer(entry.key, in: 0...9)
        _ = try? section.bool(entry.key)
        _ = try? section.list(entry.key)
      }
    }
    return true
  }

  @Test func writtenConfigurationsReadBack() throws {
    fuzz(cases: 3000, "Conf written") { random in
      let key = "k\(random.below(1000))"
      let words = (0...random.below(4)).map { _ in "w\(random.below(1000))#;=é"[...] }.joined(separator: " ")
      let pad = String(repeating: " ", count: random.below(3))
      let text = "\(pad)[s\(pad)]\n\(pad)\(key)\(pad)=\(pad)\(words)\(pad)\r\n# \(words)\n"
      let conf = try? Conf.parse(Array(text.utf8), file: "f")
      return conf?.section("s").text(key) == words ? nil : text
    }
  }
}
