package import Containers
package import Wire

/// What the options of a `docker run` refer to: the client's files (`--env-file`, `--label-file`, seccomp
/// profiles) and the client's environment (`-e NAME`). They come with the request, because the agent's own
/// are not the client's.
package struct WorkloadSource: Sendable, Equatable {
  /// One file or one variable.
  package struct Item: Sendable, Equatable {
    /// The path as the option names it, or the variable's name.
    package var name: String
    /// The file's text in UTF-8, or the variable's value.
    package var value: String

    /// Takes both as they are.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The variables that `-e NAME` takes from the client, in the order the options ask.
  package var environment: [Item] = []
  /// The files that the options name, in the order the options ask; a file named twice is here twice.
  /// One is at most `OptionSource.maximumFileSize` bytes.
  package var files: [Item] = []

  /// Nothing: of a workload whose options name no files and no variables.
  package init() {}

  /// Whether neither a file nor a variable is in it.
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
