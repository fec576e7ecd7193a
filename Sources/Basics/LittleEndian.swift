// Numbers with their lowest byte first, as two processes of this machine send them to each other.

extension [UInt8] {
  /// Appends the lowest `size` bytes of the number, 8 at most.
  package mutating func append(littleEndian number: UInt64, size: Int) {
    for index in 0..<size { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }
}

extension ArraySlice<UInt8> {
  /// The number that all of its bytes are, 8 at most.
  package var littleEndian: UInt64 {
    var value: UInt64 = 0
    for byte in reversed() { value = value << 8 | UInt64(byte) }
    return value
  }
}
