package import Containers
package import Wire

/// What the options of a `docker run` refer to: the client's files (`--env-file`, `--label-file`, seccomp
/// profiles) and the client's environment (`-e NAME`). They come with the request, because the agent's own
/// are not the client's.
package struct WorkloadSource: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package var environment: [Item] = []
  package var files: [Item] = []

  package init() {}

  package var isEmpty: Bool {
    environment.isEmpty && files.isEmpty
  }

  /// `{"environment": {NAME: VALUE}, "files": {PATH: TEXT}}`, without what is empty. Secrets may be in it: it
  /// goes to the journal and to the agent, never into an answer.
  package var members: [(name: String, value: JSON)] {
    [("environment", environment), ("files", files)].compactMap { name, items in
      items.isEmpty
        ? nil : (name, .object(JSONObject(items.map { JSONMember(name: $0.name, value: .string($0.value)) })))
    }
  }

  /// The source in `json`'s members; nil where they are not objects of strings.
  package init?(json: JSON) {
    guard let environment = Self.items(json["environment"]), let files = Self.items(json["files"]) else {
      return nil
    }
    self.environment = environment
    self.files = files
  }

  private static func items(_ json: JSON?) -> [Item]? {
    guard let json else { return [] }
    guard let object = json.object else { return nil }
    var items: [Item] = []
    for member in object.members {
      guard let value = member.value.string else { return nil }
      items.append(Item(name: member.name, value: value))
    }
    return items
  }
}

extension WorkloadSource {
  /// The files and variables that came with the request, and nothing of the agent's own.
  package var optionSource: OptionSource {
    let files = self.files
    let environment = self.environment
    return OptionSource(
      readFile: { path in
        guard let file = files.first(where: { $0.name == path }) else {
          return .failure(OptionSource.Failure(reason: "the request does not bring the file \(path)"))
        }
        return .success(Array(file.value.utf8))
      },
      environment: { name in environment.first { $0.name == name }?.value })
  }
}
