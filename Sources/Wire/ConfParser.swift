extension Conf {
  /// Parses a whole text.
  ///
  /// - Parameter file: how errors name it.
  /// - Throws: the first thing that is not as the format or the rules say, with its line.
  package static func parse(
    _ bytes: [UInt8], file: String, rules: Rules = .hearth
  ) throws(ConfError) -> Conf {
    guard bytes.count <= rules.textLimit else {
      let text = "\(bytes.count) bytes; at most \(rules.textLimit) are read"
      throw ConfError(file: file, line: 0, text: text)
    }
    var parser = ConfParser(conf: Conf(file: file, sections: []), rules: rules)
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: newline) ?? bytes.count
      try parser.read(bytes[start..<end])
      start = end + 1
    }
    return parser.conf
  }
}

private let newline: UInt8 = 0x0A
private let hash = UInt8(ascii: "#")

/// Goes through the lines and fills `conf`.
private struct ConfParser {
  var conf: Conf
  let rules: Conf.Rules
  var line = 0
  var count = 0
  /// Index of the section that receives entries.
  var current: Int?

  mutating func read(_ raw: ArraySlice<UInt8>) throws(ConfError) {
    line += 1
    guard raw.count <= rules.lineLimit else {
      throw error("the line has \(raw.count) bytes; at most \(rules.lineLimit) are read")
    }
    var content = raw
    if content.last == 0x0D { content.removeLast() }
    if let control = content.first(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) {
      throw error("control character \(control); expected text")
    }
    content = trimmed(content)
    guard let first = content.first, first != hash, first != UInt8(ascii: ";") else { return }
    guard count < rules.entryLimit else {
      throw error("more than \(rules.entryLimit) entries")
    }
    count += 1
    if first == UInt8(ascii: "[") {
      try readHeader(content)
    } else {
      try readEntry(content)
    }
  }

  private mutating func readHeader(_ content: ArraySlice<UInt8>) throws(ConfError) {
    // A comment may follow; the name itself holds no bracket.
    let expected = "expected [section] or [section \"label\"]"
    guard let close = content.firstIndex(of: UInt8(ascii: "]")) else { throw error(expected) }
    let rest = trimmed(content[(close + 1)...])
    guard rest.isEmpty || rest.first == hash || rest.first == UInt8(ascii: ";") else { throw error(expected) }
    let inside = trimmed(content[(content.startIndex + 1)..<close])
    let blank = inside.firstIndex(where: isBlank) ?? inside.endIndex
    let name = try text(inside[..<blank])
    var labelBytes = trimmed(inside[blank...])
    if labelBytes.first == UInt8(ascii: "\"") {
      guard labelBytes.count >= 2, labelBytes.last == UInt8(ascii: "\"") else { throw error(expected) }
      labelBytes = labelBytes.dropFirst().dropLast()
      guard !labelBytes.isEmpty else { throw error(expected) }
    }
    guard !name.isEmpty, !labelBytes.contains(UInt8(ascii: "\"")) else { throw error(expected) }
    let label = labelBytes.isEmpty ? nil : try text(labelBytes)
    try open(Conf.Section(name: name, label: label, file: conf.file, line: line, entries: []))
  }

  private mutating func open(_ section: Conf.Section) throws(ConfError) {
    if let earlier = conf.index(of: section.name, section.label) {
      throw error("\(section.header) is there already, in line \(conf.sections[earlier].line)")
    }
    current = conf.sections.count
    conf.sections.append(section)
  }

  private mutating func readEntry(_ content: ArraySlice<UInt8>) throws(ConfError) {
    guard let equals = content.firstIndex(of: UInt8(ascii: "=")) else {
      throw error("expected [section] or key = value")
    }
    let key = try text(trimmed(content[..<equals]))
    guard !key.isEmpty else { throw error("expected a key before '='") }
    let value = try text(trimmed(untilComment(content[(equals + 1)...], rules.valueComment)))
    if current == nil {
      try open(Conf.Section(name: "", label: nil, file: conf.file, line: line, entries: []))
    }
    guard let current else { return }
    if !rules.repeatable.contains(key),
      let earlier = conf.sections[current].entries.first(where: { $0.key == key })
    {
      throw error("'\(key)' is there already, in line \(earlier.line)")
    }
    conf.sections[current].entries.append(Conf.Entry(key: key, value: value, file: conf.file, line: line))
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(ConfError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw error("the line is not UTF-8") }
    return text
  }

  private func error(_ text: String) -> ConfError {
    ConfError(file: conf.file, line: line, text: text)
  }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  var result = bytes
  while let first = result.first, isBlank(first) { result.removeFirst() }
  while let last = result.last, isBlank(last) { result.removeLast() }
  return result
}

/// Cuts at the first `mark` that begins the value or follows a blank.
private func untilComment(_ bytes: ArraySlice<UInt8>, _ mark: UInt8) -> ArraySlice<UInt8> {
  var afterBlank = true
  for index in bytes.indices {
    if bytes[index] == mark, afterBlank { return bytes[..<index] }
    afterBlank = isBlank(bytes[index])
  }
  return bytes
}
