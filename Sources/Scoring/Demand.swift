package import Basics
package import Readings

/// How many threads contend for a node's cores, as its own counters show it.
///
/// While cores are idle that is what is busy of them; once all are busy, it is how many tasks the kernel counts as
/// runnable (proc_loadavg(5)), since the busy share says nothing of those that wait.
package struct Demand: Equatable, Sendable {
  /// Threads, 0 or more; a mean over the window.
  package private(set) var threads = 0.0
  /// The time it was measured over; what began or ended since, or within it, does not show in full.
  package private(set) var from = Instant(nanoseconds: 0)
  /// The end of that time.
  package private(set) var to = Instant(nanoseconds: 0)
  /// Whether all is taken, and nothing tells how many wait: inside a quota, whose group's tasks nobody counts.
  package private(set) var isBlind = false
  private var lastRunnable = 0.0

  /// From this busy share on the cores count as all taken.
  private static let full = 0.95
  /// The reader of the file is runnable itself.
  private static let reader = 1.0
  /// More are not believed: 64 threads on each of 64 cores.
  private static let limit = 4096.0

  /// Nothing was sampled.
  package init() {}

  /// A measure of so many threads, for who knows them otherwise.
  package init(threads: Double, from: Instant, to: Instant) {
    self.threads = threads
    self.from = from
    self.to = to
  }

  /// Takes one more sample.
  package mutating func sample(_ snapshot: Snapshot, profile: Profile) {
    guard let now = snapshot.instant else { return }
    from = to
    to = now
    var cores = Double(snapshot.processors.onlineCount)
    if cores < 1 { cores = Double(profile.processor.cores) }
    var busy = snapshot.processors.utilisation.value ?? profile.assumed.load
    isBlind = false
    if let quota = snapshot.controlGroup.cores.value ?? nil, quota > 0,
      let use = snapshot.controlGroup.use?.value
    {
      busy = clamped(use.cores / quota)
      threads = busy * min(cores, max(quota, 1))
      isBlind = busy >= Self.full
      return
    }
    busy = clamped(busy)
    threads = busy * cores
    guard let load = snapshot.load.value else { return }
    let runnable = min(max(Double(load.runnable) - Self.reader, 0), Self.limit)
    // Two samples, for one alone may meet a short crowd.
    if busy >= Self.full { threads = max(threads, (runnable + lastRunnable) / 2) }
    lastRunnable = runnable
  }

  /// How much of a thread that began at `instant` the measure does not show, 0...1.
  package func hidden(since instant: Instant) -> Double {
    guard to > from else { return 1 }
    return 1 - clamped((to - instant).seconds / (to - from).seconds)
  }
}
