import Scoring
import Simulation

/// The homes of the scenarios, made of the boards that the program knows.
struct Homes {
  private let profiles: [Profile]

  init() throws {
    profiles = try Profiles().all
  }

  /// Seven boards of seven kinds, two without Ethernet.
  static let unlike = [
    "raspberry-pi-zero-2", "raspberry-pi-3", "orange-pi-3", "raspberry-pi-4", "hikey960", "raspberry-pi-5",
    "generic-x86-64",
  ]
  static let arm = ["raspberry-pi-3", "raspberry-pi-3-plus", "orange-pi-3", "raspberry-pi-4", "hikey960"]
  static let sixteen =
    unlike + arm + ["raspberry-pi-4", "raspberry-pi-4", "raspberry-pi-3", "raspberry-pi-3"]

  static func six(_ profile: String) -> [String] {
    Array(repeating: profile, count: 6)
  }

  typealias Boards = @Sendable (inout Randomness) -> [SimulatedBoard]

  /// A home of boards of these profiles, each changed as is told.
  func callAsFunction(
    _ names: [String],
    _ change: @escaping @Sendable (inout SimulatedBoard, Int, inout Randomness) -> Void = { _, _, _ in }
  ) -> Boards {
    let boards = names.enumerated().map { board($1, "\($1)-\($0 + 1)") }
    return { random in
      var boards = boards
      for index in boards.indices { change(&boards[index], index, &random) }
      return boards
    }
  }

  private func board(_ profile: String, _ name: String) -> SimulatedBoard {
    guard let found = profiles.first(where: { $0.name == profile }) else {
      fatalError("there is no profile \(profile)")
    }
    return SimulatedBoard(name: name, profile: found)
  }
}
