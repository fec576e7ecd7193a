import Basics
package import Wire

/// A `docker run` command, understood: what to ask of the Engine, and how.
///
/// Follows the Docker client of Engine 20.10 in what it takes, what it refuses and what it makes of it. Two rules are
/// ours: what cannot be honoured is an error that names the option, and host paths are absolute, because a request
/// comes from no folder.
package struct RunCommand: Sendable {
  /// Whether an image is fetched before the container is created.
  package enum PullPolicy: UInt8, Sendable {
    case missing, always, never
  }

  /// The image the container is made of.
  package var image: ImageReference
  /// The words after the image, which replace the image's own command; empty for none.
  package var command: [String]
  /// The container's name (--name), a query item of the create call.
  package var name: String?
  /// The wanted platform such as `linux/arm64` (--platform), a query item of the pull and create calls.
  package var platform: String?
  /// When to pull (--pull); nil where the command leaves it to us.
  package var pullPolicy: PullPolicy?

  private var body: RunBody
  /// The options given that not every Engine honours, with the minor versions of the API that do.
  private var requirements: [(option: String, versions: ClosedRange<Int>)] = []

  /// Understands the arguments after `docker run`.
  ///
  /// `source` answers for files and variables that options name. Throws on the first fault found.
  package init(parsing arguments: [String], source: OptionSource) throws(RunCommandError) {
    let options = try OptionScanner(scanning: arguments)
    guard let text = options.rest.first else {
      throw RunCommandError(reason: "\"docker run\" requires at least 1 argument: the image")
    }
    image = try ImageReference(text)
    command = [String](options.rest.dropFirst())
    body = try RunBody(options, source: source)
    name = options.text("name")
    platform = options.text("platform")
    if let platform, !platform.utf8.isEmpty, Architecture.platform(platform) == nil {
      throw RunCommandError(
        option: "--platform", reason: "\"%\": unknown operating system or architecture", platform)
    }
    switch options.text("pull") {
    case "always": pullPolicy = .always
    case "never": pullPolicy = .never
    case "missing": pullPolicy = .missing
    default: pullPolicy = nil
    }
    for (row, values) in zip(OptionTable.rows, options.values)
    where !values.isEmpty && row.versions != 0...Int.max {
      requirements.append(("--\(row.name)", row.versions))
    }
    if options.values(of: "network").count > 1 { requirements.append(("--network", 44...Int.max)) }
  }

  /// Refuses what the Engine at the other end would ignore, given the minor version of its API 1.x.
  package func check(engineAPIMinor minor: Int) throws(RunCommandError) {
    for (option, versions) in requirements where !versions.contains(minor) {
      let wanted = minor < versions.lowerBound ? versions.lowerBound : versions.upperBound
      throw RunCommandError(
        option: option,
        reason:
          "requires Engine API 1.\(wanted)\(minor < wanted ? " or later" : " or earlier"), but the Engine's is 1.\(minor)"
      )
    }
  }

  /// Sets a variable of the container, replacing any the command gave.
  package mutating func setEnvironment(_ name: String, to value: String) {
    Self.set(name, to: value, in: &body.environment)
  }

  /// Sets a label of the container, replacing any the command gave.
  package mutating func setLabel(_ name: String, to value: String) {
    Self.set(name, to: value, in: &body.labels)
  }

  private static func set(_ name: String, to value: String, in pairs: inout [String]) {
    pairs.removeAll { $0 == name || $0.begins(with: name + "=") }
    pairs.append("\(name)=\(value)")
  }

  /// The body of `POST /containers/create`: Config with HostConfig and NetworkingConfig.
  package var createBody: JSON {
    var config = body.config
    config["Image"] = .string(image.text)
    if !command.isEmpty { config["Cmd"] = .array(command.map { .string($0) }) }
    if !body.environment.isEmpty { config["Env"] = .array(body.environment.map { .string($0) }) }
    if !body.labels.isEmpty { config["Labels"] = .object(OptionFields.object(body.labels)) }
    config["HostConfig"] = .object(body.host)
    config["NetworkingConfig"] = .object(["EndpointsConfig": .object(body.endpoints)])
    return .object(config)
  }
}

// What the run's keeper needs to know of it.
extension RunCommand {
  /// Whether the container has a terminal (--tty), so that its output comes unframed.
  package var terminal: Bool { body.config["Tty"]?.bool ?? false }

  /// Whether the container is to be removed at its end, with its anonymous volumes (--rm).
  package var removesItself: Bool { body.host["AutoRemove"]?.bool ?? false }

  /// Whether all that the container writes comes through one attaching: the Engine does not start it again by itself, or
  /// keeps no log that would show what came then.
  package var isAttachable: Bool {
    (body.host["RestartPolicy"]?["Name"]?.string ?? "").isOne(of: "|no")
      || body.host["LogConfig"]?["Type"]?.string == "none"
  }

  /// The memory limit asked for in bytes (--memory); nil for none.
  package var memory: Int64? { positive(body.host["Memory"]) }

  /// The memory the container is expected to stay below in bytes (--memory-reservation); nil for none.
  package var memoryReservation: Int64? { positive(body.host["MemoryReservation"]) }

  /// The CPUs asked for in billionths (--cpus); nil for no limit.
  package var nanoCPUs: Int64? { positive(body.host["NanoCpus"]) }

  private func positive(_ value: JSON?) -> Int64? {
    guard let number = value?.integer, number > 0 else { return nil }
    return number
  }
}
