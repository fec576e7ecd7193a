import Basics

/// How a board's processor warms up: a quick part, the chip, on a slow one, the board and its case.
///
/// With all cores at the full clock each part goes towards its rise; with less, towards as much less.
package struct HeatModel: Sendable {
  /// Degrees Celsius with nothing to do.
  package var idle: Double
  /// The quick part.
  package var chip: Part
  /// The slow part.
  package var board: Part
  /// From here on the cores are slowed, by `slope` of the full clock for each degree.
  package var throttle: Double
  /// The share of the full clock that each degree above `throttle` takes.
  package var slope: Double
  /// The clock above a lower temperature, as a share of the full one; 1 for none.
  package var softLimit = (temperature: 200.0, clock: 1.0)

  /// One part that warms up.
  package struct Part: Sendable {
    /// Degrees.
    package var rise: Double
    /// Seconds after which 63 % of a change are there.
    package var time: Double
  }

  /// Slower than this no board of the traces became.
  private static let leastClock = 0.5

  /// What is known of a board, by its profile's name.
  ///
  /// The Raspberry Pi 3B and 3B+ are fitted to sbc-bench's traces 4hOp and 1iH0 (`HeatModelTests`); the 4B is taken to
  /// warm up like the 3B from a lower start, all others to be cooled well enough.
  package static func of(_ profile: String) -> HeatModel? {
    switch profile {
    case "raspberry-pi-3":
      HeatModel(
        idle: 47.3, chip: Part(rise: 16.9, time: 11), board: Part(rise: 37.7, time: 240), throttle: 80,
        slope: 0.09)
    case "raspberry-pi-3-plus":
      HeatModel(
        idle: 58.6, chip: Part(rise: 5.8, time: 9.7), board: Part(rise: 12.3, time: 111), throttle: 80,
        slope: 0.09, softLimit: (60, 1200.0 / 1400))
    case "raspberry-pi-4":
      HeatModel(
        idle: 45, chip: Part(rise: 13, time: 11), board: Part(rise: 29, time: 240), throttle: 80, slope: 0.09)
    default: nil
    }
  }

  /// The temperature of the processor, and how fast it lets the cores be.
  package struct State: Sendable {
    private var chip = 0.0
    private var board = 0.0

    /// As cool as with nothing to do.
    package init() {}

    /// Degrees Celsius of the processor now.
    package func celsius(_ model: HeatModel) -> Double {
      model.idle + chip + board
    }

    /// The clock that heat allows, as a share of the full one.
    package func clock(_ model: HeatModel) -> Double {
      let now = celsius(model)
      let cap = now > model.softLimit.temperature ? model.softLimit.clock : 1
      return max(min(cap, 1 - model.slope * max(now - model.throttle, 0)), HeatModel.leastClock)
    }

    /// Lets time pass in which the cores do this share of what they can do at the full clock.
    package mutating func pass(_ seconds: Double, work: Double, _ model: HeatModel) {
      chip = Self.approach(chip, model.chip, work, seconds)
      board = Self.approach(board, model.board, work, seconds)
    }

    private static func approach(_ now: Double, _ part: Part, _ work: Double, _ seconds: Double) -> Double {
      let goal = part.rise * work
      return goal + (now - goal) * Mathematics.exponential(-seconds / part.time)
    }
  }
}
