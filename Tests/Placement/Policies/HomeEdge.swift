import Foundation
import Scoring
import Simulation

/// LF Edge Home Edge 1.2: the sum of terms of which a higher load makes one higher, and a nearer node another.
///
/// `internal/controller/scoringmgr/scoringmgr.go`: score = B^0.9/8770 + (F^0.66/5.66 + U^0.241/3.22 + C^0.3/4)/6 +
/// 0.77 RTT^-0.43, of the queue's length B, the clock F of the first core in MHz, the busy per cent U, cores C, and the
/// seconds RTT of the last ping.
final class HomeEdge: Booking {
  private let excludesSelf: Bool
  private let seed: UInt64

  init(excludesSelf: Bool, seed: UInt64) {
    self.excludesSelf = excludesSelf
    self.seed = seed
    super.init(excludesSelf ? "Home Edge, self excluded" : "Home Edge")
  }

  override func choose(_ job: Int, _ simulation: Simulation) -> Int? {
    let origin = simulation.jobs[job].origin
    return least(job, simulation) { node, sight in
      if excludesSelf && node == origin && simulation.nodes.count > 1 { return nil }
      let clock = pow(Self.firstClock(simulation.nodes[node].board), 0.66) / 5.66
      let load = pow(sight.busyShare * 100, 0.241) / 3.22
      let processor = (clock + load + pow(sight.cores, 0.3) / 4) / 3
      return -(pow(1000, 0.9) / 8770 + processor / 2 + 0.77 * pow(ping(node, origin, simulation), -0.43))
    }
  }

  /// It reads the first core's clock, and on big.LITTLE that is a small one's (hi3660.dtsi: 1844 MHz).
  private static func firstClock(_ board: SimulatedBoard) -> Double {
    board.profile.name == "hikey960" ? 1844 : board.profile.processor.clock
  }

  /// The last ping, in seconds: one HTTP request each 5 s with its connection, so two ways there and back, and the
  /// programs' own time on both ends. It is not smoothed (`resourceutil/roundtriptime.go`).
  private func ping(_ node: Int, _ origin: Int, _ simulation: Simulation) -> Double {
    let round = UInt64(simulation.now / Self.pause)
    var random = Randomness(
      seed: seed &* 0x1_0000_01b3 ^ round << 16 ^ UInt64(node) << 8 ^ UInt64(origin))
    if node == origin { return 0.0003 + random.exponential(mean: 0.0002) }
    let boards = [simulation.nodes[node].board, simulation.nodes[origin].board]
    let way = boards.reduce(0) { $0 + $1.latency }
    let jitter = boards.contains { $0.isWireless } ? Self.wirelessJitter : Self.jitter
    return 4 * way + Self.programs + random.exponential(mean: jitter)
  }

  private static let pause = 5.0
  /// Estimates of a Go server on a Cortex-A53; without any jitter all pings of wired nodes were equal for ever, and the
  /// formula one of clocks alone.
  private static let programs = 0.001
  private static let jitter = 0.0005
  private static let wirelessJitter = 0.002
}
