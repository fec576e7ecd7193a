import Basics
package import Containers
import Wire

/// What in a container's options opens the machine to it, where the owner wants Home Edge's nodes to have none of that.
package enum HomeEdgeHostAccess {
  /// Members of HostConfig of which a plain container has none; they may not be there at all.
  private static let lists = [
    "CapAdd", "CgroupParent", "DeviceCgroupRules", "DeviceRequests", "Devices", "Runtime", "SecurityOpt",
    "Sysctls",
    "VolumesFrom",
  ]
  /// Members that may name a namespace of the machine, or of another container.
  private static let namespaces = [
    "CgroupnsMode", "IpcMode", "NetworkMode", "PidMode", "UTSMode", "UsernsMode",
  ]

  /// The first such thing, in words; nil for a container that stays in its place.
  package static func reason(_ command: RunCommand) -> String? {
    guard let host = command.createBody["HostConfig"] else { return nil }
    if host["Privileged"]?.bool == true { return "the container is privileged" }
    for name in lists where !isEmpty(host[name]) { return "the container has \(name)" }
    for name in namespaces {
      let mode = host[name]?.string ?? ""
      if mode == "host" || mode.begins(with: "container:") { return "the container has \(name) \(mode)" }
    }
    // A bind begins with a path of this machine, a volume with its name.
    for bind in host["Binds"]?.array ?? [] where bind.string?.utf8.first == UInt8(ascii: "/") {
      return "the container binds \(bind.string ?? "")"
    }
    for mount in host["Mounts"]?.array ?? [] {
      let options = mount["VolumeOptions"]?["DriverConfig"]?["Options"]
      // A volume of the local driver can be any folder.
      if mount["Type"]?.string == "bind" || !isEmpty(options) { return "the container binds a folder" }
    }
    return nil
  }

  private static func isEmpty(_ value: JSON?) -> Bool {
    switch value {
    case nil, .null: true
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    default: false
    }
  }
}
