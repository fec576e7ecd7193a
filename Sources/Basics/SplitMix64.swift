/// A small generator that gives the same numbers for the same seed on every machine (SplitMix64; Steele, Lea and Flood,
/// 2014). For jitter, choices and simulations; nothing secret is made of it.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  /// All that the next numbers depend on. A copy gives the same numbers.
  package var state: UInt64

  /// A generator for this seed; any number will do, 0 too.
  package init(seed: UInt64) {
    state = seed
  }

  /// The next number, of all 64-bit numbers. The sequence repeats after 2^64 of them.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// From 0 up to but not including `bound`; 0 for a bound below 1.
  package mutating func below(_ bound: Int64) -> Int64 {
    bound > 0 ? Int64(next() % UInt64(bound)) : 0
  }

  /// From zero up to but not including `bound`; zero for a bound that is not above it.
  package mutating func below(_ bound: Interval) -> Interval {
    Interval(nanoseconds: below(bound.nanoseconds))
  }

  /// Whether to be one of about `wanted` out of `count`.
  package mutating func isOneOf(_ wanted: Int, outOf count: Int) -> Bool {
    below(Int64(count)) < Int64(wanted)
  }

  /// A span from `low` up to but not including `high`, in milliseconds.
  package mutating func interval(_ low: Int, _ high: Int) -> Interval {
    let width = UInt64(max(1, high - low)) &* 1_000_000
    return Interval(nanoseconds: Int64(low) &* 1_000_000 &+ Int64(truncatingIfNeeded: next() % width))
  }
}
