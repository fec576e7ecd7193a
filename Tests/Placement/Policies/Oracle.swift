import Scoring
import Simulation

/// Knows all that there is to know but the future: what each run has left, and how fast every node is now.
///
/// It takes the node on which the new run and those that are there lose least, greedily, with the clocks of now. Each second
/// of a run counts by `Weight`; `OptimumTests` bounds what greed costs.
final class Oracle: Policy {
  enum Weight {
    /// All seconds alike: the sum of completion times is what grows least.
    case completion
    /// By the run's length: the sum of slowdowns is what grows least.
    case slowdown
  }

  private let weight: Weight

  init(_ weight: Weight) {
    self.weight = weight
    super.init(weight == .completion ? "oracle" : "oracle by slowdown", isInstant: true)
  }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    var best: (node: SimulatedNode, cost: Double)?
    for node in simulation.nodes where node.isUp && node.fits(simulation.jobs[job]) {
      let before = total(node.tasks, node, simulation)
      let after = total(node.tasks + [simulation.task(job, on: node)], node, simulation)
      guard let other = best else {
        best = (node, after - before)
        continue
      }
      let gain = other.cost - (after - before)
      // Of equal ones the coolest, or all work would heat one board.
      let isTie = gain.magnitude <= Self.tie * other.cost
      if isTie ? node.celsius < other.node.celsius : gain > 0 { best = (node, after - before) }
    }
    return best?.node.index
  }

  private static let tie = 1e-9

  /// The sum of all ends from now on, if nothing else comes.
  private func total(
    _ tasks: [SimulatedNode.Task], _ node: SimulatedNode, _ simulation: Simulation
  ) -> Double {
    var tasks = tasks
    var time = 0.0
    var sum = 0.0
    while !tasks.isEmpty {
      let rates = node.rates(of: tasks)
      var step = Double.infinity
      for (task, rate) in zip(tasks, rates) {
        step = min(step, (task.fetching > 0 ? task.fetching : task.left) / rate)
      }
      time += step
      var left: [SimulatedNode.Task] = []
      for (index, task) in tasks.enumerated() {
        var task = task
        if task.fetching > 0 {
          task.fetching -= rates[index] * step
          if task.fetching <= 1e-9 { task.fetching = 0 }
        } else {
          task.left -= rates[index] * step
        }
        if task.fetching > 0 || task.left > 1e-6 {
          left.append(task)
        } else {
          sum += time * worth(of: task, simulation)
        }
      }
      tasks = left
    }
    return sum
  }

  private func worth(of task: SimulatedNode.Task, _ simulation: Simulation) -> Double {
    guard weight == .slowdown else { return 1 }
    let job = simulation.jobs[task.job]
    return 1 / (simulation.nodes.map { $0.board.seconds(of: job) }.min() ?? 1)
  }
}
