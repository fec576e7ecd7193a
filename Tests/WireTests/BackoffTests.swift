import Testing

@testable import Basics

@Suite struct BackoffTests {
  private func pauses(_ backoff: inout Backoff, _ count: Int) -> [Interval] {
    (0..<count).map { _ in backoff.next() }
  }

  @Test func pausesDoubleUpToTheLongest() {
    var backoff = Backoff(first: .milliseconds(200), longest: .seconds(1))
    #expect(
      pauses(&backoff, 5)
        == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1), .seconds(1)])
  }

  @Test func aSuccessBeginsAnew() {
    var backoff = Backoff(first: .seconds(1), longest: .seconds(32))
    _ = pauses(&backoff, 4)
    backoff.reset()
    #expect(pauses(&backoff, 3) == [.seconds(1), .seconds(2), .seconds(4)])
  }

  @Test func theFirstIsNoLongerThanTheLongest() {
    var backoff = Backoff(first: .seconds(8), longest: .seconds(5))
    #expect(pauses(&backoff, 3) == [.seconds(5), .seconds(5), .seconds(5)])
  }

  @Test func aYearOfFailuresDoesNotOverflow() {
    var backoff = Backoff(first: .seconds(1), longest: .seconds(600))
    for _ in 0..<1000 { #expect(backoff.next() <= .seconds(600)) }
  }
}
