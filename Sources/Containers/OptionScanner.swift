import Basics
internal import Wire

/// The options of one command line, read in the manner of pflag with options before arguments only.
struct OptionScanner {
  /// Bounds what one request can make us hold.
  static let maximumArguments = 4096

  /// The converted values of each row of `OptionTable.rows`, in the order they were given.
  private(set) var values: [[JSON]]
  /// The image and all that follows it.
  private(set) var rest: [String] = []

  init(scanning arguments: [String]) throws(RunCommandError) {
    values = [[JSON]](repeating: [], count: OptionTable.rows.count)
    guard arguments.count <= Self.maximumArguments else {
      throw RunCommandError(
        reason: "expected at most % arguments, found %", String(Self.maximumArguments),
        String(arguments.count))
    }
    var remaining = arguments[...]
    while let argument = remaining.first {
      if argument == "-" || !argument.begins(with: "-") { break }
      remaining.removeFirst()
      if argument == "--" { break }
      if argument.begins(with: "--") {
        try readLong(argument, &remaining)
      } else {
        try readShort(argument, &remaining)
      }
    }
    rest = [String](remaining)
  }

  private mutating func readLong(_ argument: String, _ remaining: inout ArraySlice<String>)
    throws(RunCommandError)
  {
    let text = argument.dropping(2)
    guard let first = text.utf8.first, first != 0x2d, first != 0x3d else {
      throw RunCommandError(option: argument, reason: "bad flag syntax: %", argument)
    }
    let (name, joined) = text.cut(at: "=").map { ($0.head, $0.tail as String?) } ?? (text, nil)
    guard let row = OptionTable.index(of: name) else {
      throw RunCommandError(option: "--\(name)", reason: "unknown flag: --%", name)
    }
    if let joined {
      try add(joined, at: row)
    } else if OptionTable.rows[row].isFlag {
      try add("true", at: row)
    } else {
      try addNext(of: &remaining, at: row, missing: "flag needs an argument: --\(name)")
    }
  }

  private mutating func readShort(_ argument: String, _ remaining: inout ArraySlice<String>)
    throws(RunCommandError)
  {
    var letters = argument.dropping(1)
    while let letter = letters.utf8.first {
      guard let row = OptionTable.index(ofShort: letter) else {
        let shown = letter < 0x80 ? String(decoding: [letter], as: UTF8.self) : letters
        throw RunCommandError(
          option: "-\(shown)", reason: "unknown shorthand flag: '%' in %", shown, argument)
      }
      letters = letters.dropping(1)
      if letters.utf8.first == 0x3d, letters.utf8.count > 1 {
        return try add(letters.dropping(1), at: row)
      }
      if OptionTable.rows[row].isFlag {
        try add("true", at: row)
        continue
      }
      if !letters.utf8.isEmpty { return try add(letters, at: row) }
      let shown = String(decoding: [letter], as: UTF8.self)
      return try addNext(
        of: &remaining, at: row, missing: "flag needs an argument: '\(shown)' in \(argument)")
    }
  }

  private mutating func addNext(
    of remaining: inout ArraySlice<String>, at row: Int, missing: String
  ) throws(RunCommandError) {
    // A refused option needs no value to be refused.
    let refused = OptionTable.rows[row].isRefused
    guard let next = remaining.popFirst() ?? (refused ? "" : nil) else {
      throw RunCommandError(option: "--\(OptionTable.rows[row].name)", reason: missing)
    }
    try add(next, at: row)
  }

  private mutating func add(_ text: String, at index: Int) throws(RunCommandError) {
    var index = index
    let row = OptionTable.rows[index]
    if case .alias(let other) = row.meaning { index = OptionTable.index(of: other) ?? index }
    do {
      values[index].append(try OptionValue.convert(text, for: OptionTable.rows[index]))
    } catch {
      let found = row.isRefused ? "" : "invalid argument \"\(text)\": "
      throw RunCommandError(option: "--\(row.name)", reason: found + error.reason)
    }
  }
}

// What the body is put together from; a name that is not in the table has no values.
extension OptionScanner {
  func values(of name: String) -> [JSON] { OptionTable.index(of: name).map { values[$0] } ?? [] }

  /// The values of a list option, in the order given.
  func list(_ name: String) -> [String] { values(of: name).compactMap { $0.string } }

  /// The last value of a text option; nil where the option was not given.
  func text(_ name: String) -> String? { values(of: name).last?.string }

  func integer(_ name: String) -> Int64? { values(of: name).last?.integer }

  func flag(_ name: String) -> Bool? { values(of: name).last?.bool }
}
