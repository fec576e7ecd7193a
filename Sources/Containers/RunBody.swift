import Basics
internal import Wire

/// The body of `POST /containers/create` that a command's options amount to.
struct RunBody {
  var config = JSONObject()
  var host = JSONObject()
  var endpoints = JSONObject()
  var environment: [String] = []
  var labels: [String] = []

  init(_ options: OptionScanner, source: OptionSource) throws(RunCommandError) {
    endpoints = try OptionNetwork.endpoints(of: options)
    for (row, values) in zip(OptionTable.rows, options.values) where !values.isEmpty {
      switch row.meaning {
      case .value(let kind, .config(let field)): config[field] = Self.combined(values, kind.shape)
      case .value(let kind, .host(let field)): host[field] = Self.combined(values, kind.shape)
      case .value(_, .own), .alias, .refused, .windows: break
      }
    }
    setDevices()
    try setStreams(options)
    try setStorage(options)
    try setPorts(options)
    try setHealth(options)
    try setSecurity(options, source)
    try setLogging(options)
    setDefaults(options)
    setUlimits()
    try readVariables(options, source)
    if let entrypoint = options.text("entrypoint") { config["Entrypoint"] = .array([.string(entrypoint)]) }
  }

  private static func combined(_ values: [JSON], _ shape: OptionKind.Shape) -> JSON {
    switch shape {
    case .last: return values.last ?? .null
    case .list: return .array(values)
    case .map:
      return .object(
        JSONObject(
          values.compactMap { pair in
            guard let pair = pair.array, pair.count == 2, let name = pair[0].string else { return nil }
            return JSONMember(name: name, value: pair[1])
          }))
    }
  }

  /// What the Docker client always says, because the Engine's meaning of silence differs or has changed.
  private mutating func setDefaults(_ options: OptionScanner) {
    host["NetworkMode"] = .string(
      options.values(of: "network").first?["Network"]?.string ?? "default")
    setDefault("RestartPolicy", OptionValue.restart("no", 0))
    setDefault("MemorySwappiness", -1)
    setDefault("OomKillDisable", false)
    setDefault("PidsLimit", 0)
    for name in "Dns|DnsOptions|DnsSearch|Devices|BlkioWeightDevice".pieces(at: "|") { setDefault(name, []) }
    setDefault("PortBindings", .object([:]))
  }

  @inline(never)
  private mutating func setDefault(_ name: String, _ value: JSON) {
    if host[name] == nil { host[name] = value }
  }

  /// CDI devices are asked for as the client asks, all in one request behind those of --gpus.
  private mutating func setDevices() {
    guard let devices = host["Devices"]?.array else { return }
    let names = devices.filter { $0.string != nil }
    guard !names.isEmpty else { return }
    host["Devices"] = .array(devices.filter { $0.string == nil })
    let request: JSON = ["Driver": "cdi", "DeviceIDs": .array(names)]
    host["DeviceRequests"] = .array((host["DeviceRequests"]?.array ?? []) + [request])
  }

  /// The streams a container has; `--detach` keeps all of them unattached, as it does for the client.
  private mutating func setStreams(_ options: OptionScanner) throws(RunCommandError) {
    let given = options.list("attach")
    let detached = options.flag("detach") ?? false
    guard !detached || given.isEmpty else {
      throw RunCommandError(option: "--attach", reason: "Conflicting options: -a and -d")
    }
    let open = config["OpenStdin"]?.bool ?? false
    let input = !detached && (open || given.contains("stdin"))
    config["AttachStdin"] = .bool(input)
    config["AttachStdout"] = .bool(!detached && (given.isEmpty || given.contains("stdout")))
    config["AttachStderr"] = .bool(!detached && (given.isEmpty || given.contains("stderr")))
    config["StdinOnce"] = .bool(input && open)
  }

  private mutating func setStorage(_ options: OptionScanner) throws(RunCommandError) {
    var binds: [JSON] = []
    var volumes: [JSONMember] = []
    for volume in options.list("volume") {
      if !volume.has(":") {
        volumes.append(JSONMember(name: volume, value: .object([:])))
      } else if !binds.contains(where: { $0.string == volume }) {
        binds.append(.string(volume))
      }
    }
    if !binds.isEmpty { host["Binds"] = .array(binds) }
    if !volumes.isEmpty { config["Volumes"] = .object(JSONObject(volumes)) }
    guard options.text("volume-driver") == nil || options.values(of: "mount").isEmpty else {
      throw RunCommandError(
        option: "--volume-driver",
        reason: "does not reach volumes of --mount, expected --mount type=volume,volume-driver=…")
    }
  }

  private mutating func setPorts(_ options: OptionScanner) throws(RunCommandError) {
    let ports = try OptionPorts(publish: options.list("publish"), expose: options.list("expose"))
    if !ports.exposedPorts.members.isEmpty { config["ExposedPorts"] = .object(ports.exposedPorts) }
    if !ports.bindings.members.isEmpty { host["PortBindings"] = .object(ports.bindings) }
  }

  private mutating func setHealth(_ options: OptionScanner) throws(RunCommandError) {
    var health = JSONObject()
    if let command = options.text("health-cmd"), !command.utf8.isEmpty {
      health["Test"] = ["CMD-SHELL", .string(command)]
    }
    let settings = [
      ("health-interval", "Interval"), ("health-timeout", "Timeout"), ("health-start-period", "StartPeriod"),
      ("health-start-interval", "StartInterval"), ("health-retries", "Retries"),
    ]
    for (name, field) in settings {
      guard let value = options.integer(name), value != 0 else { continue }
      guard value > 0 else {
        throw RunCommandError(option: "--\(name)", reason: "--% cannot be negative", name)
      }
      health[field] = .integer(value)
    }
    if options.flag("no-healthcheck") == true {
      guard health.members.isEmpty else {
        throw RunCommandError(
          option: "--no-healthcheck", reason: "--no-healthcheck conflicts with --health-* options")
      }
      health["Test"] = ["NONE"]
    }
    if !health.members.isEmpty { config["Healthcheck"] = .object(health) }
  }

  /// Inlines seccomp profiles; `systempaths=unconfined` is the client's own word for two empty lists.
  private mutating func setSecurity(
    _ options: OptionScanner, _ source: OptionSource
  ) throws(RunCommandError) {
    var passed: [JSON] = []
    for option in options.list("security-opt") {
      if option == "systempaths=unconfined" {
        host["MaskedPaths"] = []
        host["ReadonlyPaths"] = []
        continue
      }
      guard option == "no-new-privileges" || option.has("=") || option.has(":") else {
        throw RunCommandError(option: "--security-opt", reason: "Invalid --security-opt: \"%\"", option)
      }
      let (key, value) = option.cut(at: "=") ?? option.cut(at: ":") ?? (option, "")
      guard key == "seccomp", value != "unconfined", value != "builtin" else {
        passed.append(.string(option))
        continue
      }
      do {
        passed.append(.string("seccomp=" + (try source.profile(value))))
      } catch {
        throw RunCommandError(option: "--security-opt", reason: error.reason)
      }
    }
    if !options.values(of: "security-opt").isEmpty { host["SecurityOpt"] = .array(passed) }
  }

  /// Of several limits of one kind the last stays.
  private mutating func setUlimits() {
    guard let given = host["Ulimits"]?.array else { return }
    let byName = JSONObject(given.map { JSONMember(name: $0["Name"]?.string ?? "", value: $0) })
    host["Ulimits"] = .array(byName.members.map { $0.value })
  }

  private mutating func setLogging(_ options: OptionScanner) throws(RunCommandError) {
    let driver = options.text("log-driver") ?? ""
    let settings = options.list("log-opt")
    guard driver != "none" || settings.isEmpty else {
      throw RunCommandError(option: "--log-opt", reason: "invalid logging opts for driver none")
    }
    guard !driver.utf8.isEmpty || !settings.isEmpty else { return }
    host["LogConfig"] = .object([
      "Type": .string(driver), "Config": .object(OptionFields.object(settings)),
    ])
  }

  /// Bytes of all labels of a container together: the Engine repeats them in each list.
  static let labelLimit = 16 << 10

  private func checkLabels() throws(OptionFault) {
    var bytes = 0
    for label in labels {
      bytes += label.utf8.count
      guard !label.begins(with: Label.prefix) else {
        throw OptionFault("labels %* are Hearth's own", Label.prefix)
      }
    }
    guard bytes <= Self.labelLimit else {
      throw OptionFault("the labels have % bytes together, at most %", String(bytes), String(Self.labelLimit))
    }
  }

  private mutating func readVariables(
    _ options: OptionScanner, _ source: OptionSource
  ) throws(RunCommandError) {
    var option = "--env-file"
    do {
      environment = try source.environment(files: options.list("env-file"), options: options.list("env"))
      option = "--label-file"
      // As the client has it, a name alone says nothing.
      for path in options.list("label-file") { labels += try source.pairs(in: path).filter { $0.has("=") } }
      try checkLabels()
      option = "--label"
      labels += options.list("label")
      try checkLabels()
    } catch {
      throw RunCommandError(option: option, reason: error.reason)
    }
    guard
      host["AutoRemove"]?.bool != true || (host["RestartPolicy"]?["Name"]?.string ?? "").isOne(of: "|no")
    else {
      throw RunCommandError(option: "--rm", reason: "Conflicting options: --restart and --rm")
    }
  }
}
