import Basics

/// The header fields of a message, in order; names are compared without regard to case (RFC 9110 section 5.1).
package struct HTTPHeaders: Sendable {
  /// The fields as they were added, with names as they were written; a name may come several times.
  package private(set) var entries: [(name: String, value: String)] = []

  /// No fields.
  package init() {}

  /// Fields in this order; nothing is checked or merged.
  package init(_ entries: [(String, String)]) {
    for entry in entries { add(entry.0, entry.1) }
  }

  /// Adds a field behind all others, also where one of that name is there.
  package mutating func add(_ name: String, _ value: String) {
    entries.append((name: name, value: value))
  }

  /// Puts one field of that name in the place of all that were there.
  package mutating func set(_ name: String, _ value: String) {
    entries.removeAll { equalIgnoringCase($0.name, name) }
    add(name, value)
  }

  /// The value of the first field of that name.
  package subscript(name: String) -> String? {
    for entry in entries where equalIgnoringCase(entry.name, name) { return entry.value }
    return nil
  }

  /// The values of all fields of that name, in order.
  package func values(of name: String) -> [String] {
    var values: [String] = []
    for entry in entries where equalIgnoringCase(entry.name, name) { values.append(entry.value) }
    return values
  }

  /// Whether a field that is a comma-separated list holds the token, in any case.
  func list(_ name: String, holds token: String) -> Bool {
    for entry in entries where equalIgnoringCase(entry.name, name) {
      for element in entry.value.utf8.split(separator: UInt8(ascii: ",")) {
        if equalIgnoringCase(trimmed(element), token.utf8[...]) { return true }
      }
    }
    return false
  }

  private func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
    var text = text
    while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
    while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
    return text
  }
}

/// Whether two texts are the same but for the case of ASCII letters.
func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  return equalIgnoringCase(left.utf8[...], right.utf8[...])
}

private func equalIgnoringCase(_ left: Substring.UTF8View, _ right: Substring.UTF8View) -> Bool {
  var ours = left.makeIterator()
  var theirs = right.makeIterator()
  while true {
    switch (ours.next(), theirs.next()) {
    case (nil, nil): return true
    case (let our?, let their?):
      guard our == their || lowercased(our) == lowercased(their) else { return false }
    default: return false
    }
  }
}

func lowercased(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
