import Basics
internal import Wire

// Options about devices and kernel limits: each value becomes one object of a HostConfig list.

enum OptionDevice {
  /// `HOST[:CONTAINER][:PERMISSIONS]`, permissions being some of r, w and m; or the name of a CDI device, which stays
  /// a text.
  static func mapping(_ text: String) throws(OptionFault) -> JSON {
    if isCDI(text) { return .string(text) }
    let parts = text.pieces(at: ":")
    guard parts.count <= 3, !parts[0].utf8.isEmpty else { throw OptionFault("bad format for path: %", text) }
    var inside = parts[0]
    var permissions = "rwm"
    if parts.count == 2, isMode(parts[1]) {
      permissions = parts[1]
    } else if parts.count >= 2 {
      inside = parts[1]
    }
    if parts.count == 3 {
      guard isMode(parts[2]) else {
        throw OptionFault("bad mode specified: %, expected some of rwm", parts[2])
      }
      permissions = parts[2]
    }
    guard inside.begins(with: "/") else { throw OptionFault("% is not an absolute path", inside) }
    guard parts[0].begins(with: "/") else { throw OptionFault("% is not an absolute path", parts[0]) }
    guard parts[0].utf8.last != 0x2a else {
      throw OptionFault("a device with * suffix cannot be honoured, name each device")
    }
    return .object([
      "PathOnHost": .string(parts[0]), "PathInContainer": .string(inside),
      "CgroupPermissions": .string(permissions),
    ])
  }

  /// `VENDOR/CLASS=NAME` (Container Device Interface, "device names"), such as `nvidia.com/gpu=all`.
  private static func isCDI(_ text: String) -> Bool {
    guard let (kind, name) = text.cut(at: "="), let (vendor, type) = kind.cut(at: "/") else { return false }
    func isWord(_ word: String, _ marks: String, digitFirst: Bool) -> Bool {
      guard let first = word.utf8.first, let last = word.utf8.last else { return false }
      return (first.isLetter || digitFirst && first.isDigit) && (last.isLetter || last.isDigit)
        && word.utf8.allSatisfy { $0.isLetter || $0.isDigit || marks.utf8.contains($0) }
    }
    return isWord(vendor, "_-.", digitFirst: false) && isWord(type, "_-.", digitFirst: false)
      && isWord(name, "_-.:", digitFirst: true)
  }

  private static func isMode(_ text: String) -> Bool {
    var seen: UInt8 = 0
    for byte in text.utf8 {
      let bit: UInt8 = byte == 0x72 ? 1 : byte == 0x77 ? 2 : byte == 0x6d ? 4 : 0
      guard bit != 0, seen & bit == 0 else { return false }
      seen |= bit
    }
    return seen != 0
  }

  /// `TYPE MAJOR:MINOR PERMISSIONS`, numbers or `*`; of the cgroup's device controller.
  static func cgroupRule(_ text: String) throws(OptionFault) -> String {
    let fault = OptionFault("invalid device cgroup format '%', expected such as 'c 81:* rmw'", text)
    let words = text.pieces(at: " ")
    guard words.count == 3, words[0].isOne(of: "a|b|c"), let (major, minor) = words[1].cut(at: ":")
    else {
      throw fault
    }
    for number in [major, minor] where number != "*" {
      guard !number.utf8.isEmpty, number.utf8.allSatisfy({ $0.isDigit }) else { throw fault }
    }
    let permissions = words[2].utf8.allSatisfy { $0 == 0x72 || $0 == 0x77 || $0 == 0x6d }
    guard permissions, (1...3).contains(words[2].utf8.count) else { throw fault }
    return text
  }

  /// `/dev/…:RATE`, the rate in bytes per second with an optional unit.
  static func byteRate(_ text: String) throws(OptionFault) -> JSON {
    let (path, value) = try device(text)
    return .object(["Path": .string(path), "Rate": .integer(try OptionNumber.bytes(value))])
  }

  /// `/dev/…:RATE`, the rate in operations per second.
  static func operationRate(_ text: String) throws(OptionFault) -> JSON {
    let (path, value) = try device(text)
    guard let rate = OptionNumber.natural(value), let rate = Int64(exactly: rate) else {
      throw OptionFault("invalid rate for device: %, expected <device-path>:<number>", text)
    }
    return .object(["Path": .string(path), "Rate": .integer(rate)])
  }

  /// `/dev/…:WEIGHT`, the weight 10 to 1000, or 0 for none.
  static func weight(_ text: String) throws(OptionFault) -> JSON {
    let (path, value) = try device(text)
    guard let weight = OptionNumber.natural(value), weight == 0 || (10...1000).contains(weight) else {
      throw OptionFault("invalid weight for device: %, expected 0 or 10 to 1000", text)
    }
    return .object(["Path": .string(path), "Weight": .integer(Int64(truncatingIfNeeded: weight))])
  }

  private static func device(_ text: String) throws(OptionFault) -> (path: String, value: String) {
    guard let (path, value) = text.cut(at: ":"), !path.utf8.isEmpty else {
      throw OptionFault("bad format: %", text)
    }
    guard path.begins(with: "/dev/") else { throw OptionFault("bad format for device path: %", text) }
    return (path, value)
  }

  /// `TYPE=SOFT[:HARD]`, −1 meaning no limit.
  static func ulimit(_ text: String) throws(OptionFault) -> JSON {
    let names =
      "core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack"
    guard let (name, values) = text.cut(at: "=") else {
      throw OptionFault("invalid ulimit argument: %", text)
    }
    guard name.isOne(of: names) else { throw OptionFault("invalid ulimit type: %", name) }
    let limits = values.pieces(at: ":")
    guard limits.count <= 2 else {
      throw OptionFault("too many limit value arguments - %, can only have up to two, `soft[:hard]`", values)
    }
    guard let soft = OptionNumber.decimal(limits[0]),
      let hard = OptionNumber.decimal(limits[limits.count - 1])
    else {
      throw OptionFault("expected whole numbers soft[:hard], found '%'", values)
    }
    guard hard == -1 || (soft != -1 && soft <= hard) else {
      throw OptionFault(
        "ulimit soft limit must be less than or equal to hard limit: % > %", String(soft), String(hard))
    }
    return .object(["Name": .string(name), "Hard": .integer(hard), "Soft": .integer(soft)])
  }

  /// `all`, a count, or comma-separated `count=`, `device=`, `driver=`, `capabilities=` and `options=`.
  static func gpus(_ text: String) throws(OptionFault) -> JSON {
    var request: JSONObject = [
      "Driver": "", "Count": 0, "DeviceIDs": .null, "Capabilities": [["gpu"]], "Options": .object([:]),
    ]
    var seen: [String] = []
    for field in try OptionFields.split(text) {
      var (key, value) = field.cut(at: "=") ?? ("count", field)
      key = key.lowered
      guard !seen.contains(key) else {
        throw OptionFault("gpu request key '%' can be specified only once", key)
      }
      seen.append(key)
      switch key {
      case "driver": request["Driver"] = .string(value)
      case "count": request["Count"] = .integer(try gpuCount(value))
      case "device": request["DeviceIDs"] = .array(value.pieces(at: ",").map { .string($0) })
      case "capabilities":
        request["Capabilities"] = .array([.array(value.pieces(at: ",").map { .string($0) } + ["gpu"])])
      case "options":
        request["Options"] = .object(OptionFields.object(try OptionFields.split(value)))
      default: throw OptionFault("unexpected key '%' in '%'", key, field)
      }
    }
    if !seen.contains("count"), !seen.contains("device") { request["Count"] = 1 }
    return .object(request)
  }

  private static func gpuCount(_ text: String) throws(OptionFault) -> Int64 {
    if text == "all" { return -1 }
    guard let count = OptionNumber.decimal(text) else {
      throw OptionFault("count must be an integer or all: %", text)
    }
    return count
  }
}
