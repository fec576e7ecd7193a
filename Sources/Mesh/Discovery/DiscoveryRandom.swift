import Basics

/// A small seeded generator (SplitMix64), so that a run over the same events gives the same packets.
struct DiscoveryRandom {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  /// A whole number of nanoseconds from `low` up to but not including `high` milliseconds.
  mutating func interval(_ low: Int, _ high: Int) -> Interval {
    let width = UInt64(max(1, high - low)) &* 1_000_000
    return Interval(nanoseconds: Int64(low) &* 1_000_000 &+ Int64(truncatingIfNeeded: next() % width))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
