package import Basics
package import Mesh

/// The heartbeats of this node as bytes, and those of others: who lacks what changes rarely of a heartbeat asks for it.
package struct BeatPost: Sendable {
  private var writer: BeatWriter
  private var readers: [Sender] = []
  /// Who wants all of the next heartbeat.
  private var owed: [NodeID] = []

  private struct Sender: Sendable {
    let node: NodeID
    var start: UInt32
    var reader: BeatReader
    var heard: Instant
    var isIncomplete = false
    var asked: Instant?
  }

  /// Between two heartbeats by which one node is asked.
  private static let pause = Interval.milliseconds(300)

  /// How many nodes it reads.
  package var count: Int { readers.count }

  /// - Parameter version: random, as `BeatWriter` wants it.
  package init(version: UInt8) { writer = BeatWriter(version: version) }

  /// The bytes of a heartbeat to one node, or to all where `node` is nil.
  package mutating func encode(_ beat: Beat, to node: NodeID?) -> [UInt8] {
    let isOwed = node.map { owed.contains($0) } ?? !owed.isEmpty
    owed.removeAll { node == nil || $0 == node }
    let wants = readers.contains { $0.isIncomplete && (node == nil || $0.node == node) }
    return writer.encode(beat, isWhole: isOwed, wants: wants)
  }

  /// Reads what another node sent.
  ///
  /// - Parameters:
  ///   - start: of its agent, as the packet tells.
  /// - Returns: the heartbeat, nil where it cannot be understood yet; and whether that node is to get one of this node's now,
  ///   which answers it or asks it.
  package mutating func decode(
    _ bytes: [UInt8], from node: NodeID, start: UInt32, at now: Instant
  ) -> (beat: Beat?, isToAnswer: Bool) {
    let place = place(of: node, start, now)
    readers[place].heard = now
    switch readers[place].reader.decode(bytes) {
    case nil: return (nil, false)
    case .beat(let beat, let wants):
      readers[place].isIncomplete = false
      if wants { owe(node) }
      return (beat, wants)
    case .incomplete(let wants):
      readers[place].isIncomplete = true
      if wants { owe(node) }
      let isDue = readers[place].asked.map { now - $0 >= Self.pause } ?? true
      if isDue { readers[place].asked = now }
      return (nil, wants || isDue)
    }
  }

  private mutating func owe(_ node: NodeID) {
    if !owed.contains(node), owed.count < DecidingLimits.members { owed.append(node) }
  }

  private mutating func place(of node: NodeID, _ start: UInt32, _ now: Instant) -> Int {
    if let place = readers.firstIndex(where: { $0.node == node }) {
      if readers[place].start != start {
        readers[place] = Sender(node: node, start: start, reader: BeatReader(start: start), heard: now)
      }
      return place
    }
    if readers.count >= DecidingLimits.members {
      var oldest = 0
      for place in readers.indices where readers[place].heard < readers[oldest].heard { oldest = place }
      readers.remove(at: oldest)
    }
    readers.append(Sender(node: node, start: start, reader: BeatReader(start: start), heard: now))
    return readers.count - 1
  }
}
