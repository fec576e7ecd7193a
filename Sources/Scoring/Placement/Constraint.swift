import Basics

/// A condition on the node that may run a service, in Docker Swarm's words: `node.hostname!=kitchen`.
package struct Constraint: Sendable, Equatable {
  /// What of a node is compared.
  package enum Subject: String, Sendable, CaseIterable {
    case id = "node.id"
    case hostName = "node.hostname"
    case architecture = "node.platform.arch"
    case board = "node.board"
  }

  /// What is compared.
  package let subject: Subject
  /// `==`, else `!=`.
  package let isEqual: Bool
  /// What it is compared with, as it was written.
  package let value: String

  /// Most constraints of one request.
  package static let limit = 16
  /// Longest text of one, in bytes.
  package static let lengthLimit = 256

  /// Understands one constraint; blanks around its parts do not count.
  package init(parsing text: String) throws(ConstraintError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.lengthLimit else { throw .tooLong(bytes.count) }
    var position = 0
    while position < bytes.count, bytes[position] != equals, bytes[position] != exclamation { position += 1 }
    guard position + 1 < bytes.count, bytes[position + 1] == equals else { throw .noOperator(text) }
    let name = word(bytes[..<position])
    guard let subject = Subject.allCases.first(where: { $0.rawValue == name }) else {
      throw .unknownSubject(text)
    }
    let value = word(bytes[(position + 2)...])
    guard !value.isEmpty, !value.utf8.contains(equals) else { throw .badValue(text) }
    self.subject = subject
    isEqual = bytes[position] == equals
    self.value = value
  }

  /// Understands the constraints of a request.
  package static func parse(_ texts: [String]) throws(ConstraintError) -> [Constraint] {
    guard texts.count <= limit else { throw .tooMany(texts.count) }
    var constraints: [Constraint] = []
    for text in texts { constraints.append(try Constraint(parsing: text)) }
    return constraints
  }

  /// The constraint as one writes it, without blanks.
  package var text: String {
    subject.rawValue + (isEqual ? "==" : "!=") + value
  }

  /// Whether the node meets it. The case of ASCII letters does not count, as in Swarm; what is not known equals
  /// nothing. Of an architecture any spelling counts, as Swarm's users write the kernel's.
  package func allows(_ node: HomeNode) -> Bool {
    let actual: String
    switch subject {
    case .id: actual = node.id
    case .hostName: actual = node.name
    case .architecture:
      return (!node.architecture.isEmpty && Architecture(value).includes(Architecture(node.architecture)))
        == isEqual
    case .board: actual = node.board
    }
    return sameLetters(actual, value) == isEqual
  }
}

/// What is wrong with a constraint; the text is the constraint's.
package enum ConstraintError: Error, Equatable {
  case tooMany(Int)
  case tooLong(Int)
  case noOperator(String)
  case unknownSubject(String)
  case badValue(String)

  /// What was wrong, and what was expected.
  package var description: String {
    switch self {
    case .tooMany(let count): "\(count) constraints, at most \(Constraint.limit)"
    case .tooLong(let count): "a constraint of \(count) bytes, at most \(Constraint.lengthLimit)"
    case .noOperator(let text): "constraint '\(text)': expected == or !="
    case .unknownSubject(let text):
      "constraint '\(text)': expected node.id, node.hostname, node.platform.arch or node.board"
    case .badValue(let text): "constraint '\(text)': expected one value"
    }
  }
}

private let equals = UInt8(ascii: "=")
private let exclamation = UInt8(ascii: "!")

private func word(_ bytes: ArraySlice<UInt8>) -> String {
  var bytes = bytes
  while let first = bytes.first, first == 32 || first == 9 { bytes.removeFirst() }
  while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
  return String(decoding: bytes, as: UTF8.self)
}

/// Whether both are the same but for the case of ASCII letters.
private func sameLetters(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  var theirs = right.utf8.makeIterator()
  for byte in left.utf8 where lowered(byte) != theirs.next().map(lowered) { return false }
  return true
}

private func lowered(_ byte: UInt8) -> UInt8 {
  byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
}
