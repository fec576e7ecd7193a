import Basics
import Platform

/// Shows systemd's watchdog that the agent lives: not that its process exists, nor that its loop turns, but that the
/// work of each second is done.
///
/// What others may hold up does not count: without an Engine, a network or room on the disk the agent answers and waits,
/// and a new one could do no better.
final class Watchdog {
  private let loop: EventLoop
  /// What has stalled, in words; nil where all goes on. It is told how late work may be.
  private let stall: (Interval) -> String?
  private let send: () -> Bool
  private let interval: Interval
  private var complaint = ""

  /// - Parameter time: how long systemd waits; a sign is given after half of it (sd_watchdog_enabled(3)).
  init(
    time: Interval, loop: EventLoop, send: @escaping () -> Bool, stall: @escaping (Interval) -> String?
  ) {
    interval = max(Interval(nanoseconds: time.nanoseconds / 2), .milliseconds(1))
    self.loop = loop
    self.send = send
    self.stall = stall
  }

  /// Gives a sign now and from now on.
  func begin() {
    let fault = stall(interval)
    if let fault, fault != complaint {
      Log.error("\(fault); without change systemd starts this agent anew")
    }
    complaint = fault ?? ""
    let isSent = fault == nil && send()
    // After a stall that is over, as that of a suspended machine, the next sign must not be late.
    loop.after(isSent ? interval : max(Interval(nanoseconds: interval.nanoseconds / 8), .milliseconds(1))) {
      self.begin()
    }
  }
}

/// Where the regular work of a node stands: what it did last, and when.
struct NodeProgress {
  /// When the last tick was through with everything.
  var ticked: Instant
  /// How long after one tick the next comes.
  var interval: Interval
  /// When the hardware was last sampled.
  var sampled: Instant?
  /// Since when runs wait to be written to the disk; nil where none do. A disk that refuses them is no stall.
  var unwrittenSince: Instant?

  /// What is later than it should be by more than `slack`; nil where nothing is.
  func stall(at now: Instant, slack: Interval) -> String? {
    let due = interval + slack
    if now - ticked > due { return "no tick for \((now - ticked).milliseconds / 1000) s" }
    if let sampled, now - sampled > due + slack {
      return "no sample for \((now - sampled).milliseconds / 1000) s"
    }
    if let unwrittenSince, now - unwrittenSince > slack {
      return "runs wait to be written for \((now - unwrittenSince).milliseconds / 1000) s"
    }
    return nil
  }
}
