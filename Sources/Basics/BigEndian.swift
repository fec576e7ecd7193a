// Numbers with their highest byte first, as nodes send them to each other.

extension [UInt8] {
  /// Appends the lowest `size` bytes of the number, 8 at most.
  package mutating func append(bigEndian number: UInt64, size: Int) {
    for index in 0..<size { append(UInt8(truncatingIfNeeded: number >> UInt64((size - 1 - index) * 8))) }
  }
}

/// Reads big-endian fields from the front of bytes that somebody else wrote. Whoever reads looks at `isWrong` before the
/// values are used: what is not there reads as 0.
package struct BigEndianReader {
  private let bytes: [UInt8]
  private var position = 0
  /// Whether a field was asked for that is not there, or one is none that a writer makes.
  package private(set) var isWrong = false

  /// Begins at the first byte.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many bytes are left.
  package var count: Int { bytes.count - position }

  /// What was read is none of a writer's values.
  package mutating func refuse() { isWrong = true }

  /// The next `size` bytes, 8 at most, as one number.
  package mutating func number(_ size: Int) -> UInt64 {
    guard take(size) else { return 0 }
    var value: UInt64 = 0
    for index in position - size..<position { value = value << 8 | UInt64(bytes[index]) }
    return value
  }

  /// The next byte.
  package mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: number(1)) }

  /// The next four bytes.
  package mutating func word() -> UInt32 { UInt32(truncatingIfNeeded: number(4)) }

  /// The next `size` bytes as they are.
  package mutating func bytes(_ size: Int) -> [UInt8] {
    take(size) ? Array(bytes[position - size..<position]) : []
  }

  private mutating func take(_ size: Int) -> Bool {
    guard !isWrong, size >= 0, size <= count else {
      isWrong = true
      return false
    }
    position += size
    return true
  }
}
