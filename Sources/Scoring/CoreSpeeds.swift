package import Readings

/// How fast a node's cores are: groups of equal ones, the fastest first, in 7-zip MIPS at their full clock.
///
/// What threads share a core counts as a slower core beside it, so that the sum is what all of them do together.
package struct CoreSpeeds: Equatable, Sendable {
  /// Equal cores; a part of one where a thread has only a share of it.
  package struct Group: Equatable, Sendable {
    /// Cores, above 0.
    package var count: Double
    /// Of one of them, in 7-zip MIPS.
    package var speed: Double

    /// So many cores of one speed.
    package init(count: Double, speed: Double) {
      self.count = count
      self.speed = speed
    }
  }

  /// Boards have at most three kinds of cores, and threads of them.
  package static let groupLimit = 4
  /// Speeds closer than this share are one: readings are no more exact.
  private static let resolution = 0.02

  /// The fastest first, at most `groupLimit`.
  package private(set) var groups: [Group] = []
  /// As many of the fastest cores as the control group may use at a time; nil for all.
  package var quota: Double?

  /// No core is known.
  package init(quota: Double? = nil) {
    self.quota = quota
  }

  /// The cores of a board as its profile and its kernel tell.
  package init(of snapshot: Snapshot, profile: Profile) {
    self = Capacity(of: snapshot, profile: profile, wantsSpeeds: true).speeds
  }

  /// Adds cores; where there are too many kinds, to the slowest.
  package mutating func add(_ count: Double, speed: Double) {
    guard count > 0, speed > 0, speed < .greatestFiniteMagnitude else { return }
    for index in groups.indices where (groups[index].speed - speed).magnitude <= Self.resolution * speed {
      groups[index].count += count
      return
    }
    guard groups.count < Self.groupLimit else {
      groups[groups.count - 1].count += count
      return
    }
    let place = groups.firstIndex { $0.speed < speed } ?? groups.count
    groups.insert(Group(count: count, speed: speed), at: place)
  }

  /// Whether no core is known.
  package var isEmpty: Bool { groups.isEmpty }

  /// Cores in all, whatever the quota.
  package var count: Double {
    var sum = 0.0
    for group in groups { sum += group.count }
    return sum
  }

  /// The speed of the fastest core; 0 where none is known.
  package var fastest: Double {
    guard let first = groups.first else { return 0 }
    return first.speed * min(quota ?? 1, 1)
  }

  /// MB/s that one core copies: what the profile says, else as much as the cores are faster than a Raspberry Pi 3's.
  package func memoryRate(_ profile: Profile) -> Double {
    profile.processor.copyRate > 0
      ? profile.processor.copyRate : Estimate.referenceMemoryRate * fastest / Estimate.referenceSpeed
  }

  /// What one of so many threads, at least one, gets where all always have work: the kernel puts them on the fastest
  /// cores, and they share those alike.
  package func share(of threads: Double) -> Double {
    let threads = max(threads, 1)
    var left = threads
    var sum = 0.0
    for group in groups {
      let taken = min(left, group.count)
      sum += taken * group.speed
      left -= taken
    }
    if let quota, let first = groups.first { sum = min(sum, quota * first.speed) }
    return sum / threads
  }
}
