import Testing

@testable import Basics
@testable import Simulation

@Suite struct RandomnessTests {
  private static let count = 200_000

  private func moments(_ draw: (inout Randomness) -> Double) -> (mean: Double, variance: Double) {
    var random = Randomness(seed: 42)
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<Self.count {
      let value = draw(&random)
      sum += value
      squares += value * value
    }
    let mean = sum / Double(Self.count)
    return (mean, squares / Double(Self.count) - mean * mean)
  }

  private func isNear(_ value: Double, _ expected: Double, _ share: Double) -> Bool {
    (value - expected).magnitude <= share * expected.magnitude
  }

  @Test func theFirstNumbersAreTheReferencesOfSplitMix64() {
    // https://prng.di.unimi.it/splitmix64.c with the state 1234567.
    var random = Randomness(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test func uniformNumbersFillTheRange() {
    let (mean, variance) = moments { $0.unit() }
    #expect(isNear(mean, 0.5, 0.01) && isNear(variance, 1.0 / 12, 0.01))
    let range = moments { $0.between(3...5) }
    #expect(isNear(range.mean, 4, 0.01) && isNear(range.variance, 4.0 / 12, 0.02))
  }

  @Test func pausesAreExponential() {
    let (mean, variance) = moments { $0.exponential(mean: 7) }
    #expect(isNear(mean, 7, 0.02) && isNear(variance, 49, 0.04))
  }

  @Test func normalNumbersHaveMean0AndDeviation1() {
    let (mean, variance) = moments { $0.normal() }
    #expect(mean.magnitude < 0.01 && isNear(variance, 1, 0.02))
  }

  @Test func worksHaveTheMeanThatIsAskedFor() {
    #expect(isNear(moments { $0.lognormal(mean: 40, sigma: 1) }.mean, 40, 0.03))
    #expect(isNear(moments { $0.heavyTailed(mean: 40, shape: 1.5) }.mean, 40, 0.03))
  }

  @Test func eachOfAFewIsDrawnAlike() {
    var random = Randomness(seed: 9)
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[random.below(3)] += 1 }
    #expect(counts.allSatisfy { (9_600...10_400).contains($0) })
    #expect(random.below(1) == 0 && random.below(0) == 0)
  }
}
