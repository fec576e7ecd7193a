/// The FNV-1a hash with 64 bits (draft-eastlake-fnv): tells texts and bytes apart, and protects from nobody who wants two
/// to be the same.
public struct FNV1a: Sendable {
  public private(set) var value: UInt64

  public init() { value = 0xcbf2_9ce4_8422_2325 }

  public mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  public mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
  }

  /// The eight bytes of a number, the lowest first.
  public mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
  }

  /// Both halves in 32 bits, for the wire.
  public var folded: UInt32 { UInt32(truncatingIfNeeded: value ^ value >> 32) }
}
