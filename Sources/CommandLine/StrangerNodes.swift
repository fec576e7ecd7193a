import Basics
import Wire

/// The nodes with another home key that an agent hears, in words.
enum StrangerNodes {
  static let remedy =
    "Where they are yours, copy home.key from the state folder of one node to the others and restart hearth there."

  /// For example "2 nodes on this network have another home key: 10.0.0.7 (hearth-0e14), 10.0.0.8 (hearth-738b)".
  ///
  /// - Parameter home: what the agent tells of its home.
  /// - Returns: nil where there are none.
  static func text(_ home: JSON) -> String? {
    let strangers = home["strangers"]?.array ?? []
    guard !strangers.isEmpty else { return nil }
    let places = strangers.map { stranger in
      "\(stranger["addresses"]?.array?.first?.string ?? "?") (\(stranger["key"]?.string ?? "?"))"
    }
    let who =
      strangers.count == 1 ? "1 node on this network has" : "\(strangers.count) nodes on this network have"
    return "\(who) another home key: \(joined(places))"
  }
}
