import Deciding
import Foundation

/// Schedules of a row of seeds.
struct Trial {
  var seeds: ClosedRange<UInt64> = 1...100
  /// Boards of a home, in turn.
  var sizes = [2, 3, 4, 5]
  /// The share of rounds whose faults are made for one rule.
  var directed = 0.35
  /// Ends with the first schedule that notices something.
  var isOnce = false
  var trace: ((String) -> Void)?

  struct Outcome {
    var done: UInt64 = 0
    var bad: UInt64 = 0
    var seconds = 0.0
    var text = ""
  }

  func run(without: Rules = [], report: (String) -> Void = { _ in }) -> Outcome {
    var outcome = Outcome()
    for seed in seeds where !isOnce || outcome.bad == 0 {
      let nodes = sizes[Int(seed % UInt64(sizes.count))]
      let world = World(seed: seed, nodes: nodes, without: without)
      world.trace = trace
      if let text = world.schedule(directed: directed) {
        outcome.bad += 1
        outcome.text = "seed \(seed) \(nodes): \(text)\(world.hasGateway ? " [gateway]" : "")"
        report(outcome.text)
      }
      outcome.done += 1
      outcome.seconds += Double(world.now) / 1e9
    }
    return outcome
  }
}
