import Basics

extension Conf {
  /// A unit a number may carry, and what it is worth in the unit the getter returns.
  package struct Unit: Sendable {
    /// As it stands behind the number; `MiB` and `mib` are not the same.
    package let name: String
    /// The number is multiplied by this: 1024 for `KiB` where bytes are wanted.
    package let factor: Double

    /// A unit and its factor.
    package init(_ name: String, _ factor: Double) {
      self.name = name
      self.factor = factor
    }

    /// Seconds; a number without unit is in seconds.
    package static let time = [
      Unit("s", 1), Unit("ms", 0.001), Unit("min", 60), Unit("h", 3600), Unit("d", 86400),
    ]
    /// Bytes; a number without unit is in bytes.
    package static let memory = [
      Unit("B", 1), Unit("KiB", 1024), Unit("MiB", 1_048_576), Unit("GiB", 1_073_741_824),
    ]
  }
}

extension Conf {
  /// A decimal number without unit, between blanks; nil where the text is anything else.
  package static func number(_ text: String) -> Double? {
    quantity(trimmed(text.utf8), units: [])
  }
}

extension Conf.Section {
  /// The last entry of that key: where a key may repeat, the later one counts.
  package func entry(_ key: String) -> Conf.Entry? {
    entries.last { $0.key == key }
  }

  /// The value as it stands, or nil where the key is absent.
  package func text(_ key: String) -> String? {
    entry(key)?.value
  }

  /// The value of a key that has no default; neither absent nor empty.
  package func required(_ key: String) throws(ConfError) -> String {
    guard let entry = entry(key) else {
      throw ConfError(file: file, line: line, text: "\(header) needs '\(key) = …'")
    }
    guard !entry.value.isEmpty else { throw error(entry, "a value") }
    return entry.value
  }

  /// `yes`, `true`, `on`, or `no`, `false`, `off`; nil where the key is absent, an error for other values.
  package func bool(_ key: String) throws(ConfError) -> Bool? {
    guard let entry = entry(key) else { return nil }
    switch entry.value {
    case "yes", "true", "on": return true
    case "no", "false", "off": return false
    default: throw error(entry, "yes or no")
    }
  }

  /// A whole number within a range; nil where the key is absent, an error for other values.
  package func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfError) -> Int? {
    guard let entry = entry(key) else { return nil }
    guard let value = Int(entry.value), range.contains(value) else {
      throw error(entry, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A decimal number with an optional unit: `80`, `0.72`, `1.5 GiB`, `250ms`.
  ///
  /// - Parameters:
  ///   - range: what is accepted, in the unit of the result.
  ///   - units: the units allowed; a number without unit is in the first. None: the number stands alone.
  /// - Returns: the value times the factor of its unit.
  package func number(
    _ key: String, in range: ClosedRange<Double>, units: [Conf.Unit] = []
  ) throws(ConfError) -> Double? {
    guard let entry = entry(key) else { return nil }
    guard let value = quantity(entry.value, units: units), range.contains(value) else {
      var wanted = "a number from \(shortest(range.lowerBound)) to \(shortest(range.upperBound))"
      if let unit = units.first { wanted += " \(unit.name)" }
      if units.count > 1 { wanted += "; units: \(joined(units.map { $0.name }))" }
      throw error(entry, wanted)
    }
    return value
  }

  /// The parts between commas, without surrounding blanks; empty parts are an error, an empty value is no part.
  package func list(_ key: String) throws(ConfError) -> [String]? {
    guard let entry = entry(key) else { return nil }
    if entry.value.isEmpty { return [] }
    var parts: [String] = []
    for part in entry.value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let word = trimmed(part)
      if word.isEmpty { throw error(entry, "words separated by commas") }
      parts.append(word)
    }
    return parts
  }

  /// A value that is not as it should be, and where it stands.
  package func error(_ entry: Conf.Entry, _ expected: String) -> ConfError {
    let text = "\(entry.key) = \(entry.value); expected \(expected)"
    return ConfError(file: entry.file, line: entry.line, text: text)
  }
}

/// A number and its unit, or nil where the text is neither or the unit is not among `units`.
private func quantity(_ text: String, units: [Conf.Unit]) -> Double? {
  let bytes = Array(text.utf8)
  let end = bytes.firstIndex { !isNumeric($0) } ?? bytes.count
  guard let value = decimal(bytes[..<end]) else { return nil }
  let name = trimmed(bytes[end...])
  if name.isEmpty { return value * (units.first?.factor ?? 1) }
  guard let unit = units.first(where: { $0.name == name }) else { return nil }
  return value * unit.factor
}

private func isNumeric(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
}

/// `-12.5`: exact, because up to 15 digits fit a Double's integers and the division rounds once.
private func decimal(_ bytes: ArraySlice<UInt8>) -> Double? {
  let negative = bytes.first == UInt8(ascii: "-")
  var mantissa: Int64 = 0
  var scale = 1.0
  var digits = 0
  var afterPoint = false
  for byte in negative ? bytes.dropFirst() : bytes {
    if byte == UInt8(ascii: "."), !afterPoint, digits > 0 {
      afterPoint = true
      continue
    }
    guard (0x30...0x39).contains(byte), digits < 15 else { return nil }
    mantissa = mantissa &* 10 &+ Int64(byte &- 0x30)
    digits += 1
    if afterPoint { scale *= 10 }
  }
  guard digits > 0, bytes.last != UInt8(ascii: ".") else { return nil }
  let value = Double(mantissa) / scale
  return negative ? -value : value
}

private func trimmed<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> String {
  var word = Array(bytes)
  while let last = word.last, last == 0x20 || last == 0x09 { word.removeLast() }
  return String(decoding: word.drop { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
}

/// `80` rather than `80.0`.
private func shortest(_ value: Double) -> String {
  // Not `Int64(exactly:)`: its rounding asks for libm, which nothing else here needs.
  if value.magnitude < 1e15, Double(Int64(value)) == value { return "\(Int64(value))" }
  return "\(value)"
}
