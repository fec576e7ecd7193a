import Scoring
import Simulation

/// A stream of requests that takes a share of what all cores of the home can do.
struct Load: Sendable {
  /// How requests come.
  enum Coming {
    case byChance
    /// So many at the same instant.
    case bursts(Int)
    case evenly
  }

  /// How long they are.
  enum Length {
    /// The deviation of the logarithm is 1.
    case lognormal
    /// Few hold most (Pareto, shape 1.5).
    case heavyTailed
  }

  var share: Double
  var jobs = 600
  /// Seconds on a core of an idle Raspberry Pi 3.
  var mean = 40.0
  var coming = Coming.byChance
  var length = Length.lognormal
  /// The nodes that are asked; nil for all.
  var origins: [Int]?
  var shape: @Sendable (inout Job, inout Randomness) -> Void = { _, _ in }

  init(_ share: Double) {
    self.share = share
  }

  /// The same with something else about it.
  func with(_ change: (inout Load) -> Void) -> Load {
    var load = self
    change(&load)
    return load
  }

  /// Shapes each job.
  func shaped(_ shape: @escaping @Sendable (inout Job, inout Randomness) -> Void) -> Load {
    with { $0.shape = shape }
  }

  func jobs(for boards: [SimulatedBoard], _ random: inout Randomness) -> [Job] {
    let capacity = boards.reduce(0) { $0 + $1.capacity } / Estimate.referenceSpeed
    let pause = mean / (capacity * share)
    var time = 0.0
    var list: [Job] = []
    for number in 0..<jobs {
      switch coming {
      case .byChance: time += random.exponential(mean: pause)
      case .bursts(let count):
        if number % count == 0 { time += random.exponential(mean: pause * Double(count)) }
      case .evenly: time += pause
      }
      let work: Double
      switch length {
      case .lognormal: work = random.lognormal(mean: mean, sigma: 1)
      case .heavyTailed: work = random.heavyTailed(mean: mean, shape: 1.5)
      }
      let origin = origins.map { $0[random.below($0.count)] } ?? random.below(boards.count)
      var job = Job(arrival: time, origin: origin, service: "job", work: max(work, Self.leastWork))
      shape(&job, &random)
      list.append(job)
    }
    return list
  }

  private static let leastWork = 0.5
}
