/// Our score and Home Edge's, one mapped onto the other (rule W15).
///
/// Home Edge's range is about 3 to 25, and where a home mixes both, each side compares what it is told with its own
/// scores. With s ours (100 is an idle Raspberry Pi 3) and g theirs:
///
///     g = 3 + 22 * s / (s + 85.7)        s = 85.7 * (g - 3) / (25 - g)
///
/// More of ours is never less of theirs, so the order among Hearth nodes stays. 85.7 makes an idle Raspberry Pi 3 say
/// 14.85, which is what a Go node on one says over a LAN with 2 ms (4 cores at 1400 MHz, 5 % load).
package enum HomeEdgeScale {
  private static let least = 3.0
  private static let most = 25.0
  private static let middle = 85.7
  /// Theirs above this are taken for it: a round trip of 0.3 ms gives 29, and that says nothing of the board.
  private static let mostBelieved = 24.9

  /// What `ScoreValue` says of our score: always a finite number above 0, for 0 is "not usable" and anything else
  /// that is no number ends the daemon that asked (W8, B-06).
  package static func wire(_ score: Double) -> Double {
    guard score > 0 else { return least }
    guard score < Double.greatestFiniteMagnitude / 2 else { return most }
    return least + (most - least) * (score / (score + middle))
  }

  /// What their score is on our scale; nil where they say that the node is not usable.
  package static func score(_ wire: Double) -> Double? {
    guard wire > 0, wire.isFinite else { return nil }
    guard wire > least else { return leastScore }
    let believed = min(wire, mostBelieved)
    return max(middle * (believed - least) / (most - believed), leastScore)
  }

  private static let leastScore = 0.01
}
