// IP and MAC addresses as Go's net package reads and writes them.

import Basics

/// The addresses that options of `docker run` take, with the rules of Go's net package.
package enum OptionAddress {
  /// `text` in Go's normal form: RFC 5952 for IPv6, dotted decimal for IPv4 and for IPv4 in IPv6.
  static func normal(_ text: String) throws(OptionFault) -> String {
    guard let bytes = parse(text.trimmed) else {
      throw OptionFault("IP address is not correctly formatted: %", text)
    }
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    if bytes.count == 4 || bytes.starts(with: mapped) { return dotted(bytes.suffix(4)) }
    return colons(bytes)
  }

  /// Four bytes of an IPv4 address or sixteen of an IPv6 address without zone; nil on anything else.
  package static func parse(_ text: String) -> [UInt8]? { text.has(":") ? parse6(text) : parse4(text) }

  /// True for EUI-48, EUI-64 and 20-octet addresses with colons, hyphens or points as Go's ParseMAC takes them.
  static func isMAC(_ text: String) -> Bool {
    let points = text.has(".")
    let parts = text.pieces(at: points ? "." : text.has(":") ? ":" : "-")
    let width = points ? 4 : 2
    guard [6, 8, 20].contains(parts.count * width / 2) else { return false }
    return parts.allSatisfy { part in
      part.utf8.count == width && part.utf8.allSatisfy { $0.hexadecimal != nil }
    }
  }

  private static func parse4(_ text: String) -> [UInt8]? {
    let parts = text.pieces(at: ".")
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      // A leading zero could mean octal, so Go and we refuse it.
      guard part == "0" || part.utf8.first != 0x30, part.utf8.count <= 3,
        let number = OptionNumber.natural(part), let byte = UInt8(exactly: number)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func parse6(_ text: String) -> [UInt8]? {
    var sides: [[UInt8]] = [[]]
    var groups = text.pieces(at: ":")
    guard groups.count >= 3, groups.count <= 9 else { return nil }
    if groups[0].utf8.isEmpty {
      guard groups[1].utf8.isEmpty else { return nil }
      groups.removeFirst()
    }
    if let last = groups.last, last.utf8.isEmpty {
      guard groups.count >= 2, groups[groups.count - 2].utf8.isEmpty else { return nil }
      groups.removeLast()
    }
    for (index, group) in groups.enumerated() {
      if group.utf8.isEmpty {
        guard sides.count == 1 else { return nil }
        sides.append([])
      } else if index == groups.count - 1, group.has("."), let four = parse4(group) {
        sides[sides.count - 1] += four
      } else {
        guard group.utf8.count <= 4, let value = OptionNumber.natural(group, radix: 16) else { return nil }
        sides[sides.count - 1] += [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
      }
    }
    let given = sides.reduce(0) { $0 + $1.count }
    guard sides.count == 2 ? given <= 14 : given == 16 else { return nil }
    if sides.count == 1 { return sides[0] }
    return sides[0] + [UInt8](repeating: 0, count: 16 - given) + sides[1]
  }

  private static func dotted(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    for byte in bytes { text += text.utf8.isEmpty ? "\(byte)" : ".\(byte)" }
    return text
  }

  /// Eight groups, the first longest run of at least two zero groups written as `::`.
  private static func colons(_ bytes: [UInt8]) -> String {
    var groups: [UInt16] = []
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
      groups.append(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]))
    }
    var longest = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > max(longest.count, 1) { longest = start..<(index + 1) }
    }
    var text = ""
    for (index, group) in groups.enumerated() where !longest.contains(index) {
      if index > 0, index != longest.upperBound || longest.isEmpty { text += ":" }
      text += String(group, radix: 16)
      if index + 1 == longest.lowerBound, !longest.isEmpty { text += "::" }
    }
    return longest.lowerBound == 0 && !longest.isEmpty ? "::" + text : text
  }
}
