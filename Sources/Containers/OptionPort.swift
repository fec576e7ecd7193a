import Basics
internal import Wire

// --publish and --expose, as go-connections reads port specifications.

/// The ports of a container and where they appear on its host.
struct OptionPorts {
  /// Ranges multiply; this bounds the memory that one short option can take.
  static let maximumPorts = 4096

  private var exposed: [JSONMember] = []
  private var bound: [(port: String, bindings: [JSON])] = []

  var exposedPorts: JSONObject { JSONObject(exposed) }

  var bindings: JSONObject {
    JSONObject(bound.map { JSONMember(name: $0.port, value: .array($0.bindings)) })
  }

  init(publish: [String], expose: [String]) throws(RunCommandError) {
    var option = "--publish"
    do {
      for text in publish { try self.publish(text.has("=") ? try Self.short(text) : text) }
      option = "--expose"
      for text in expose { try self.expose(text) }
    } catch {
      throw RunCommandError(option: option, reason: error.reason)
    }
  }

  /// `published=,target=,protocol=` as `published:target/protocol`.
  private static func short(_ text: String) throws(OptionFault) -> String {
    var (published, target, proto) = ("", "", "tcp")
    for field in text.pieces(at: ",") {
      guard let (key, value) = field.cut(at: "=") else {
        throw OptionFault("invalid publish opts format (should be name=value but got '%')", field)
      }
      switch key {
      case "published": published = value
      case "target": target = value
      case "protocol": proto = value
      case "mode":
        guard value == "host" else { throw OptionFault("mode '%' cannot be honoured, expected host", value) }
      default:
        throw OptionFault("unexpected key '%' in '%', expected published, target or protocol", key, text)
      }
    }
    return "\(published):\(target)/\(proto)"
  }

  /// `[[IP:]HOST:]PORT[/PROTOCOL]`, the ports also as ranges.
  private mutating func publish(_ text: String) throws(OptionFault) {
    var parts = text.pieces(at: ":")
    let (container, proto) = try Self.splitProtocol(parts.removeLast(), of: text)
    let hostText = parts.popLast() ?? ""
    var address = Self.join(parts)
    let bracketed = address.unbracketed != nil
    address = address.unbracketed ?? address
    guard address.utf8.isEmpty || (OptionAddress.parse(address) != nil && bracketed == address.has(":"))
    else {
      throw OptionFault("Invalid ip address: %", address)
    }
    guard let inside = Self.range(container) else { throw OptionFault("Invalid containerPort: %", container) }
    guard let outside = hostText.utf8.isEmpty ? 0...0 : Self.range(hostText) else {
      throw OptionFault("Invalid hostPort: %", hostText)
    }
    guard hostText.utf8.isEmpty || outside.count == inside.count || inside.count == 1 else {
      throw OptionFault("Invalid ranges specified for container and host Ports: % and %", container, hostText)
    }
    for (offset, port) in inside.enumerated() {
      var hostPort = hostText.utf8.isEmpty ? "" : "\(outside.lowerBound + offset)"
      if inside.count == 1, outside.count > 1 { hostPort = "\(outside.lowerBound)-\(outside.upperBound)" }
      let binding: JSON = .object(["HostIp": .string(address), "HostPort": .string(hostPort)])
      let name = "\(port)/\(proto)"
      if let index = bound.firstIndex(where: { $0.port == name }) {
        bound[index].bindings.append(binding)
      } else {
        bound.append((name, [binding]))
      }
      try add(name)
    }
  }

  private mutating func expose(_ text: String) throws(OptionFault) {
    guard !text.has(":") else { throw OptionFault("invalid port format for --expose: %", text) }
    let (ports, proto) = try Self.splitProtocol(text, of: text)
    guard let range = Self.range(ports) else {
      throw OptionFault("invalid range format for --expose: %", text)
    }
    for port in range { try add("\(port)/\(proto)") }
  }

  private mutating func add(_ port: String) throws(OptionFault) {
    guard exposed.count < Self.maximumPorts else {
      throw OptionFault("more than % ports cannot be honoured", String(Self.maximumPorts))
    }
    exposed.append(JSONMember(name: port, value: .object([:])))
  }

  private static func join(_ parts: [String]) -> String {
    var text = parts.first ?? ""
    for part in parts.dropFirst() { text += ":" + part }
    return text
  }

  private static func splitProtocol(_ text: String, of whole: String) throws(OptionFault) -> (String, String)
  {
    let (ports, given) = text.cut(at: "/") ?? (text, "")
    guard !ports.utf8.isEmpty else { throw OptionFault("No port specified: %<empty>", whole) }
    let proto = given.utf8.isEmpty ? "tcp" : given.lowered
    guard proto == "tcp" || proto == "udp" || proto == "sctp" else {
      throw OptionFault("Invalid proto: %", given)
    }
    return (ports, proto)
  }

  /// `PORT` or `FIRST-LAST`; nil on anything else.
  private static func range(_ text: String) -> ClosedRange<Int>? {
    let (first, last) = text.cut(at: "-") ?? (text, text)
    guard let start = OptionNumber.natural(first), let end = OptionNumber.natural(last),
      start <= end, end <= 65535
    else { return nil }
    return Int(truncatingIfNeeded: start)...Int(truncatingIfNeeded: end)
  }
}
