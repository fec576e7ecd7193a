import Basics
internal import Wire

/// One value of one option, checked and turned into the JSON that the Engine takes for it.
enum OptionValue {
  static func convert(_ text: String, for row: OptionRow) throws(OptionFault) -> JSON {
    let kind: OptionKind
    switch row.meaning {
    case .value(let own, _): kind = own
    case .alias(let other): throw OptionFault("is another name of --%", other)
    case .refused(let reason): throw OptionFault("cannot be honoured: %", reason)
    case .windows: throw OptionFault("is for Windows containers only, and this Engine runs Linux ones")
    }
    switch kind {
    case .flag: return .bool(try flag(text, row))
    case .integer: return .integer(try OptionNumber.integer(text))
    case .weight: return .integer(try weight(text))
    case .swappiness: return .integer(try swappiness(text))
    case .bytes: return .integer(try OptionNumber.bytes(text))
    case .bytesOrUnlimited: return .integer(text == "-1" ? -1 : try OptionNumber.bytes(text))
    case .duration: return .integer(try OptionNumber.duration(text))
    case .cpus: return .integer(try OptionNumber.nanoCPUs(text))
    case .mode: return .string(try mode(text, choices: row.choices))
    case .mac: return .string(try mac(text))
    case .restart: return try restart(text)
    case .name: return .string(try name(text))
    case .text, .list: return .string(text)
    case .address: return .string(try OptionAddress.normal(text))
    case .domain: return .string(try domain(text))
    case .host: return .string(try host(text))
    case .environment: return .string(try environment(text))
    case .label: return .string(try label(text))
    case .link: return .string(try link(text))
    case .stream: return .string(try stream(text))
    case .volume: return .string(try OptionMount.volume(text))
    case .cgroupRule: return .string(try OptionDevice.cgroupRule(text))
    case .device: return try OptionDevice.mapping(text)
    case .rateBytes: return try OptionDevice.byteRate(text)
    case .rateOperations: return try OptionDevice.operationRate(text)
    case .deviceWeight: return try OptionDevice.weight(text)
    case .ulimit: return try OptionDevice.ulimit(text)
    case .gpu: return try OptionDevice.gpus(text)
    case .mount: return try OptionMount.mount(text)
    case .network: return try OptionNetwork.attachment(text)
    case .pair: return try pair(text)
    case .sysctl: return try sysctl(text)
    case .tmpfs: return try tmpfs(text)
    }
  }

  /// Options that steer a terminal or a signature check are taken only as far as they ask for what happens anyway.
  private static func flag(_ text: String, _ row: OptionRow) throws(OptionFault) -> Bool {
    let value = try OptionNumber.flag(text)
    if row.name == "sig-proxy", value {
      throw OptionFault("cannot be honoured: a run has no client whose signals could be passed on")
    }
    if row.name == "disable-content-trust", !value {
      throw OptionFault("cannot be honoured: signatures of images are not verified here")
    }
    return value
  }

  private static func weight(_ text: String) throws(OptionFault) -> Int64 {
    let value = try OptionNumber.integer(text)
    guard value == 0 || (10...1000).contains(value) else { throw OptionFault("expected 0 or 10 to 1000") }
    return value
  }

  private static func swappiness(_ text: String) throws(OptionFault) -> Int64 {
    let value = try OptionNumber.integer(text)
    guard (-1...100).contains(value) else {
      throw OptionFault("invalid value: %. Valid memory swappiness range is 0-100", String(value))
    }
    return value
  }

  private static func mode(_ text: String, choices: String) throws(OptionFault) -> String {
    if text.utf8.isEmpty { return text }
    for choice in choices.pieces(at: "|") {
      if text == choice, !choice.has(":") { return text }
      if choice.has(":"), let (head, tail) = text.cut(at: ":"), head + ":" == choice, !tail.utf8.isEmpty,
        !tail.has(":")
      {
        return text
      }
    }
    throw OptionFault("expected one of %", choices)
  }

  private static func mac(_ text: String) throws(OptionFault) -> String {
    guard text.utf8.isEmpty || OptionAddress.isMAC(text.trimmed) else {
      throw OptionFault("% is not a valid mac address", text)
    }
    return text
  }

  /// `no`, `always`, `unless-stopped` or `on-failure[:COUNT]`.
  private static func restart(_ text: String) throws(OptionFault) -> JSON {
    let (policy, tail) = text.cut(at: ":").map { ($0.head, $0.tail as String?) } ?? (text, nil)
    guard policy.isOne(of: "|no|always|unless-stopped|on-failure") else {
      throw OptionFault(
        "invalid restart policy '%', expected no, always, unless-stopped or on-failure[:count]", policy)
    }
    guard let tail else { return restart(policy, 0) }
    guard let count = OptionNumber.decimal(tail) else {
      throw OptionFault("invalid restart policy format: maximum retry count must be an integer")
    }
    guard policy == "on-failure" || count == 0, !policy.utf8.isEmpty else {
      throw OptionFault("maximum retry count cannot be used with restart policy '%'", policy)
    }
    guard count >= 0 else { throw OptionFault("maximum retry count cannot be negative") }
    return restart(policy, count)
  }

  static func restart(_ policy: String, _ count: Int64) -> JSON {
    .object(
      JSONObject([
        JSONMember(name: "Name", value: .string(policy)),
        JSONMember(name: "MaximumRetryCount", value: .integer(count)),
      ]))
  }

  /// The Engine's rule for container names, so that the option is named when it is broken.
  private static func name(_ text: String) throws(OptionFault) -> String {
    guard isName(text.begins(with: "/") ? text.dropping(1) : text) else {
      throw OptionFault("Invalid container name (%), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", text)
    }
    return text
  }

  /// The form of container and volume names: 2 to 255 letters, digits, `_`, `.` or `-`, the first a letter or digit.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, first.isLetter || first.isDigit, (2...255).contains(text.utf8.count)
    else {
      return false
    }
    return text.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x5f || $0 == 0x2e || $0 == 0x2d }
  }

  /// A search domain: labels of letters, digits and inner hyphens, at least one letter in all; `.` for none.
  private static func domain(_ text: String) throws(OptionFault) -> String {
    var name = text.trimmed
    if name == "." { return name }
    if name.utf8.last == 0x2e { name = name.droppingLast() }
    let valid = name.pieces(at: ".").allSatisfy { label in
      label.utf8.allSatisfy { $0.isLetter || $0.isDigit || $0 == 0x2d }
        && !label.utf8.isEmpty && label.utf8.first != 0x2d && label.utf8.last != 0x2d
    }
    guard valid, name.utf8.count < 255, name.utf8.contains(where: { $0.isLetter }) else {
      throw OptionFault("% is not a valid domain", text)
    }
    return name
  }

  /// `host:ip`, also `host=ip` and `[ip]` as later clients take it; always passed on as `host:ip`.
  private static func host(_ text: String) throws(OptionFault) -> String {
    guard var (name, address) = text.cut(at: "=") ?? text.cut(at: ":"), !name.utf8.isEmpty else {
      throw OptionFault("bad format for add-host: \"%\", expected host:ip", text)
    }
    address = address.unbracketed ?? address
    guard address == "host-gateway" || OptionAddress.parse(address) != nil else {
      throw OptionFault("invalid IP address in add-host: \"%\"", address)
    }
    name += ":"
    return name + address
  }

  private static func environment(_ text: String) throws(OptionFault) -> String {
    guard let first = text.utf8.first, first != 0x3d else {
      throw OptionFault("invalid environment variable: %, expected NAME or NAME=value", text)
    }
    return text
  }

  static func label(_ text: String) throws(OptionFault) -> String {
    var key = text.cut(at: "=")?.head ?? text
    while key.utf8.first?.isBlank == true { key = key.dropping(1) }
    guard !key.utf8.isEmpty else { throw OptionFault("invalid label '%': empty name", text) }
    guard !key.hasBlank else { throw OptionFault("label '%' contains whitespaces", key) }
    return text
  }

  private static func link(_ text: String) throws(OptionFault) -> String {
    guard !text.utf8.isEmpty, text.pieces(at: ":").count <= 2 else {
      throw OptionFault("bad format for links: %, expected name or name:alias", text)
    }
    return text
  }

  private static func stream(_ text: String) throws(OptionFault) -> String {
    let name = text.lowered
    guard name.isOne(of: "stdin|stdout|stderr") else {
      throw OptionFault("valid streams are STDIN, STDOUT and STDERR")
    }
    return name
  }

  private static func pair(_ text: String) throws(OptionFault) -> JSON {
    guard let (key, value) = text.cut(at: "="), !key.utf8.isEmpty else {
      throw OptionFault("expected key=value")
    }
    return .array([.string(key), .string(value)])
  }

  /// Only the kernel parameters that belong to a container's own namespaces.
  private static func sysctl(_ text: String) throws(OptionFault) -> JSON {
    let names =
      "msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced"
    guard let (key, value) = text.cut(at: "="),
      (key.begins(with: "kernel.") && key.dropping(7).isOne(of: names)) || key.begins(with: "net.")
        || key.begins(with: "fs.mqueue.")
    else {
      throw OptionFault(
        "sysctl '%' is not allowed, expected a name of a container's namespaces and a value", text)
    }
    return .array([.string(key), .string(value)])
  }

  private static func tmpfs(_ text: String) throws(OptionFault) -> JSON {
    let (path, options) = text.cut(at: ":") ?? (text, "")
    guard path.begins(with: "/") else { throw OptionFault("expected an absolute path in the container") }
    return .array([.string(path), .string(options)])
  }
}
