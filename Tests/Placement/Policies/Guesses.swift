import Scoring
import Simulation

/// The node whose cores are least busy by its last word.
final class LeastBusy: Booking {
  init() { super.init("least CPU") }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { _, sight in sight.busyShare }
  }
}

/// The better of two nodes chosen by chance: fewer tasks for what all its cores can do.
final class TwoChoices: Booking {
  private var random: Randomness

  init(seed: UInt64) {
    random = Randomness(seed: seed)
    super.init("two choices")
  }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let seen = simulation.seen[simulation.jobs[job].origin]
    let up = simulation.nodes.indices.filter { seen[$0].isUp }
    guard !up.isEmpty else { return nil }
    let first = up[random.below(up.count)]
    let second = up[random.below(up.count)]
    return least(job, simulation) { node, _ in
      node == first || node == second
        ? Double((runs[node] ?? 0) + 1) / simulation.nodes[node].board.capacity : nil
    }
  }
}

/// Each node in its turn.
final class RoundRobin: Booking {
  private var next = -1

  init() { super.init("round robin") }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let count = simulation.nodes.count
    let seen = simulation.seen[simulation.jobs[job].origin]
    for _ in 0..<count {
      next = (next + 1) % count
      if seen[next].isUp { return least(job, simulation) { node, _ in node == next ? 0 : nil } }
    }
    return nil
  }
}

/// Any node.
final class RandomChoice: Booking {
  private var random: Randomness

  init(seed: UInt64) {
    random = Randomness(seed: seed &+ 77)
    super.init("random")
  }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { _, _ in random.unit() }
  }
}

/// The node with the fastest core, always.
final class Fastest: Booking {
  init() { super.init("fastest only") }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { node, _ in -simulation.nodes[node].board.speeds.share(of: 1) }
  }
}
