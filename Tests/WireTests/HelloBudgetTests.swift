import TestSupport
import Testing

@testable import Basics
@testable import Wire

/// What strangers' handshakes may cost, in virtual time.
@Suite struct HelloBudgetTests {
  private static let start = Instant(nanoseconds: 1_000_000_000_000)

  /// Clients without a key that begin as often as they may, for `seconds`; what all have cost, and the most at one time.
  private func flood(
    from count: Int, cost: Interval, seconds: Int, _ budget: inout HelloBudget
  ) -> (all: Double, burst: Double) {
    var all = Interval.zero
    var burst = Interval.zero
    for step in 0..<(seconds * 20) {
      let now = Self.start + .milliseconds(step * 50)
      var round = Interval.zero
      for number in 0..<count {
        let address = DNSAddress(10, 0, UInt8(number / 250), UInt8(number % 250))
        // Each opens as many as the server holds.
        for _ in 0..<32 where budget.admits(address, at: now) {
          budget.spend(cost, by: address, at: now)
          round = round + cost
        }
      }
      all = all + round
      burst = max(burst, round)
    }
    return (all.seconds / Double(seconds), burst.seconds)
  }

  /// A fast machine, this one, and a Raspberry Pi 1.
  static let costs = [Interval.milliseconds(1), .milliseconds(3), .milliseconds(100)]

  @Test(arguments: costs) func oneAddressHasAFortiethOfTheTime(cost: Interval) {
    var budget = HelloBudget()
    let (share, burst) = flood(from: 1, cost: cost, seconds: 60, &budget)
    #expect(share < 0.025 + 0.004 && share > 0.02)
    #expect(burst <= max(cost.seconds, 0.013))
  }

  @Test(arguments: costs) func allTogetherHaveATenthAndFortyMillisecondsAtATime(cost: Interval) {
    var budget = HelloBudget()
    let (share, burst) = flood(from: 1000, cost: cost, seconds: isLongForm ? 60 : 30, &budget)
    #expect(share < 0.1 + 0.004 && share > 0.09)
    #expect(burst <= max(cost.seconds, 0.044))
  }

  @Test(arguments: costs) func whoHasShownAKeyIsNotHeldUpByStrangers(cost: Interval) {
    var budget = HelloBudget()
    let node = DNSAddress(192, 168, 1, 20)
    budget.spend(cost, by: node, at: Self.start)
    budget.giveBack(cost, to: node, at: Self.start)
    _ = flood(from: 200, cost: cost, seconds: 10, &budget)
    let now = Self.start + .milliseconds(9950)
    #expect(!budget.admits(DNSAddress(10, 9, 9, 9), at: now))
    #expect(budget.admits(node, at: now))
    // As often as it likes, as long as it shows it.
    for _ in 0..<100 {
      budget.spend(cost, by: node, at: now)
      budget.giveBack(cost, to: node, at: now)
      #expect(budget.admits(node, at: now))
    }
    // And no oftener than a stranger where it does not.
    for _ in 0..<20 { budget.spend(cost, by: node, at: now) }
    #expect(!budget.admits(node, at: now))
  }

  @Test func manyAddressesTakeNoMemoryAndDoNotPushOutWhoHasAKey() {
    var budget = HelloBudget()
    let node = DNSAddress(192, 168, 1, 20)
    budget.spend(.milliseconds(3), by: node, at: Self.start)
    budget.giveBack(.milliseconds(3), to: node, at: Self.start)
    for number in 0..<5000 {
      let address = DNSAddress(10, 1, UInt8(number / 250), UInt8(number % 250))
      budget.spend(.milliseconds(3), by: address, at: Self.start)
    }
    #expect(budget.admits(node, at: Self.start))
    #expect(!budget.admits(DNSAddress(10, 200, 0, 1), at: Self.start))
  }

  @Test func aClockThatJumpsCostsASecondAtMost() {
    var budget = HelloBudget()
    let address = DNSAddress(10, 0, 0, 1)
    budget.spend(.seconds(1_000_000), by: address, at: Self.start)
    budget.spend(.seconds(-5), by: address, at: Self.start)
    #expect(budget.admits(address, at: Self.start + .seconds(41)))
  }
}
