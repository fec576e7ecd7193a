import Basics
internal import Wire

// --network and the options that shape a container's place in it.

enum OptionNetwork {
  /// A network's name or mode, or `name=,alias=,ip=,ip6=,driver-opt=`; as an endpoint with its network under "Network".
  static func attachment(_ text: String) throws(OptionFault) -> JSON {
    guard text.has("=") else { return .object(["Network": .string(text)]) }
    var endpoint = JSONObject()
    var aliases: [JSON] = []
    var options = JSONObject()
    var addresses = JSONObject()
    for field in try OptionFields.split(text) {
      guard let (key, value) = field.cut(at: "=") else { throw OptionFault("invalid field %", field) }
      let trimmed = value.trimmed
      switch key.trimmed.lowered {
      case "name": endpoint["Network"] = .string(trimmed)
      case "alias": aliases.append(.string(trimmed))
      case "ip": addresses["IPv4Address"] = .string(try OptionAddress.normal(trimmed))
      case "ip6": addresses["IPv6Address"] = .string(try OptionAddress.normal(trimmed))
      case "driver-opt":
        guard let (name, setting) = trimmed.cut(at: "="), !name.utf8.isEmpty else {
          throw OptionFault("invalid key value pair format in driver options")
        }
        options[name.trimmed] = .string(setting.trimmed)
      default: throw OptionFault("invalid field key %", key)
      }
    }
    guard endpoint["Network"]?.string?.utf8.isEmpty == false else {
      throw OptionFault("network name/id is not specified")
    }
    if !aliases.isEmpty { endpoint["Aliases"] = .array(aliases) }
    if !options.members.isEmpty { endpoint["DriverOpts"] = .object(options) }
    if !addresses.members.isEmpty { endpoint["IPAMConfig"] = .object(addresses) }
    return .object(endpoint)
  }

  /// True for networks that somebody created, as against the Engine's own modes.
  static func isUserDefined(_ network: String) -> Bool {
    !network.isOne(of: "default|bridge|host|none") && !network.begins(with: "container:")
  }

  /// The endpoints by network name; those of one network without settings are left to the Engine.
  static func endpoints(of options: OptionScanner) throws(RunCommandError) -> JSONObject {
    var endpoints = JSONObject()
    var networks = options.values(of: "network").compactMap { $0.object }
    if networks.isEmpty { networks = [["Network": "default"]] }
    let given = !options.values(of: "network").isEmpty
    var modes = [false, false]
    for (index, attachment) in networks.enumerated() {
      var endpoint = attachment
      let network = attachment["Network"]?.string ?? ""
      endpoint["Network"] = nil
      guard !network.trimmed.utf8.isEmpty else {
        throw RunCommandError(option: "--network", reason: "no name set for network")
      }
      if index == 0 { try apply(options, to: &endpoint, linksToo: given) }
      if !isUserDefined(network) { try refuseSettings(endpoint, of: network) }
      modes[isUserDefined(network) ? 1 : 0] = true
      guard endpoints[network] == nil else {
        throw RunCommandError(
          option: "--network", reason: "network \"%\" is specified multiple times", network)
      }
      if !endpoint.members.isEmpty || networks.count > 1 { endpoints[network] = .object(endpoint) }
    }
    guard !modes[0] || !modes[1] else {
      throw RunCommandError(
        option: "--network",
        reason: "conflicting options: cannot attach both user-defined and non-user-defined network-modes")
    }
    return endpoints
  }

  /// Adds --network-alias, --link, --ip, --ip6 and --link-local-ip to the first network.
  private static func apply(
    _ options: OptionScanner, to endpoint: inout JSONObject, linksToo: Bool
  ) throws(RunCommandError) {
    var addresses = endpoint["IPAMConfig"]?.object ?? JSONObject()
    func conflict(_ option: String, _ what: String) -> RunCommandError {
      RunCommandError(
        option: option, reason: "conflicting options: cannot specify both % and per-network %", option, what)
    }
    let aliases = options.values(of: "network-alias")
    if !aliases.isEmpty {
      guard endpoint["Aliases"] == nil else { throw conflict("--network-alias", "alias") }
      endpoint["Aliases"] = .array(aliases)
    }
    let links = options.values(of: "link")
    if linksToo, !links.isEmpty { endpoint["Links"] = .array(links) }
    for (name, field) in [("ip", "IPv4Address"), ("ip6", "IPv6Address")] {
      guard let address = options.text(name) else { continue }
      guard addresses[field] == nil else { throw conflict("--\(name)", "address") }
      addresses[field] = .string(address)
    }
    let local = options.values(of: "link-local-ip")
    if !local.isEmpty { addresses["LinkLocalIPs"] = .array(local) }
    if !addresses.members.isEmpty { endpoint["IPAMConfig"] = .object(addresses) }
  }

  private static func refuseSettings(_ endpoint: JSONObject, of network: String) throws(RunCommandError) {
    var option: String
    var what: String
    if endpoint["Aliases"] != nil {
      (option, what) = ("--network-alias", "network-scoped aliases are")
    } else if endpoint["Links"] != nil {
      (option, what) = ("--link", "links are")
    } else if let addresses = endpoint["IPAMConfig"]?.object {
      option =
        addresses["IPv4Address"] != nil
        ? "--ip" : addresses["IPv6Address"] != nil ? "--ip6" : "--link-local-ip"
      what = "user specified IP address is"
    } else {
      return
    }
    what += " only supported for user-defined networks, and the network here is \(network)"
    throw RunCommandError(option: option, reason: what)
  }
}
