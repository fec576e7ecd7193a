import Simulation

/// Docker Swarm: the node with the fewest tasks, of those that its reservations fit on.
final class Spread: Booking {
  init() { super.init("spread (Swarm)") }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    least(job, simulation) { node, _ in
      holds(job, on: node, simulation) ? Double(runs[node] ?? 0) : nil
    }
  }
}

/// Kubernetes' NodeResourcesFit, LeastAllocated: what is free of cores and memory after the request.
final class LeastAllocated: Booking {
  init() { super.init("LeastAllocated") }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let it = simulation.jobs[job]
    return least(job, simulation) { node, sight in
      guard holds(job, on: node, simulation) else { return nil }
      let memory = (memory[node] ?? 0) + (it.tellsMemory ? it.memory : 0)
      return ((cores[node] ?? 0) + it.threads) / sight.cores
        + Double(memory) / Double(simulation.nodes[node].board.memory)
    }
  }
}

/// Kubernetes' MostAllocated: the fullest node that the request still fits on; where there is none, the least full.
final class BinPack: Booking {
  init() { super.init("bin-pack") }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let it = simulation.jobs[job]
    let fitting = least(job, simulation) { node, sight in
      let booked = (cores[node] ?? 0) + it.threads
      guard booked <= sight.cores, holds(job, on: node, simulation) else { return nil }
      return
        -(booked / sight.cores
        + Double(memory[node] ?? 0) / Double(simulation.nodes[node].board.memory))
    }
    return fitting
      ?? least(job, simulation) { node, sight in
        holds(job, on: node, simulation) ? (cores[node] ?? 0) / sight.cores : nil
      }
  }
}
