import Basics

/// Numbers that are the same for the same seed, on every machine, and the distributions made of them.
package struct Randomness: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64

  /// The numbers of that seed, from the first on.
  package init(seed: UInt64) {
    generator = SplitMix64(seed: seed)
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 { generator.next() }

  /// Above 0 and below 1.
  package mutating func unit() -> Double {
    (Double(next() >> 12) + 0.5) / 4_503_599_627_370_496
  }

  /// 0 or more, and less than `count`; 0 where that is less than 2.
  package mutating func below(_ count: Int) -> Int {
    count > 1 ? Int(next() % UInt64(count)) : 0
  }

  /// Each number of the range alike.
  package mutating func between(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + unit() * (range.upperBound - range.lowerBound)
  }

  /// The time to the next of events that come by chance.
  package mutating func exponential(mean: Double) -> Double {
    -Mathematics.logarithm(unit()) * mean
  }

  /// Of the standard normal distribution (Box and Muller).
  package mutating func normal() -> Double {
    (-2 * Mathematics.logarithm(unit())).squareRoot() * Mathematics.cosine(turn: unit())
  }

  /// With this mean; `sigma` is the deviation of its logarithm.
  package mutating func lognormal(mean: Double, sigma: Double) -> Double {
    mean * Mathematics.exponential(sigma * normal() - sigma * sigma / 2)
  }

  /// Few large ones hold most (Pareto, cut off at 100 times the least).
  package mutating func heavyTailed(mean: Double, shape: Double) -> Double {
    // The mean of the bounded distribution over its least value.
    let spread = Mathematics.logarithm(100)
    let cut = 1 - Mathematics.exponential(-shape * spread)
    let average = shape / (shape - 1) * (1 - Mathematics.exponential((1 - shape) * spread)) / cut
    return mean / average * Mathematics.exponential(-Mathematics.logarithm(1 - unit() * cut) / shape)
  }
}
