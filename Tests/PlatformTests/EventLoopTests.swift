import Basics
import Testing

@testable import Platform

/// When timers fire.
@Suite struct EventLoopTests {
  @Test func aTimerWithSlackSharesAnothersWakeUpAndComesInTimeAlone() throws {
    let loop = try EventLoop()
    var fired: [(name: String, at: Instant)] = []
    var rounds = 0
    loop.afterRound = { rounds += 1 }
    let begun = Clock.now()
    loop.after(.milliseconds(20), slack: .seconds(10)) { fired.append(("shares", loop.now)) }
    loop.after(.milliseconds(80)) { fired.append(("exact", loop.now)) }
    loop.after(.milliseconds(100), slack: .milliseconds(60)) {
      fired.append(("alone", loop.now))
      loop.stop()
    }
    loop.run()
    #expect(fired.map(\.name) == ["shares", "exact", "alone"])
    #expect(fired[0].at == fired[1].at, "one wake-up for both")
    #expect(fired[1].at - begun >= .milliseconds(80))
    #expect(fired[2].at - begun >= .milliseconds(160), "nothing else woke the loop")
    #expect(rounds <= 4, "\(rounds)")
  }

  @Test func aTimerWithSlackThatIsCancelledWakesNobody() throws {
    let loop = try EventLoop()
    var hasFired = false
    let id = loop.after(.milliseconds(1), slack: .milliseconds(1)) { hasFired = true }
    loop.cancel(id)
    loop.after(.milliseconds(10)) { loop.stop() }
    loop.run()
    #expect(!hasFired)
  }
}
