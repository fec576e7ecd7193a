import Readings
import Testing

@testable import Basics
@testable import Peripherals

private func at(_ milliseconds: Int) -> Instant {
  Instant(nanoseconds: 1_000_000_000) + .milliseconds(milliseconds)
}

struct StatusLightTests {
  /// What somebody sees: the milliseconds at which it changes, within a span.
  private func changes(_ state: StatusLight.State, until end: Int) -> [Int] {
    var light = StatusLight(at: at(-7000))
    light.show(state == .starting ? .fault : .starting, at: at(-3))
    light.show(state, at: at(0))
    var changes: [Int] = []
    var isLit = false
    var now = 0
    while now < end {
      let look = light.look(at: at(now))
      if look.isLit != isLit { changes.append(now) }
      isLit = look.isLit
      now += Int(look.holds.milliseconds)
    }
    return changes
  }

  @Test func eachStateHasItsPattern() {
    #expect(changes(.starting, until: 2000) == [0, 500, 1000, 1500])
    #expect(changes(.alone, until: 2100) == [0, 100, 2000])
    #expect(changes(.inHome, until: 2100) == [0, 100, 300, 400, 2000])
    #expect(changes(.running, until: 4000) == [0, 1900, 2000, 3900])
    #expect(changes(.drained, until: 2100) == [0, 100, 300, 400, 600, 700, 2000])
    #expect(changes(.fault, until: 500) == [0, 100, 200, 300, 400])
  }

  @Test func noTwoStatesLookAlike() {
    let patterns = StatusLight.State.allCases.map { StatusLight.pattern(of: $0) }
    #expect(Set(patterns).count == patterns.count)
    for pattern in patterns {
      #expect(pattern.lit >= 100 && pattern.flashes * (pattern.lit + pattern.dark) <= pattern.round)
    }
  }

  @Test func aChangeHoldsForMoreThanNothingAtAnyTime() {
    let light = StatusLight(at: at(0))
    for time in stride(from: -100, to: 3000, by: 1) {
      #expect(light.look(at: at(time)).holds > .zero)
    }
  }

  @Test func theSameStateAgainDoesNotBeginTheRoundAnew() {
    var light = StatusLight(at: at(0))
    light.show(.alone, at: at(0))
    light.show(.alone, at: at(1990))
    #expect(light.look(at: at(1995)).isLit == false)
  }
}

struct FanControlTests {
  private var settings = FanControl.Settings()

  private func known(_ celsius: Double, _ time: Int) -> Reading<Double> {
    .value(celsius, at: at(time))
  }

  @Test func itRunsAtFirstAndRestsOnceItIsKnownToBeCool() {
    var fan = FanControl(settings, at: at(0))
    #expect(fan.isOn)
    let early = fan.update(known(40, 1000), at: at(1000))
    #expect(early, "its shortest run is not over")
    let late = fan.update(known(40, 30_000), at: at(30_000))
    #expect(!late)
  }

  @Test func betweenTheTwoLimitsItGoesOnAsItWas() {
    var fan = FanControl(settings, at: at(0))
    var seen: [Bool] = []
    for (index, celsius) in [64.0, 56, 55, 56, 64, 65, 64, 56, 55].enumerated() {
      let now = 40_000 * (index + 1)
      seen.append(fan.update(known(celsius, now), at: at(now)))
    }
    #expect(seen == [true, true, false, false, false, true, true, true, false])
  }

  @Test func itRestsForItsShortestRestEvenWhenItIsHot() {
    var fan = FanControl(settings, at: at(0))
    var isOn = fan.update(known(40, 30_000), at: at(30_000))
    isOn = fan.update(known(70, 39_999), at: at(39_999))
    #expect(!isOn)
    isOn = fan.update(known(70, 40_000), at: at(40_000))
    #expect(isOn)
  }

  @Test func anUnknownOrOldTemperatureTurnsItOnAtOnce() {
    for reading in [Reading<Double>.absent(.notYet), known(20, 30_000), known(.nan, 41_000)] {
      var fan = FanControl(settings, at: at(0))
      let cool = fan.update(known(20, 30_000), at: at(30_000))
      #expect(!cool)
      let isOn = fan.update(reading, at: at(40_001))
      #expect(isOn)
    }
  }
}

struct LongPressTests {
  private func press(_ levels: [(Int, Bool)], until end: Int, held: Bool = false) -> [Int] {
    var press = LongPress(hold: .seconds(3), isPressed: held, at: at(0))
    var fired: [Int] = []
    var levels = levels[...]
    for now in 0...end {
      while let next = levels.first, next.0 <= now {
        press.read(next.1, at: at(now))
        levels.removeFirst()
      }
      if let due = press.due, due <= at(now), press.tick(at: at(now)) { fired.append(now) }
    }
    return fired
  }

  @Test func aButtonHeldForThreeSecondsHasItsEffectOnceAndWhileItIsHeld() {
    #expect(press([(1000, true), (9000, false)], until: 10_000) == [4000])
  }

  @Test func aShortPressHasNone() {
    #expect(press([(1000, true), (3999, false)], until: 10_000).isEmpty)
    #expect(press([(1000, true), (1010, false)], until: 10_000).isEmpty)
  }

  @Test func bouncesDoNotCount() {
    let levels = [(1000, true), (1003, false), (1005, true), (1010, false), (1012, true)]
    #expect(press(levels + [(6000, false), (6001, true), (6004, false)], until: 10_000) == [4012])
    // A contact that opens for a moment while it is held.
    #expect(press([(1000, true), (2000, false), (2010, true), (9000, false)], until: 10_000) == [4000])
  }

  @Test func aButtonThatIsHeldFromTheBeginningMayBeStuck() {
    #expect(press([], until: 60_000, held: true).isEmpty)
    #expect(press([(5000, false), (6000, true)], until: 10_000, held: true) == [9000])
  }

  @Test func theNextLongPressHasItsEffectAgain() {
    #expect(press([(0, true), (3500, false), (4000, true), (8000, false)], until: 9000) == [3000, 7000])
  }
}
