import Basics
import Containers
package import Orchestration
package import Wire

/// A request between Home Edge's nodes to start a service (`servicemgr/services`).
package struct HomeEdgeStart: Equatable {
  /// The asking node's number for the service, at most 2^53.
  package var number: UInt64
  /// The service's name.
  package var service: String
  /// What the client called itself.
  package var requester: String
  /// The command and behind it the execution type; at least the type.
  package var arguments: [String]

  /// Words of a command; as many as `docker run` takes with us.
  package static let argumentLimit = 4096

  /// A request with a command and its execution type.
  package init(number: UInt64, service: String, requester: String, arguments: [String]) {
    self.number = number
    self.service = service
    self.requester = requester
    self.arguments = arguments
  }

  /// nil where a member is missing or is not what it should be. `NotificationTargetURL` is not looked at: the sender puts
  /// our own address there, and the connection's counts (rule W10).
  package init?(json: JSON) {
    guard let number = HomeEdgeNotification.number(json["ServiceID"]),
      let service = json["ServiceName"]?.string,
      let array = json["UserArgs"]?.array, !array.isEmpty, array.count <= Self.argumentLimit,
      !service.isEmpty, service.utf8.count <= ServiceDefinition.nameLimit
    else { return nil }
    let words = array.compactMap { $0.string }
    guard words.count == array.count else { return nil }
    self.init(number: number, service: service, requester: json["Requester"]?.string ?? "", arguments: words)
  }

  /// The command without the type; empty where the definition's own is meant.
  package var command: [String] { Array(arguments.dropLast()) }

  /// nil for a type that no Hearth node runs, such as `android`.
  package var kind: ServiceDefinition.Kind? {
    arguments.last.flatMap { ServiceDefinition.Kind(rawValue: $0) }
  }

  /// - Parameter target: the asked node's own address, as Home Edge sends it.
  package func json(target: String) -> JSON {
    [
      "NotificationTargetURL": .string(target), "Requester": .string(requester),
      "ServiceID": .integer(Int64(clamping: number)), "ServiceName": .string(service),
      "UserArgs": .array(arguments.map { .string($0) }),
    ]
  }
}

/// Why a run cannot be given to a Home Edge node: what would end its daemon, or be understood differently (rule W16).
package struct HomeEdgeObjection: Error, Equatable {
  /// In words, for a person.
  package let reason: String

  /// What would go wrong.
  package init(reason: String) {
    self.reason = reason
  }
}

extension HomeEdgeStart {
  /// What is sent for a run.
  package init(of run: Run, attempt: Int) throws(HomeEdgeObjection) {
    let command: [String]
    switch run.workload {
    case .container(let arguments): command = try Self.container(arguments, run)
    case .native(let words): command = words
    }
    self.init(
      number: HomeEdgeNumber.number(of: run.id, attempt: attempt), service: run.service,
      requester: run.requester,
      arguments: command + [run.workload.kind])
  }

  /// Options of `docker run` at which Home Edge's parser stops, so that all behind them is lost (6.1).
  private static let unknownOptions = """
    --annotation|--cgroupns|--detach|--detach-keys|--disable-content-trust|--health-start-interval|--name\
    |--platform|--pull|--quiet|--sig-proxy
    """

  private static func container(_ arguments: [String], _ run: Run) throws(HomeEdgeObjection) -> [String] {
    guard !arguments.isEmpty else {
      // The definition that Home Edge ships under this name has no command, and asking for it ends the daemon (B-04).
      if run.service.begins(with: "DataStorage") {
        throw HomeEdgeObjection(reason: "Home Edge's DataStorage has no command to run")
      }
      return []
    }
    guard run.source.isEmpty else {
      throw HomeEdgeObjection(reason: "files and variables of the caller cannot be sent to Home Edge")
    }
    // Home Edge removes each container itself, and reports one that the Engine removed first as failed.
    let words = arguments.filter { $0 != "--rm" && $0 != "--rm=true" }
    for word in words {
      let name = String(decoding: word.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
      if name.isOne(of: unknownOptions) || isDetach(word) {
        throw HomeEdgeObjection(reason: "Home Edge does not know the option \(name)")
      }
    }
    // What Home Edge takes for the image is the last word.
    guard let parsed = try? RunCommand(parsing: words, source: run.source.optionSource),
      parsed.command.isEmpty
    else {
      throw HomeEdgeObjection(reason: "Home Edge cannot run an image with words behind it")
    }
    return ["docker", "run"] + words
  }

  /// `-d`, alone or behind other letters that take no value.
  private static func isDetach(_ word: String) -> Bool {
    guard word.utf8.first == UInt8(ascii: "-") else { return false }
    for letter in word.utf8.dropFirst() {
      switch letter {
      case UInt8(ascii: "d"): return true
      case UInt8(ascii: "i"), UInt8(ascii: "t"), UInt8(ascii: "P"): continue
      default: return false
      }
    }
    return false
  }
}
