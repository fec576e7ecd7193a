import Foundation
import Testing

@testable import Basics
@testable import Peripherals
@testable import Settings
@testable import Wire

/// docs/hearth.conf and docs/hearth.conf.5 tell of the settings what their tables say.
@Suite struct SettingsPagesTests {
  /// What the pages have to say of one setting.
  struct Row: CustomTestStringConvertible {
    let section: String
    let key: String
    /// As a file has it; nil where the settings read it themselves.
    let standard: String?
    /// As `1 to 60 s`; nil where there is none.
    let range: String?
    let isLive: Bool

    var testDescription: String { "[\(section)] \(key)" }

    init<Settings>(_ row: ConfSetting<Settings>, of settings: Settings) {
      section = row.section
      key = row.key
      isLive = row.isLive
      var settings = settings
      var standard: String?
      var range: String?
      switch row.kind {
      case .text(let access): access(&settings) { standard = $0 }
      case .bool(let access): access(&settings) { standard = $0 ? "yes" : "no" }
      case .integer(let bounds, let access):
        access(&settings) { standard = "\($0)" }
        range = "\(bounds.lowerBound) to \(bounds.upperBound)"
      case .number(let bounds, let access):
        access(&settings) { standard = Row.text($0) }
        range = "\(Row.text(bounds.lowerBound)) to \(Row.text(bounds.upperBound))"
      case .span(let bounds, let access):
        access(&settings) { standard = $0 == .zero ? "0" : Row.text($0.seconds) + " s" }
        range = Row.span(bounds)
      case .list(_, let access): access(&settings) { standard = $0.joined(separator: ", ") }
      case .own: break
      }
      self.standard = standard
      self.range = range
    }

    private static func text(_ value: Double) -> String {
      value == value.rounded() ? "\(Int(value))" : "\(value)"
    }

    /// The upper bound in the largest of days, hours and seconds that it fills; the lower one with a unit of its own
    /// where that is another.
    private static func span(_ bounds: ClosedRange<Double>) -> String {
      let high = bounds.upperBound
      let unit =
        [("d", 86400.0), ("h", 3600), ("s", 1)].first { high.remainder(dividingBy: $0.1) == 0 } ?? ("s", 1)
      let low = text(bounds.lowerBound) + (bounds.lowerBound > 0 && unit.0 != "s" ? " s" : "")
      return "\(low) to \(text(high / unit.1)) \(unit.0)"
    }
  }

  static let rows =
    Configuration.table.map { Row($0, of: Configuration()) }
    + DeviceSettings.table.map { Row($0, of: DeviceSettings()) }

  private static let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func read(_ path: String) throws -> String {
    try String(contentsOf: house.appendingPathComponent(path), encoding: .utf8)
  }

  /// What is between a line and the next one that begins like one of `ends`.
  private static func part(of text: String, from begin: String, to ends: [String]) throws -> String {
    let start = try #require(text.range(of: "\n" + begin + "\n")?.upperBound, "\(begin)")
    let rest = text[start...]
    let end = ends.compactMap { rest.range(of: "\n" + $0)?.lowerBound }.min() ?? rest.endIndex
    return "\n" + rest[..<end] + "\n"
  }

  /// The default that the example has.
  private static func example(of row: Row) throws -> String {
    let section = try part(of: read("docs/hearth.conf"), from: "[\(row.section)]", to: ["["])
    let lines = section.components(separatedBy: "\n")
    let line = try #require(lines.first { $0.hasPrefix("\(row.key) = ") }, "\(row.testDescription)")
    return line.dropFirst(row.key.count + 3).prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
  }

  @Test func theExampleSettingsAreTheDefaults() throws {
    let path = Self.house.appendingPathComponent("docs/hearth.conf").path
    #expect("\(try Configuration.read(path))" == "\(Configuration())")
    #expect(Self.rows.count >= 30)
  }

  @Test(arguments: rows) func theExampleHasTheSettingWithItsDefault(row: Row) throws {
    let example = try Self.example(of: row)
    if let standard = row.standard { #expect(example == standard) }
  }

  @Test(arguments: rows) func thePageHasTheSettingWithItsDefaultAndItsRange(row: Row) throws {
    let page = try Self.read("docs/hearth.conf.5")
    let section = try Self.part(of: page, from: ".Ss [\(row.section)]\\&", to: [".Ss ", ".Sh "])
    let value = try Self.example(of: row)
    let item = ".It Cm \(row.key) Li =" + (value.isEmpty ? "" : " " + value)
    #expect(section.contains("\n" + item + "\n"))
    let text = try Self.part(of: section, from: item, to: [".It Cm ", ".El"])
    if let range = row.range {
      #expect(text.replacingOccurrences(of: "\n", with: " ").contains(range), "\(range)")
    }
  }

  @Test func thePageAndTheExampleHaveNoOther() throws {
    let page = try Self.read("docs/hearth.conf.5")
    #expect(page.components(separatedBy: "\n.It Cm ").count - 1 == Self.rows.count)
    let example = try Self.read("docs/hearth.conf").components(separatedBy: "\n")
    #expect(example.count { $0.wholeMatch(of: /[a-z-]+ = .*/) != nil } == Self.rows.count)
  }

  /// The pages name the settings that a reload takes, and whole sections of them by the section.
  @Test(arguments: [
    ("docs/hearth.conf.5", "has the settings read anew:"),
    ("docs/hearthd.8", "read its settings and board profiles anew, without touching a run."),
  ])
  func thePageSaysWhatAReloadTakes(path: String, begin: String) throws {
    let page = try Self.part(of: Self.read(path), from: begin, to: ["change at once"])
    for (section, rows) in Dictionary(grouping: Self.rows, by: { $0.section }) {
      let isWhole = rows.allSatisfy { $0.isLive }
      #expect(page.contains("\n.Bq \(section)\n") == isWhole, "\(section)")
      for row in rows where !isWhole {
        let isTold = page.contains("\n.Cm \(row.key)\n") || page.contains("\n.Cm \(row.key) ,\n")
        #expect(isTold == row.isLive, "\(row.testDescription)")
      }
    }
  }

  @Test func theExampleSaysWhatAReloadTakes() throws {
    let example = try Self.read("docs/hearth.conf")
    let text = try #require(example.components(separatedBy: "has them read anew: ").last)
    let reload =
      " " + text.components(separatedBy: "change at once")[0].replacingOccurrences(of: "\n#", with: "")
    for (section, rows) in Dictionary(grouping: Self.rows, by: { $0.section }) {
      let isWhole = rows.allSatisfy { $0.isLive }
      #expect(reload.contains("[\(section)]") == isWhole, "\(section)")
      for row in rows where !isWhole {
        #expect(reload.contains(" \(row.key),") == row.isLive, "\(row.testDescription)")
      }
    }
  }

  /// A file that gives each setting a value it may have: what is live arrives, and nothing else does.
  @Test func aReloadTakesWhatIsLiveAndNothingElse() throws {
    let text = """
      [node]\nstate = /s\nsample-interval = 2s\nkept-runs = 7\nhome-edge = /h\nservices = /v\nboards = /b
      [api]\nexternal = 0.0.0.0:80\n[engine]\nsocket = /e\ndata = /d
      [native]\nuser = 1\ngroup = 2\ntime-limit = 3\ngrace = 4\n[home]\njoin = no\ninternal = 0.0.0.0:81
      heartbeat-port = 5\ninterfaces = eth0\nkey = /k
      [home-edge]\ninteroperate = yes\npeers = 10.0.0.1\nhost-access = no
      """
    let other = try Configuration(Conf.parse(Array(text.utf8), file: "f", rules: .hearth))
    let before = Configuration()
    let after = before.taking(other)
    for row in Configuration.table {
      let (old, wanted) = (Row(row, of: before).standard, Row(row, of: other).standard)
      #expect(wanted != old, "\(row.name)")
      #expect(Row(row, of: after).standard == (row.isLive ? wanted : old), "\(row.name)")
    }
    #expect(Configuration.live.count == 12)
  }

  @Test(arguments: [
    ("[node]\nkept-runs = 10001\n", "f:2: kept-runs = 10001; expected a whole number from 1 to 10000"),
    (
      "[node]\nsample-interval = 1 ms\n",
      "f:2: sample-interval = 1 ms; expected a number from 0.1 to 3600 s; units: s, ms, min, h, d"
    ),
    (
      "[api]\nexternal = [::1]:1, here\n",
      "f:2: external is 'here', expected an address and port such as 127.0.0.1:56001"
    ),
    (
      "[home]\ninternal = here\n",
      "f:2: internal is 'here', expected an address and port such as 0.0.0.0:56002"
    ),
    ("[home]\njoin = perhaps\n", "f:2: join = perhaps; expected yes or no"),
    ("[native]\nuser = 4294967296\n", "f:2: user = 4294967296; expected a whole number from 1 to 2147483647"),
    ("[fan]\non = 151\n", "f:2: on = 151; expected a number from -40 to 150"),
  ])
  func anErrorSaysWhatIsExpected(text: String, message: String) throws {
    #expect {
      _ = try Configuration(try Conf.parse(Array(text.utf8), file: "f", rules: .hearth))
    } throws: {
      ($0 as? ConfError)?.message == message
    }
  }
}
