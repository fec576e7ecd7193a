import Basics
package import Containers
import Wire

/// What in a container's options reaches beyond the container, where the owner wants Home Edge's nodes to have none of
/// that.
///
/// Only what is known to stay inside is let through, so that an option which comes to be known later is refused at
/// first.
package enum HomeEdgeHostAccess {
  /// Members of HostConfig that bound the container, or make something of its own.
  private static let harmless = """
    AutoRemove|Binds|CapDrop|CpuPeriod|CpuQuota|CpuShares|CpusetCpus|Dns|DnsOptions|DnsSearch|ExtraHosts|Init\
    |Memory|MemoryReservation|MemorySwap|MemorySwappiness|Mounts|NanoCpus|NetworkMode|PidsLimit|PortBindings\
    |ReadonlyRootfs|RestartPolicy|Tmpfs
    """
  /// Networks that no other container has chosen for itself.
  private static let networks = "|default|bridge|none"
  /// Seconds that an end may take at most.
  private static let longestStop: Int64 = 120

  /// The first such thing, in words; nil for a container that stays in its place.
  package static func reason(_ command: RunCommand) -> String? {
    let body = command.createBody
    for member in body["HostConfig"]?.object?.members ?? []
    where !member.name.isOne(of: harmless) && !saysNothing(member.value) {
      return "the container has \(member.name)"
    }
    let host = body["HostConfig"]
    let network = host?["NetworkMode"]?.string ?? ""
    guard network.isOne(of: networks), saysNothing(body["NetworkingConfig"]?["EndpointsConfig"]) else {
      return "the container has NetworkMode \(network)"
    }
    guard (host?["RestartPolicy"]?["Name"]?.string ?? "").isOne(of: "|no") else {
      return "the container starts again by itself"
    }
    // A volume that has a name may be another container's, and the machine's folders have one, too.
    if let bind = host?["Binds"]?.array?.first { return "the container binds \(bind.string ?? "")" }
    for mount in host?["Mounts"]?.array ?? [] {
      let isOwn = saysNothing(mount["Source"]) && saysNothing(mount["VolumeOptions"]?["DriverConfig"])
      guard isOwn, mount["Type"]?.string?.isOne(of: "volume|tmpfs") == true else {
        return "the container mounts more than a volume of its own"
      }
    }
    guard (0...longestStop).contains(body["StopTimeout"]?.integer ?? 0) else {
      return "the container may take more than \(longestStop) s to end"
    }
    return nil
  }

  private static func saysNothing(_ value: JSON?) -> Bool {
    switch value {
    case nil, .null, .bool(false), .integer(0): true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    default: false
    }
  }
}
