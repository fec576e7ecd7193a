import Basics

/// A domain name: up to 255 bytes of labels, each 1 to 63 bytes long (RFC 1035 3.1).
///
/// Names are equal when their bytes are, ASCII letters without regard to case (RFC 6762 16); the case that was
/// written stays.
package struct DNSName: Hashable, Sendable {
  /// The form on the wire without compression: each label behind its length, then a zero.
  package let bytes: [UInt8]

  /// The longest name, its lengths and final zero included.
  package static let lengthLimit = 255
  /// The longest label.
  package static let labelLimit = 63

  /// The name without labels.
  package static let root = DNSName(wire: [0])

  init(wire bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The name of the labels from the left, or nil where one is empty or something is too long.
  package init?(labels: [[UInt8]]) {
    var bytes: [UInt8] = []
    for label in labels {
      guard (1...DNSName.labelLimit).contains(label.count) else { return nil }
      bytes.append(UInt8(label.count))
      bytes += label
    }
    guard bytes.count < DNSName.lengthLimit else { return nil }
    self.bytes = bytes + [0]
  }

  /// A name written with dots, with or without the last one; there is no escape, so no label holds a dot.
  package init?(_ text: String) {
    let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: true)
    self.init(labels: labels.map { Array($0) })
  }

  /// The name of one label in front of `parent`.
  package init?(label: [UInt8], in parent: DNSName) {
    guard (1...DNSName.labelLimit).contains(label.count),
      label.count + 1 + parent.bytes.count <= DNSName.lengthLimit
    else { return nil }
    bytes = [UInt8(label.count)] + label + parent.bytes
  }

  /// The leftmost label, empty for the root.
  package var firstLabel: [UInt8] {
    guard let count = bytes.first, bytes.count > Int(count) else { return [] }
    return Array(bytes[1..<(1 + Int(count))])
  }

  /// Whether the name is one label in front of `parent`, as a service instance is of its service (RFC 6763 4.1).
  package func isChild(of parent: DNSName) -> Bool {
    guard let count = bytes.first, count > 0 else { return false }
    let rest = 1 + Int(count)
    guard bytes.count - rest == parent.bytes.count else { return false }
    for index in 0..<parent.bytes.count
    where DNSName.folded(bytes[rest + index]) != DNSName.folded(parent.bytes[index]) {
      return false
    }
    return true
  }

  /// The labels joined by dots with a final one, for people: bytes that are not UTF-8 are replaced.
  package var text: String {
    var text: [UInt8] = []
    var position = 0
    while position < bytes.count, bytes[position] > 0 {
      let end = min(bytes.count, position + 1 + Int(bytes[position]))
      text += bytes[(position + 1)..<end]
      text.append(UInt8(ascii: "."))
      position = end
    }
    return text.isEmpty ? "." : String(decoding: text, as: UTF8.self)
  }

  /// Whether the bytes are the same; ASCII letters count without regard to case (RFC 6762 16).
  package static func == (left: DNSName, right: DNSName) -> Bool {
    let count = left.bytes.count
    guard count == right.bytes.count else { return false }
    return left.bytes.withUnsafeBufferPointer { left in
      right.bytes.withUnsafeBufferPointer { right in
        if left.baseAddress == right.baseAddress { return true }
        // From the end of the first labels, where names of one service differ, is not worth the code.
        for index in 0..<count where left[index] != right[index] {
          if folded(left[index]) != folded(right[index]) { return false }
        }
        return true
      }
    }
  }

  /// Hashes the bytes with ASCII letters in lower case, so that equal names have equal hashes.
  package func hash(into hasher: inout Hasher) {
    if bytes.contains(where: { DNSName.folded($0) != $0 }) {
      bytes.map { DNSName.folded($0) }.withUnsafeBytes { hasher.combine(bytes: $0) }
    } else {
      bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
  }

  /// Lengths are below 64 and so never taken for letters.
  static func folded(_ byte: UInt8) -> UInt8 {
    byte >= 65 && byte <= 90 ? byte | 0x20 : byte
  }
}
