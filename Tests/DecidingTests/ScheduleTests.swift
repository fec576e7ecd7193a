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

  /// What they found is mended; other rules have changed what happens in them since.
  @Test(arguments: [(880, 2), (111, 5), (237, 3), (453, 3), (1141, 3)] as [(UInt64, Int)])
  func seedsThatFoundSomething(seed: UInt64, nodes: Int) {
    for directed in [0.35, 0.6] {
      #expect(World(seed: seed, nodes: nodes).schedule(directed: directed) == nil, "\(directed)")
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
