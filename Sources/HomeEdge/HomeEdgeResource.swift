import Basics
package import Readings
package import Scoring
package import Wire

/// What a node says of itself on `scoringmgr/resource`, and what Home Edge makes of it (specification, 4).
package struct HomeEdgeResource: Equatable {
  /// Cores online.
  package var cores: Double
  /// The fastest core's clock in MHz.
  package var clock: Double
  /// 0...100 %.
  package var usage: Double
  /// Home Edge calls it bandwidth; it is the mean length of the transmit queues, in packets.
  package var bandwidth: Double
  /// The round trip to who asks, in seconds; 0 or less is "unknown" and counts as nothing.
  package var roundTrip: Double

  /// The kernel's default for a transmit queue: what Home Edge finds on nearly every link.
  static let queueLength = 1000.0
  /// Until a ping has been answered: an ordinary Wi-Fi's, so that an unknown way is not taken for a short one.
  static let assumedRoundTrip = 0.02
  /// A ping to oneself, as Home Edge makes it for its own score (4.3: 0.3 to 1 ms).
  package static let ownRoundTrip = 0.0005
  /// Readings beyond it are not believed: the formula's powers stay finite.
  private static let limit = 1e9

  /// - Parameter roundTrip: in seconds; nil where none was measured.
  package init(of snapshot: Snapshot, profile: Profile, roundTrip: Double?) {
    let processors = snapshot.processors
    let online = processors.onlineCount
    cores = Double(online > 0 ? online : max(profile.processor.cores, 1))
    var fastest = 0
    for policy in processors.policies {
      fastest = max(fastest, policy.maximum.value ?? policy.limit.value ?? 0)
    }
    // Without cpufreq a Go node says nothing and is never chosen (B-32); the profile knows the board.
    clock = fastest > 0 ? Double(fastest) / 1000 : profile.processor.clock
    let busy = processors.utilisation.value ?? profile.assumed.load
    usage = busy > 0 ? min(busy, 1) * 100 : 0
    bandwidth = Self.queueLength
    self.roundTrip = roundTrip.flatMap { $0 > 0 && $0 < Self.limit ? $0 : nil } ?? Self.assumedRoundTrip
  }

  /// Reads an answer; nil where a value is missing or is none that a node can have.
  package init?(json: JSON) {
    var values: [Double] = []
    for name in Self.names {
      guard let value = json[name]?.double, value.magnitude <= Self.limit else { return nil }
      guard value >= 0 || name == "rtt" else { return nil }
      values.append(value)
    }
    guard values.count == 5 else { return nil }
    (cores, clock, usage, bandwidth, roundTrip) = (values[0], values[1], values[2], values[3], values[4])
  }

  private static let names = ["cpuCount", "cpuFreq", "cpuUsage", "netBandwidth", "rtt"]

  /// As Home Edge writes it, each number as a double.
  package var json: JSON {
    [
      "cpuCount": .double(cores), "cpuFreq": .double(clock), "cpuUsage": .double(usage),
      "netBandwidth": .double(bandwidth), "rtt": .double(roundTrip),
    ]
  }

  /// Home Edge's score (4.2), with its mistakes: more load is a little better, and the way decides nearly all.
  package var score: Double {
    let processor = (power(clock, 0.66) / 5.66 + power(usage, 0.241) / 3.22 + power(cores, 0.3) / 4) / 3
    let network = power(bandwidth, 0.9) / 8770
    let render = roundTrip > 0 ? 0.77 * power(roundTrip, -0.43) : 0
    return network + processor / 2 + render
  }
}

/// `base` to the power of `exponent` within 1e-12 of it, for finite bases from 0 on.
package func power(_ base: Double, _ exponent: Double) -> Double {
  guard base > 0 else { return 0 }
  let logarithm = exponent * Mathematics.logarithm(base)
  // Beyond what a double holds.
  if logarithm < -700 { return 0 }
  return logarithm < 700 ? Mathematics.exponential(logarithm) : .greatestFiniteMagnitude
}
