internal import Basics
package import Mesh

/// The disk as a file: a row of frames, each the changes from the state before (`Durable.changes`), the first from nothing. Numbers are
/// big-endian:
///
///     0      bytes of the changes, 4
///     4      checksum of that number and of the changes, 4 (FNV-1a, folded)
///     8      the changes
///
/// A frame that was being written when the power went is not whole, and was told to nobody: it is cut off. Where whole frames follow
/// one that is damaged, or a whole one cannot be read, what was told to others may be lost, so that the disk is as one that is old.
package enum DurableFile {
  /// What a file held.
  package struct Content: Sendable {
    /// The state that its frames make.
    package var durable: Durable
    /// Bytes of frames that are whole, from the beginning: what follows is to be cut off before more is written.
    package var size: Int
    /// Whether whole frames follow what could be read.
    package var isDamaged: Bool
  }

  private static let headSize = 8

  /// The frame that leads from one state to the next.
  package static func frame(of next: Durable, since former: Durable) -> [UInt8] {
    frame(around: next.changes(since: former))
  }

  static func frame(around changes: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.put(UInt32(changes.count))
    bytes.put(checksum(of: changes[...]))
    return bytes + changes
  }

  /// Takes frames as far as they are whole. What was damaged counts for nothing from then on, but in a home of which the node is
  /// the only voter: nobody else knows more.
  package static func read(_ bytes: [UInt8], by node: NodeID) -> Content {
    var content = Content(durable: Durable(electorate: .nobody), size: 0, isDamaged: false)
    while let end = frameEnd(in: bytes, at: content.size),
      content.durable.take(changes: Array(bytes[content.size + headSize..<end]))
    { content.size = end }
    content.isDamaged = (content.size..<bytes.count).contains { frameEnd(in: bytes, at: $0) != nil }
    if content.isDamaged, !content.durable.electorate.isOnly(node) { content.durable.countForNothing() }
    return content
  }

  /// Where the frame ends that begins here; nil where none that is whole does.
  private static func frameEnd(in bytes: [UInt8], at start: Int) -> Int? {
    guard bytes.count - start > headSize else { return nil }
    let count = number(bytes, at: start)
    guard count > 0, count <= bytes.count - start - headSize else { return nil }
    let end = start + headSize + count
    return number(bytes, at: start + 4) == Int(checksum(of: bytes[start + headSize..<end])) ? end : nil
  }

  private static func number(_ bytes: [UInt8], at start: Int) -> Int {
    bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func checksum(of changes: ArraySlice<UInt8>) -> UInt32 {
    var hash = FNV1a()
    hash.add(UInt64(changes.count))
    for byte in changes { hash.add(byte) }
    return hash.folded
  }
}
