import Basics
import Mesh
import TestSupport
import Testing

@testable import Deciding

/// States of the disk as a row of changes.
struct DurableChangesTests {
  private let nothing = Durable(electorate: .nobody)

  /// All of it, in an order of its own.
  private func all(_ durable: Durable) -> [UInt8] {
    var sorted = durable
    sorted.known.sort { $0.node < $1.node }
    return sorted.changes(since: nothing)
  }

  @Test func changesLeadFromEachStateToTheNext() {
    for seed in 1...60 as ClosedRange<UInt64> {
      var maker = DurableMaker(seed: seed)
      var written = nothing
      var read = nothing
      for _ in 1...40 {
        let next = maker.next(after: written)
        let isTaken = read.take(changes: next.changes(since: written))
        #expect(isTaken && all(read) == all(next), "seed \(seed)")
        #expect(read.records.digest == next.records.digest, "seed \(seed)")
        written = next
      }
      var anew = nothing
      let isTaken = anew.take(changes: written.changes(since: nothing))
      #expect(isTaken && all(anew) == all(written))
    }
  }

  @Test func aPartOfChangesChangesNothing() {
    var maker = DurableMaker(seed: 7)
    let first = maker.next(after: nothing)
    let bytes = maker.next(after: first).changes(since: first)
    for count in 0..<bytes.count {
      var durable = first
      let isTaken = durable.take(changes: Array(bytes.prefix(count)))
      #expect(!isTaken && all(durable) == all(first))
    }
  }

  @Test func mutationsOfChangesAreTakenOrRefusedFuzz() {
    var maker = DurableMaker(seed: 8)
    var written = nothing
    var corpus: [[UInt8]] = []
    for _ in 1...20 {
      let next = maker.next(after: written)
      corpus.append(next.changes(since: written))
      written = next
    }
    fuzz(cases: 10_000, seed: 9, "changes") { random in
      var (mutator, durable) = (Mutator(corpus: corpus, seed: random.next()), nothing)
      for _ in 0..<6 {
        let bytes = mutator.next()
        guard durable.take(changes: bytes) else { continue }
        var again = nothing
        guard again.take(changes: durable.changes(since: nothing)), all(again) == all(durable) else {
          return "are taken, and not written so: \(bytes)"
        }
      }
      return nil
    }
  }
}

/// Makes states of a disk, by chance: some little different from the one before, some quite another.
struct DurableMaker {
  private var random: SplitMix64
  private var maker: MessageMaker

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    maker = MessageMaker(seed: seed)
  }

  mutating func next(after former: Durable) -> Durable {
    var next = former
    next.term += UInt32(random.below(3))
    next.vote = random.below(2) == 0 ? nil : NodeID(high: 1, low: UInt64(random.below(5)))
    next.incarnation += 1
    next.isEmptied = random.below(9) == 0
    if random.below(12) == 0 { next.records = RecordSet() }
    if random.below(20) == 0 {
      next = Durable(electorate: .nobody)
      next.lineage = Lineage(id: random.next(), generation: 1)
    }
    for _ in 0..<random.below(5) { next.records.set(maker.record(below: 12)) }
    if random.below(3) == 0, let key = next.records.records.first?.key { next.records.drop(key) }
    let known = Durable.Known(
      node: NodeID(high: 1, low: UInt64(random.below(9))), incarnation: UInt32(random.below(99)),
      position: .none)
    next.known.removeAll { $0.node == known.node }
    next.known.append(known)
    return next
  }
}
