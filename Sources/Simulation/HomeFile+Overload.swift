import Basics
import Scoring

/// More than a home can do.
package struct Overload: Sendable {
  /// What is asked and what the home has, in one sentence without a full stop.
  package var text: String
  /// Runs that had not ended when the last request comes, about.
  var left: Double
}

extension HomeFile {
  /// Runs that may pile up on a home that is simulated: each costs time at each event, and they never end.
  static let pileLimit = 300.0

  /// Why the home is not simulated: it has to do so much more than it can that there is nothing else to say.
  package var refusedOverload: Overload? {
    overload.flatMap { $0.left > Self.pileLimit ? $0 : nil }
  }

  /// What the home is asked for more than it can do; the worst of it. Nil where it has enough of everything.
  package var overload: Overload? {
    var worst: Overload?
    for bound in Requirements.Bound.allCases {
      let asked = loads.filter { $0.job.bound == bound }
      let wanted = sum(of: asked) { $0.work }
      let has = groups.reduce(0) { $0 + Double($1.count) * $1.board.works(bound) }
      take(
        asked, wanted, has,
        "\(number(wanted)) s of \(Self.word(bound)) arrive each second, it can do \(number(has))", &worst)
    }
    let large = loads.filter { $0.job.memory > 0 }
    let wanted = sum(of: large) { Double($0.job.memory) * self.shortestTime(of: $0) } / Self.mebibyte
    let has = groups.reduce(0) { $0 + Double($1.count) * Double($1.board.memory) } / Self.mebibyte
    take(
      large, wanted, has,
      "its runs want \(decimal(wanted, places: 0)) MiB of memory at a time, it has \(decimal(has, places: 0))",
      &worst)
    return worst
  }

  private func take(
    _ loads: [Load], _ wanted: Double, _ has: Double, _ text: String, _ worst: inout Overload?
  ) {
    guard wanted > has else { return }
    var requests = 0.0
    for load in loads { requests += load.requests(in: length) }
    let left = requests * (1 - has / wanted)
    guard left > worst?.left ?? 0 else { return }
    worst = Overload(text: name + " is overloaded: " + text, left: left)
  }

  /// What comes of it in a second.
  private func sum(of loads: [Load], _ each: (Load) -> Double) -> Double {
    var sum = 0.0
    for load in loads { sum += load.requests(in: 1) * each(load) }
    return sum
  }

  /// Seconds of a run on the fastest node.
  private func shortestTime(of load: Load) -> Double {
    var job = load.job
    job.work = load.work
    var shortest = Double.greatestFiniteMagnitude
    for group in groups { shortest = min(shortest, group.board.seconds(of: job)) }
    return shortest
  }

  private var name: String { nodeCount == 1 ? groups[0].name : "this home" }
  private func number(_ value: Double) -> String { decimal(value, places: value < 9.95 ? 1 : 0) }

  private static let mebibyte = 1_048_576.0

  private static func word(_ bound: Requirements.Bound) -> String {
    switch bound {
    case .processor: "work"
    case .memory: "copying"
    case .network: "transfer"
    }
  }
}

extension SimulatedBoard {
  /// Seconds of a Raspberry Pi 3's core, memory or Ethernet that it does in one.
  fileprivate func works(_ bound: Requirements.Bound) -> Double {
    switch bound {
    case .processor: capacity / Estimate.referenceSpeed
    case .memory: memoryRate * Estimate.busRatio / Estimate.referenceMemoryRate
    case .network: linkRate / Estimate.referenceLinkRate
    }
  }
}
