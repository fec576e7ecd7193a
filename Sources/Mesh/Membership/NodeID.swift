internal import Basics

/// The identity of a node: 16 bytes, a UUID that the node keeps for its life.
package struct NodeID: Hashable, Comparable, Sendable {
  /// The first and the last 8 bytes, each as a big-endian number.
  package let high: UInt64
  /// The last 8 bytes.
  package let low: UInt64

  /// From the two halves of the UUID's 16 bytes, each big-endian.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// From text like `123e4567-e89b-12d3-a456-426614174000`, in either case; nil for anything else.
  package init?(uuid: String) {
    var halves: (UInt64, UInt64) = (0, 0)
    var digits = 0
    for (position, byte) in uuid.utf8.enumerated() {
      if position == 8 || position == 13 || position == 18 || position == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      digits += 1
      guard digits <= 32 else { return nil }
      if digits <= 16 {
        halves.0 = halves.0 << 4 | UInt64(digit)
      } else {
        halves.1 = halves.1 << 4 | UInt64(digit)
      }
    }
    guard digits == 32 else { return nil }
    (high, low) = halves
  }

  /// The text form, in lower case.
  package var uuid: String {
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for digit in 0..<32 {
      if digit == 8 || digit == 12 || digit == 16 || digit == 20 { text.append(UInt8(ascii: "-")) }
      let half = digit < 16 ? high : low
      let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - digit % 16 * 4)) & 15
      text.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What stands before the UUID where a node is named, as Home Edge has it.
  package static let prefix = "edge-orchestration-"

  /// From a node's name in the home, `edge-orchestration-` and a UUID; nil for anything else.
  package init?(identity: String) {
    guard identity.begins(with: Self.prefix) else { return nil }
    self.init(uuid: identity.dropping(Self.prefix.utf8.count))
  }

  /// The node's name in the home: `edge-orchestration-` and the UUID in lower case.
  package var identity: String { Self.prefix + uuid }

  /// The order of the bytes, which is that of the UUID's text.
  package static func < (left: NodeID, right: NodeID) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }
}
