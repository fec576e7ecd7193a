import Basics
import Testing

@testable import Deciding

/// What ends containers where the agent cannot.
struct KeeperTests {
  private func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: Int64(milliseconds) * 1_000_000) }

  @Test func atTheLeasesEndWhatIsExclusiveEndsOnce() {
    var keeper = Keeper()
    #expect(keeper.nextDue == nil)
    #expect(keeper.tick(at: at(5)) == nil)
    keeper.told(leaseEnd: at(2000))
    keeper.told(leaseEnd: at(2600))
    #expect(keeper.nextDue == at(2600))
    #expect(keeper.tick(at: at(2599)) == nil)
    #expect(keeper.tick(at: at(2600)) == .exclusive)
    #expect(keeper.tick(at: at(2700)) == nil)
    #expect(keeper.nextDue == nil)
    keeper.told(leaseEnd: at(9000))
    #expect(keeper.tick(at: at(9001)) == .exclusive)
  }

  @Test func whereTheAgentIsGoneEverythingEndsWithTheLease() {
    var keeper = Keeper()
    keeper.told(leaseEnd: at(2000))
    keeper.agentWent(at: at(500))
    #expect(keeper.nextDue == at(2000))
    #expect(keeper.tick(at: at(1600)) == nil)
    #expect(keeper.tick(at: at(2000)) == .all)
    #expect(keeper.nextDue == nil)
  }

  @Test func withoutALeaseTheRestEndsASecondAfterTheAgentWent() {
    var keeper = Keeper()
    keeper.told(leaseEnd: at(2000))
    #expect(keeper.tick(at: at(2000)) == .exclusive)
    keeper.agentWent(at: at(5000))
    keeper.agentWent(at: at(5500))
    #expect(keeper.nextDue == at(6000))
    #expect(keeper.tick(at: at(5999)) == nil)
    #expect(keeper.tick(at: at(6000)) == .all)
    #expect(keeper.tick(at: at(7000)) == nil)
  }

  @Test func anAgentThatComesBackInTimeKeepsAll() {
    var keeper = Keeper()
    keeper.told(leaseEnd: at(2000))
    #expect(keeper.tick(at: at(2000)) == .exclusive)
    keeper.agentWent(at: at(5000))
    keeper.agentSpoke()
    #expect(keeper.nextDue == nil)
    #expect(keeper.tick(at: at(9000)) == nil)
  }
}
