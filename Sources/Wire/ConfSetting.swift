package import Basics

/// One setting of a kind of file, as a row of a table: what may stand for it, and where its value goes.
///
/// The shape of the file, the reading and what a reload may change come from the rows. The default is the value that
/// `Settings` begins with.
package struct ConfSetting<Settings>: Sendable {
  /// Lets `body` read or replace one value of the settings. One closure serves both ways; the embedded library has no
  /// key paths that would.
  package typealias Access<Value> =
    @Sendable (_ settings: inout Settings, _ body: (inout Value) -> Void) -> Void

  /// What the value is, its range, and where it goes.
  package enum Kind: Sendable {
    /// Any text, also an empty one.
    case text(Access<String>)
    /// `yes`, `true`, `on`, or `no`, `false`, `off`.
    case bool(Access<Bool>)
    /// A whole number; the range includes both ends.
    case integer(ClosedRange<Int>, Access<Int>)
    /// Without unit.
    case number(ClosedRange<Double>, Access<Double>)
    /// A span with its unit; the range is in seconds. What is below a millisecond is dropped.
    case span(ClosedRange<Double>, Access<Interval>)
    /// What stands between commas.
    case list(of: ConfItem = .word, Access<[String]>)
    /// Read by the settings themselves, because it depends on others.
    case own
  }

  /// The section it stands in, which has no label.
  package let section: String
  /// What stands before the `=`. A section has each key in one row only.
  package let key: String
  /// What the value is, its range, and where it goes.
  package let kind: Kind
  /// Whether a change counts at a reload; else it needs a restart.
  package let isLive: Bool

  /// A row of the table. A setting needs a restart unless the row says otherwise.
  package init(_ section: String, _ key: String, _ kind: Kind, isLive: Bool = false) {
    self.section = section
    self.key = key
    self.kind = kind
    self.isLive = isLive
  }

  /// As `node.state`.
  package var name: String { section + "." + key }

  /// Takes the value that the section has for it; the settings stay as they are where it has none.
  ///
  /// - Parameter section: the one that this setting belongs to.
  /// - Throws: what was expected, where the value is of another kind or out of its range.
  package func take(_ section: Conf.Section, into settings: inout Settings) throws(ConfError) {
    switch kind {
    case .text(let access):
      if let value = section.text(key) { access(&settings) { $0 = value } }
    case .bool(let access):
      if let value = try section.bool(key) { access(&settings) { $0 = value } }
    case .integer(let range, let access):
      if let value = try section.integer(key, in: range) { access(&settings) { $0 = value } }
    case .number(let range, let access):
      if let value = try section.number(key, in: range) { access(&settings) { $0 = value } }
    case .span(let range, let access):
      guard let seconds = try section.number(key, in: range, units: Conf.Unit.time) else { return }
      access(&settings) { $0 = Interval(nanoseconds: Int64(seconds * 1000) &* 1_000_000) }
    case .list(let item, let access):
      guard let values = try section.list(key), let entry = section.entry(key) else { return }
      for value in values where !item.accepts(value) {
        throw ConfError(
          file: entry.file, line: entry.line, text: "\(key) is '\(value)', expected \(item.expected)")
      }
      access(&settings) { $0 = values }
    case .own: break
    }
  }

  /// Takes the value that other settings have; one that they read themselves stays as it is.
  package func copy(from other: Settings, to settings: inout Settings) {
    var other = other
    switch kind {
    case .text(let access): Self.copy(access, &other, &settings)
    case .bool(let access): Self.copy(access, &other, &settings)
    case .integer(_, let access): Self.copy(access, &other, &settings)
    case .number(_, let access): Self.copy(access, &other, &settings)
    case .span(_, let access): Self.copy(access, &other, &settings)
    case .list(_, let access): Self.copy(access, &other, &settings)
    case .own: break
    }
  }

  private static func copy<Value>(
    _ access: @escaping Access<Value>, _ from: inout Settings, _ to: inout Settings
  ) {
    access(&from) { value in
      access(&to) { $0 = value }
    }
  }

  /// The sections of a table with their keys, in its order.
  package static func shape(of table: [ConfSetting]) -> [ConfShape.Keys] {
    var sections: [String] = []
    for row in table where sections.last != row.section { sections.append(row.section) }
    return sections.map { section in
      ConfShape.Keys(section, table.filter { $0.section == section }.map { $0.key })
    }
  }

  /// Takes what the file says for every row of the table.
  package static func take(
    _ table: [ConfSetting], of conf: Conf, into settings: inout Settings
  ) throws(ConfError) {
    for row in table { try row.take(conf.section(row.section), into: &settings) }
  }
}

extension ConfSetting.Kind {
  /// A whole number that is kept in fewer bits than an `Int` has, all of the range among them.
  package static func narrowInteger<Number: FixedWidthInteger & Sendable>(
    _ range: ClosedRange<Int>, _ access: @escaping ConfSetting<Settings>.Access<Number>
  ) -> Self {
    .integer(range) { settings, body in
      access(&settings) { number in
        var value = Int(number)
        body(&value)
        number = Number(truncatingIfNeeded: value)
      }
    }
  }
}

/// What one item of a list must be.
package struct ConfItem: Sendable {
  /// What an error says that was expected.
  package let expected: String
  /// Whether an item is as expected; called for each item, which is never empty.
  package let accepts: @Sendable (String) -> Bool

  /// Items for which `accepts` is true.
  ///
  /// - Parameter expected: completes the sentence "key is 'item', expected …".
  package init(_ expected: String, accepts: @escaping @Sendable (String) -> Bool) {
    self.expected = expected
    self.accepts = accepts
  }

  /// Any word.
  package static let word = ConfItem("a word") { _ in true }
}
