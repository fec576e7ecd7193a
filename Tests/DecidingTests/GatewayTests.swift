import Basics
import Testing

@testable import Deciding

/// A row of the gateway's answers, which has no gap.
struct GatewayTests {
  private func at(_ milliseconds: Int) -> Instant { Instant(nanoseconds: Int64(milliseconds) * 1_000_000) }

  /// A board that stood still between two questions knows nothing of the time between: the other half may have decided with
  /// the gateway meanwhile (found by schedule 880).
  @Test func aPauseBetweenTwoQuestionsBreaksTheRow() {
    var gateway = Gateway()
    let pause = DecidingSettings().gatewayPause
    gateway.ask(1, pause: pause, at(0))
    (gateway.since, gateway.answered, gateway.level, gateway.unanswered) = (at(0), at(0), at(0), nil)
    gateway.ask(2, pause: pause, at(600))
    #expect(gateway.since == at(0) && gateway.level == at(0) && gateway.unanswered == at(600))
    (gateway.answered, gateway.unanswered) = (at(600), nil)
    gateway.ask(3, pause: pause, at(1351))
    #expect(gateway.since == nil && gateway.level == nil && gateway.unanswered == at(1351))
  }
}
