import Deciding
import Mesh

/// A board's disk: a file of what must not be forgotten, and what it was meant to hold.
struct Card {
  private(set) var durable: Durable
  private var file: [UInt8]
  private var isDamaged = false

  private static let nothing = Durable(electorate: .nobody)
  /// Longer files are written anew.
  private static let limit = 16 << 10

  /// A disk that was just written.
  init(_ durable: Durable) {
    self.durable = durable
    file = DurableFile.frame(of: durable, since: Self.nothing)
  }

  mutating func write(_ next: Durable) {
    if file.count > Self.limit { return self = Card(next) }
    file += DurableFile.frame(of: next, since: durable)
    durable = next
  }

  /// The power goes, or the writer ends, after this share of what was to be written.
  mutating func tear(_ next: Durable, at share: Double) {
    guard share < 1 else { return write(next) }
    let frame = DurableFile.frame(of: next, since: durable)
    file += frame.prefix(Int(Double(frame.count) * share))
  }

  /// The same with another byte at this place; nil where that is in the last frame.
  func damaged(at place: UInt64, by node: NodeID) -> Card? {
    var card = self
    card.file[Int(place % UInt64(file.count))] ^= UInt8(truncatingIfNeeded: 1 << (place % 8))
    let content = DurableFile.read(card.file, by: node)
    (card.isDamaged, card.durable) = (content.isDamaged, content.durable)
    return card.isDamaged ? card : nil
  }

  /// What an agent reads at its start.
  ///
  /// - Returns: what is wrong with that.
  mutating func read(by node: NodeID) -> String? {
    let content = DurableFile.read(file, by: node)
    if content.isDamaged != isDamaged { return "a disk is damaged: \(content.isDamaged)" }
    let was = durable
    guard content.durable.changes(since: was) == was.changes(since: was) else {
      return "a disk lost something"
    }
    if isDamaged { self = Card(durable) } else { file = Array(file.prefix(content.size)) }
    return nil
  }

  /// A voter that forgets its vote.
  mutating func forgetVote() {
    var next = durable
    next.vote = nil
    self = Card(next)
  }
}
