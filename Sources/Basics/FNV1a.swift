/// The FNV-1a hash with 64 bits (draft-eastlake-fnv): tells texts and bytes apart, and protects from nobody who wants two
/// to be the same.
package struct FNV1a: Sendable {
  /// The hash of all bytes so far.
  package private(set) var value: UInt64

  /// Begins with the offset basis, which is the hash of no bytes.
  package init() { value = 0xcbf2_9ce4_8422_2325 }

  /// Adds one byte: exclusive or, then a multiplication by the 64-bit prime.
  package mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  /// Adds the bytes of a text in UTF-8, without its length: `ab` and then `c` give the hash of `abc`.
  package mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
  }

  /// The eight bytes of a number, the lowest first.
  package mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
  }

  /// A whole text in 32 bits.
  package static func folded(_ text: String) -> UInt32 {
    var hash = FNV1a()
    hash.add(text)
    return hash.folded
  }

  /// Both halves in 32 bits, for the wire.
  package var folded: UInt32 { UInt32(truncatingIfNeeded: value ^ value >> 32) }
}
