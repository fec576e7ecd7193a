internal import Wire

/// The names of the service and of its kinds.
enum DiscoveryNames {
  static let service = name(["_orchestration", "_tcp", "local"])
  /// A subtype (RFC 6763 7.1): a pointer record, which Home Edge skips and every browser understands.
  static let subtype = name(["_hearth", "_sub", "_orchestration", "_tcp", "local"])
  /// Asks all Hearth nodes to show themselves.
  static var markQuestion: DNSQuestion { DNSQuestion(name: subtype, type: .ptr) }
  /// The list of service types (RFC 6763 9).
  static let types = name(["_services", "_dns-sd", "_udp", "local"])
  static let local = name(["local"])

  private static func name(_ labels: [String]) -> DNSName {
    DNSName(labels: labels.map { Array($0.utf8) }) ?? .root
  }
}

/// The records of this node, apart from the addresses, which each interface has of its own.
struct DiscoveryRecordSet {
  var identity: DiscoveryIdentity
  private(set) var services: [String] = []
  /// How often each name was given up for another, 1 for never.
  private(set) var instanceNumber = 1
  private(set) var hostNumber = 1
  private(set) var instance: DNSName
  private(set) var host: DNSName
  private(set) var text: DNSText

  /// Home Edge's port in the SRV record; its own clients use others.
  static let port: UInt16 = 42425
  static let addressLife: UInt32 = 120
  static let otherLife: UInt32 = 3200
  /// Bytes of all strings together, lengths not counted, as Home Edge counts.
  static let textLimit = 400

  init(_ identity: DiscoveryIdentity) {
    self.identity = identity
    instance = DiscoveryNames.service
    host = DiscoveryNames.local
    text = DNSText([])
    makeNames()
    _ = setServices([])
  }

  var id: String { String(decoding: instance.firstLabel, as: UTF8.self) }

  mutating func takeNextInstance() {
    instanceNumber &+= 1
    makeNames()
  }

  mutating func takeNextHost() {
    hostNumber &+= 1
    makeNames()
  }

  private mutating func makeNames() {
    func suffix(_ number: Int) -> String { number > 1 ? "-\(number)" : "" }
    let label = NodeID.prefix + identity.uuid + suffix(instanceNumber)
    instance = DNSName(label: Array(label.utf8.prefix(63)), in: DiscoveryNames.service) ?? instance
    let hostLabel = "edge-" + identity.uuid + suffix(hostNumber)
    host = DNSName(label: Array(hostLabel.utf8.prefix(63)), in: DiscoveryNames.local) ?? host
  }

  /// Takes the services' names in order while there is room; the rest is the result.
  mutating func setServices(_ names: [String]) -> [String] {
    var strings = [
      Array("Platform=\(identity.platform)".utf8.prefix(128)),
      Array("ExecType=\(identity.executionType)".utf8.prefix(128)),
    ]
    var size = strings[0].count + strings[1].count
    var leftOut: [String] = []
    services = []
    for name in names {
      let bytes = Array(name.utf8)
      // An empty string, or one with the marks of the first two, would mean something else to its readers.
      guard !bytes.isEmpty, bytes.count <= 255, size + bytes.count <= DiscoveryRecordSet.textLimit,
        PeerText.value(of: "Platform=", in: bytes) == nil, PeerText.value(of: "ExecType=", in: bytes) == nil
      else {
        leftOut.append(name)
        continue
      }
      size += bytes.count
      strings.append(bytes)
      services.append(name)
    }
    text = DNSText(strings)
    return leftOut
  }
}
