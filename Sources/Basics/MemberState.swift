/// What is thought of a node of the home (SWIM: Das, Gupta, Motivala 2002, with a state for nodes that said goodbye).
package enum MemberState: UInt8, Sendable {
  /// It is heard.
  case alive
  /// It is silent and does not answer; nothing new is given to it.
  case suspect
  /// It was silent for too long.
  case dead
  /// It ended as it should.
  case left

  /// Whether it still counts as a node of the home.
  package var isPresent: Bool { self == .alive || self == .suspect }

  /// The state's word in the API.
  package var word: String {
    switch self {
    case .alive: "alive"
    case .suspect: "suspect"
    case .dead: "dead"
    case .left: "left"
    }
  }
}
