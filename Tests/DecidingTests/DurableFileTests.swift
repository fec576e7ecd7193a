import Mesh
import TestSupport
import Testing

@testable import Deciding

/// The file of what must not be forgotten.
struct DurableFileTests {
  private let node = NodeID(high: 1, low: 1)
  private let nothing = Durable(electorate: .nobody)

  /// States of a disk, each with its frame; in a home of which the node is one of two voters, or the only one.
  private func states(seed: UInt64, isAlone: Bool = false) -> [(state: Durable, frame: [UInt8])] {
    var maker = DurableMaker(seed: seed)
    var former = nothing
    return (0..<6).map { _ in
      var next = maker.next(after: former)
      next.isEmptied = false
      next.electorate = Electorate(
        version: .none, edition: .none, voters: isAlone ? [node] : [node, NodeID(high: 1, low: 2)],
        hasGateway: false)
      defer { former = next }
      return (next, DurableFile.frame(of: next, since: former))
    }
  }

  private func isSame(_ left: Durable, _ right: Durable) -> Bool {
    left.changes(since: right) == right.changes(since: right)
  }

  @Test func whatWasWrittenIsRead() {
    for seed in 1...20 as ClosedRange<UInt64> {
      let states = states(seed: seed)
      let bytes = states.flatMap(\.frame)
      let content = DurableFile.read(bytes, by: node)
      #expect(isSame(content.durable, states[5].state) && content.size == bytes.count && !content.isDamaged)
    }
    let empty = DurableFile.read([], by: node)
    #expect(isSame(empty.durable, nothing) && empty.size == 0 && !empty.isDamaged)
  }

  @Test func aFrameThatIsNotWholeIsCutOff() {
    let states = states(seed: 3)
    let before = states.prefix(5).flatMap(\.frame)
    let last = states[5].frame
    for tail in (0..<last.count).map({ Array(last.prefix($0)) }) + [[UInt8](repeating: 0, count: 4096)] {
      let content = DurableFile.read(before + tail, by: node)
      #expect(isSame(content.durable, states[4].state) && content.size == before.count && !content.isDamaged)
    }
  }

  @Test func whatFollowsADamagedFrameIsLostAndTheDiskCountsForNothing() {
    let states = states(seed: 4)
    let bytes = states.flatMap(\.frame)
    let start = states.prefix(3).flatMap(\.frame).count
    for place in start..<start + states[3].frame.count {
      var damaged = bytes
      damaged[place] ^= 4
      let content = DurableFile.read(damaged, by: node)
      #expect(content.isDamaged && content.durable.isEmptied && content.durable.settled == 0)
      #expect(content.size == start && content.durable.records.digest == states[2].state.records.digest)
    }
  }

  @Test func aWholeFrameOfAnotherVersionIsNotCutOff() {
    let states = states(seed: 6)
    let bytes = states.flatMap(\.frame)
    // A head that fits, over changes that begin with another version.
    var changes = Array(states[5].frame.dropFirst(8))
    changes[0] = 9
    let content = DurableFile.read(bytes + DurableFile.frame(around: changes), by: node)
    #expect(content.isDamaged && content.size == bytes.count && content.durable.isEmptied)
  }

  @Test func theOnlyVoterGoesOnWithWhatIsLeft() {
    let states = states(seed: 5, isAlone: true)
    var bytes = states.flatMap(\.frame)
    bytes[bytes.count - states[5].frame.count - 1] ^= 1
    let content = DurableFile.read(bytes, by: node)
    #expect(content.isDamaged && isSame(content.durable, states[3].state))
  }

  @Test func mutationsOfFilesAreReadOrCutOffFuzz() {
    let corpus = (1...5).map { states(seed: $0).flatMap(\.frame) }
    fuzz(cases: 3_000, seed: 10, "files") { random in
      var mutator = Mutator(corpus: corpus, seed: random.next())
      let bytes = mutator.next()
      let content = DurableFile.read(bytes, by: node)
      #expect(content.size <= bytes.count)
      // What was read is read again once the rest is cut off.
      let again = DurableFile.read(Array(bytes.prefix(content.size)), by: node)
      #expect(again.size == content.size && !again.isDamaged)
      return nil
    }
  }
}
