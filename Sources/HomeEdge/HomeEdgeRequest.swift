import Basics
package import Orchestration
package import Wire

/// A service request in Home Edge's format.
package struct HomeEdgeRequest {
  /// One way to run the service.
  package struct Offer {
    /// By a container, or without one.
    package var kind: ServiceDefinition.Kind
    /// The words of its command.
    package var command: [String]
    /// `bound`, `memory` and `deadline` of its `ExecOption`, which Home Edge's own clients do not write.
    package var option: JSON?
  }

  /// Never empty.
  package var serviceName: String
  /// What the requester can offer, of the kinds this node knows.
  package var offers: [Offer]
  /// Whether the asked node may choose itself.
  package var selfSelection: Bool
  /// Whether Home Edge's formula, from the resources of each node, decides: its last entry says so.
  package var scoresByResource: Bool
  /// What the client calls itself; empty where it does not say.
  package var requester: String
  /// Where the end is to be posted; empty for nowhere.
  package var callback: String

  /// Reads a request; what is missing or of the wrong type is `INVALID_PARAMETER`, with the service's name as far
  /// as it is known.
  package init(json: JSON) throws(HomeEdgeAnswer) {
    guard let name = json["ServiceName"]?.string, !name.isEmpty else {
      throw HomeEdgeAnswer("INVALID_PARAMETER")
    }
    let invalid = HomeEdgeAnswer("INVALID_PARAMETER", serviceName: name, target: nil)
    guard let entries = json["ServiceInfo"]?.array else { throw invalid }
    serviceName = name
    scoresByResource = entries.last?["ExecOption"]?["scoringType"]?.string == "resource"
    offers = []
    for entry in entries {
      guard let kind = entry["ExecutionType"]?.string else { throw invalid }
      guard let command = Self.words(entry["ExecCmd"]) else { throw invalid }
      if let option = entry["ExecOption"], option.object == nil { throw invalid }
      // `android` is a kind, but not one that any Hearth node can run.
      if let kind = ServiceDefinition.Kind(rawValue: kind) {
        offers.append(Offer(kind: kind, command: command, option: entry["ExecOption"]))
      }
    }
    guard let callback = Self.optionalString(json["StatusCallbackURI"]) else { throw invalid }
    self.callback = callback
    requester = json["ServiceRequester"]?.string ?? ""
    switch json["SelfSelection"] {
    case .string(let text): selfSelection = text == "true"
    case .bool(let value): selfSelection = value
    default: selfSelection = true
    }
  }

  /// The strings of an array; empty where it is absent, nil where it is something else.
  private static func words(_ json: JSON?) -> [String]? {
    guard let json else { return [] }
    guard let array = json.array else { return nil }
    let words = array.compactMap { $0.string }
    return words.count == array.count ? words : nil
  }

  private static func optionalString(_ json: JSON?) -> String? {
    switch json {
    case nil, .null: ""
    case .string(let text): text
    default: nil
    }
  }
}
