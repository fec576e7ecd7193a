import Basics
import Testing

@testable import Scoring

@Suite struct HealthNewsTests {
  /// How often is told of a health that changes with each sample, one a second.
  func told(_ samples: [Double]) -> [Int] {
    var news = HealthNews()
    var times: [Int] = []
    for (second, health) in samples.enumerated() {
      let now = Instant(nanoseconds: 0) + .seconds(second)
      if news.isNews(health, at: now) {
        news.told(health, at: now)
        times.append(second)
      }
    }
    return times
  }

  @Test func aGreatChangeIsToldAtOnceForTheWorseAndForTheBetter() {
    #expect(told([1, 1, 0.8]) == [2])
    #expect(told([1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1]) == [1, 7])
  }

  @Test func smallChangesWaitForTheDetailsHoweverOftenTheyCome() {
    let samples = (0..<600).map { 0.93 + ($0 % 2 == 0 ? 0.07 : -0.07) }
    #expect(told(samples).isEmpty)
  }

  @Test func aDriftIsToldWhenItHasBecomeGreat() {
    #expect(told((0..<100).map { 1 - Double($0) / 200 }).count == 4)
  }

  @Test func whatGoesUpAndDownEachSecondIsToldTwiceInSixSecondsAtMost() {
    let samples = (0..<600).map { $0 % 2 == 0 ? 1.0 : 0.4 }
    let times = told(samples)
    #expect(times.count <= 200)
    #expect(times.count > 100)
  }

  @Test func whatGetsWorseAgainDoesNotWait() {
    #expect(told([1, 0.8, 0.6, 0.4]) == [1, 2, 3])
  }

  @Test func whatIsBetterForAMomentOnlyIsNotTold() {
    #expect(told([1, 0.4, 1, 0.4, 1, 0.4]) == [1])
  }
}
