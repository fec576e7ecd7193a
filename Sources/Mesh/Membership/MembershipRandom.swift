/// Reproducible randomness for jitter and choices (SplitMix64); nothing secret is made of it.
struct MembershipRandom {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// 0 up to but without `bound`; 0 for a bound below 1.
  mutating func below(_ bound: Int64) -> Int64 {
    bound > 0 ? Int64(next() % UInt64(bound)) : 0
  }

  /// Whether to be one of about `wanted` out of `count`.
  mutating func isOneOf(_ wanted: Int, outOf count: Int) -> Bool {
    below(Int64(count)) < Int64(wanted)
  }
}
