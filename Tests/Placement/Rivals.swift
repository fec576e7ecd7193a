import Foundation
import Scoring
import Simulation

/// The simple ways that others choose by. Each knows what it would know: a manager its own placements exactly, an agent the
/// readings that its peers last told.
enum Rivals {
  static func all(seed: UInt64) -> [Policy] {
    [
      HomeEdge(excludesSelf: false), HomeEdge(excludesSelf: true), Spread(), LeastBusy(), TwoChoices(seed: seed),
      LeastAllocated(), BinPack(), RoundRobin(), RandomChoice(seed: seed), Fastest(),
    ]
  }
}

/// Counts what it placed and what has not ended: a manager's own book.
class Booking: Policy {
  var runs: [Int: Int] = [:]
  var memory: [Int: Int64] = [:]
  private var memoryOf: [Int: Int64] = [:]

  final override func placed(_ job: Int, on node: Int) {
    runs[node, default: 0] += 1
    memory[node, default: 0] += memoryOf[job] ?? 0
  }

  final override func ended(_ job: Int, on node: Int) {
    runs[node, default: 0] -= 1
    memory[node, default: 0] -= memoryOf[job] ?? 0
  }

  /// The index of the node that is up and has the least of something; the first of equals.
  func least(_ job: Int, _ simulation: Simulation, _ value: (Int, Sight) -> Double?) -> Int? {
    memoryOf[job] = simulation.jobs[job].memory
    var best: (node: Int, value: Double)?
    let seen = simulation.seen[simulation.jobs[job].hub]
    for node in simulation.nodes.indices where seen[node].isUp {
      guard let value = value(node, seen[node]), value < best?.value ?? .infinity else { continue }
      best = (node, value)
    }
    return best?.node
  }
}

/// LF Edge Home Edge 1.2: the sum of terms of which a higher load makes one higher, and a nearer node another.
final class HomeEdge: Booking {
  private let excludesSelf: Bool

  init(excludesSelf: Bool) {
    self.excludesSelf = excludesSelf
    super.init(excludesSelf ? "Home Edge, self excluded" : "Home Edge")
  }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let hub = simulation.jobs[job].hub
    return least(job, simulation) { node, sight in
      if excludesSelf && node == hub && simulation.nodes.count > 1 { return nil }
      let way = node == hub ? 0.0005 : 0.001 + 2 * (simulation.nodes[node].board.latency + simulation.nodes[hub].board.latency)
      let cpu =
        (pow(sight.megahertz, 0.66) / 5.66 + pow(sight.busyShare * 100, 0.241) / 3.22 + pow(sight.cores, 0.3) / 4) / 3
      return -(pow(1000, 0.9) / 8770 + cpu / 2 + 0.77 * pow(way, -0.43))
    }
  }
}

/// Docker Swarm: the node with the fewest tasks.
final class Spread: Booking {
  init() { super.init("spread (Swarm)") }
  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { node, _ in Double(self.runs[node] ?? 0) }
  }
}

/// The node whose cores are least busy by its last word.
final class LeastBusy: Booking {
  init() { super.init("least CPU") }
  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { _, sight in sight.busyShare }
  }
}

/// The better of two nodes chosen by chance: fewer tasks for its cores' speed.
final class TwoChoices: Booking {
  private var random: Randomness

  init(seed: UInt64) {
    random = Randomness(seed: seed)
    super.init("two choices")
  }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let up = simulation.nodes.indices.filter { simulation.seen[simulation.jobs[job].hub][$0].isUp }
    guard let first = up.randomElement(using: &random), let second = up.randomElement(using: &random) else { return nil }
    return least(job, simulation) { node, _ in
      node == first || node == second ? Double((self.runs[node] ?? 0) + 1) / simulation.nodes[node].board.capacity : nil
    }
  }
}

/// Kubernetes' NodeResourcesFit, LeastAllocated: the mean of what is free of cores and memory, by requests (one core each).
final class LeastAllocated: Booking {
  init() { super.init("LeastAllocated") }
  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { node, sight in
      let memory = (self.memory[node] ?? 0) + simulation.jobs[job].memory
      guard memory <= simulation.nodes[node].board.memory else { return nil }
      return Double((self.runs[node] ?? 0) + 1) / sight.cores
        + Double(memory) / Double(simulation.nodes[node].board.memory)
    }
  }
}

/// Kubernetes' MostAllocated: the fullest node that the requests still fit on.
final class BinPack: Booking {
  init() { super.init("bin-pack") }
  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let fitting = least(job, simulation) { node, sight in
      let runs = Double((self.runs[node] ?? 0) + 1)
      let memory = (self.memory[node] ?? 0) + simulation.jobs[job].memory
      guard runs <= sight.cores, memory <= simulation.nodes[node].board.memory else { return nil }
      return -(runs / sight.cores + Double(memory) / Double(simulation.nodes[node].board.memory))
    }
    return fitting ?? least(job, simulation) { node, sight in Double(self.runs[node] ?? 0) / sight.cores }
  }
}

final class RoundRobin: Booking {
  private var next = -1
  init() { super.init("round robin") }
  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let count = simulation.nodes.count
    for _ in 0..<count {
      next = (next + 1) % count
      if simulation.seen[simulation.jobs[job].hub][next].isUp { return least(job, simulation) { node, _ in node == self.next ? 0 : nil } }
    }
    return nil
  }
}

final class RandomChoice: Booking {
  private var random: Randomness
  init(seed: UInt64) {
    random = Randomness(seed: seed &+ 77)
    super.init("random")
  }
  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { _, _ in Double.random(in: 0..<1, using: &self.random) }
  }
}

/// The node with the fastest core, always.
final class Fastest: Booking {
  init() { super.init("fastest only") }
  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { node, _ in -simulation.nodes[node].board.speeds.share(of: 1) }
  }
}
