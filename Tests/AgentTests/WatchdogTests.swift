import Foundation
import Readings
import Testing

@testable import Agent
@testable import Basics
@testable import Platform

@Suite struct WatchdogTests {
  @Test(arguments: [
    ("30000000", nil, 30_000), ("30000000", "42", 30_000), ("1", nil, 0),
    ("9223372036854775807", nil, 86_400_000),
  ])
  func systemdSaysHowLongItWaits(microseconds: String?, process: String?, milliseconds: Int64) {
    let time = ServiceManager.watchdogTime(microseconds: microseconds, process: process, own: 42)
    #expect(time?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    (nil, nil), ("", nil), ("0", nil), ("-5", nil), ("30s", nil), ("9223372036854775808", nil),
    ("30000000", "43"), ("30000000", ""), ("30000000", "x"),
  ])
  func whatIsNotMeantForThisProcessOrIsNoTimeIsNoWatchdog(microseconds: String?, process: String?) {
    #expect(ServiceManager.watchdogTime(microseconds: microseconds, process: process, own: 42) == nil)
  }

  private func progress(
    ticked: Int = 100, sampled: Int? = 100, unwritten: Int? = nil, interval: Int = 1
  ) -> NodeProgress {
    NodeProgress(
      ticked: Instant(nanoseconds: 0) + .seconds(ticked), interval: .seconds(interval),
      sampled: sampled.map { Instant(nanoseconds: 0) + .seconds($0) },
      unwrittenSince: unwritten.map { Instant(nanoseconds: 0) + .seconds($0) })
  }

  private func stall(_ progress: NodeProgress, at now: Int, slack: Int = 15) -> String? {
    progress.stall(at: Instant(nanoseconds: 0) + .seconds(now), slack: .seconds(slack))
  }

  @Test func workThatIsDoneInItsTimeIsNoStall() {
    #expect(stall(progress(), at: 101) == nil)
    #expect(stall(progress(), at: 116) == nil)
    #expect(stall(progress(unwritten: 105), at: 116) == nil)
    #expect(stall(progress(sampled: nil), at: 101) == nil)
    // A sample an hour is the owner's choice.
    #expect(stall(progress(interval: 3600), at: 3700) == nil)
  }

  @Test func whatIsNotDoneIsNamed() {
    #expect(stall(progress(), at: 117) == "no tick for 17 s")
    #expect(stall(progress(interval: 3600), at: 3716) == "no tick for 3616 s")
    #expect(stall(progress(ticked: 200, sampled: 100), at: 201) == "no sample for 101 s")
    #expect(
      stall(progress(ticked: 200, sampled: 200, unwritten: 180), at: 201)
        == "runs wait to be written for 21 s")
  }

  /// A loop, a watchdog of 100 ms on it, and what it sent.
  private final class Subject {
    let loop: EventLoop
    var signs: [Instant] = []
    var fault: String?
    var isTaken = true

    init() throws {
      loop = try EventLoop()
      Watchdog(
        time: .milliseconds(100), loop: loop,
        send: {
          if self.isTaken { self.signs.append(Clock.now()) }
          return self.isTaken
        }, stall: { _ in self.fault }
      ).begin()
    }

    func run(milliseconds: Int) {
      let end = Clock.now() + .milliseconds(milliseconds)
      loop.after(.milliseconds(milliseconds)) { self.loop.stop() }
      loop.run()
      #expect(Clock.now() >= end)
    }

    var largestGap: Int64 {
      zip(signs, signs.dropFirst()).map { ($1 - $0).milliseconds }.max() ?? 0
    }
  }

  @Test func aLoopThatTurnsGivesItsSignTwiceInTheTime() throws {
    let subject = try Subject()
    subject.run(milliseconds: 520)
    #expect((6...12).contains(subject.signs.count), "\(subject.signs.count)")
  }

  @Test func aBlockedLoopGivesNone() throws {
    let subject = try Subject()
    subject.loop.after(.milliseconds(120)) { usleep(400_000) }
    subject.run(milliseconds: 700)
    #expect(subject.largestGap >= 390, "\(subject.largestGap)")
  }

  @Test func aStallGivesNoneAndItsEndGivesOneSoon() throws {
    let subject = try Subject()
    subject.loop.after(.milliseconds(60)) { subject.fault = "no tick for 1 s" }
    subject.loop.after(.milliseconds(360)) { subject.fault = nil }
    subject.run(milliseconds: 480)
    #expect((250...400).contains(subject.largestGap), "\(subject.largestGap)")
  }

  @Test func aSignThatSystemdDoesNotTakeIsGivenAgainSoon() throws {
    let subject = try Subject()
    subject.isTaken = false
    subject.loop.after(.milliseconds(30)) { subject.isTaken = true }
    subject.run(milliseconds: 80)
    #expect(!subject.signs.isEmpty)
  }
}
