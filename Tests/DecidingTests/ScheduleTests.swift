import Deciding
import TestSupport
import Testing

@testable import Schedules

/// Random schedules of faults in virtual time; `make schedules` runs as many as one likes.
struct ScheduleTests {
  /// Homes of two to five, with a witness and without.
  @Test func everyInvariantHoldsInEverySchedule() {
    for seed in 1...UInt64(isLongForm ? 2000 : 40) {
      let world = World(seed: seed, nodes: [2, 3, 4, 5][Int(seed % 4)])
      #expect(world.schedule() == nil, "seed \(seed)")
    }
  }

  /// An invariant notices where a rule is left out: within some schedules, for no single one is made for all rules. All
  /// rules: `make rules`.
  @Test(arguments: [
    Rule.echo, .readMajority, .setDrops, .oneAtATime, .waitKill, .fence, .deathByMajority, .bound,
  ])
  func aRuleThatIsLeftOutIsNoticed(rule: Rule) {
    let isNoticed = (1...UInt64(60)).contains { seed in
      World(seed: seed, nodes: [2, 3, 4, 5][Int(seed % 4)], without: Rules(rule)).schedule(directed: 0.6)
        != nil
    }
    #expect(isNoticed)
  }
}
