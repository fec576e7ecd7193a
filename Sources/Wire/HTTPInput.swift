/// The bytes of a connection that were received and not yet understood.
///
/// Reading only moves an index; what was read is dropped when that is cheaper than keeping it, so that neither many
/// requests in one packet nor one request in many packets costs more than its length.
struct HTTPInput {
  enum Line {
    case incomplete
    case tooLong
    /// The line feed has no carriage return before it (RFC 9112 section 2.2 lets a recipient refuse that).
    case bareLineFeed
    /// The place of the line without its end; valid until the next `append` or `release`.
    case line(Range<Int>)
  }

  private(set) var bytes: [UInt8] = []
  private var start = 0
  /// Up to here there is no line feed: a line that comes byte by byte is searched once.
  private var searched = 0

  /// More than the largest message is only held for a caller that feeds without reading.
  private static let capacity = 4 << 20
  /// An idle connection keeps no more than this: there are up to 64 of them.
  private static let idleCapacity = 4 << 10

  var count: Int { bytes.count - start }
  /// Bytes of memory that it takes.
  var held: Int { bytes.capacity }

  /// Takes the bytes, or none of them and returns false if too much is waiting already.
  mutating func append(_ new: UnsafeRawBufferPointer) -> Bool {
    guard new.count <= HTTPInput.capacity - count else { return false }
    if start > 0, start >= count {
      bytes.removeFirst(start)
      searched = max(0, searched - start)
      start = 0
    }
    bytes.append(contentsOf: new)
    return true
  }

  /// Reads a line of at most `limit` bytes with its end.
  mutating func line(limit: Int) -> Line {
    var index = max(searched, start)
    let end = count > limit ? start + limit : bytes.count
    while index < end, bytes[index] != 0x0A { index += 1 }
    searched = index
    guard index < end else { return count >= limit ? .tooLong : .incomplete }
    let first = start
    start = index + 1
    guard index > first, bytes[index - 1] == 0x0D else { return .bareLineFeed }
    return .line(first..<(index - 1))
  }

  /// Reads what is there of the next `limit` bytes; empty if nothing is. Valid as a line's range is.
  mutating func take(atMost limit: Int) -> Range<Int> {
    let first = start
    start += min(count, max(0, limit))
    return first..<start
  }

  /// Forgets what was read if nothing else is there.
  mutating func release() {
    guard start == bytes.count else { return }
    if bytes.capacity > HTTPInput.idleCapacity {
      bytes = []
    } else {
      bytes.removeAll(keepingCapacity: true)
    }
    start = 0
    searched = 0
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}
