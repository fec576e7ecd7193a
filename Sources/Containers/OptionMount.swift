import Basics
internal import Wire

// --volume and --mount.

enum OptionMount {
  /// `TARGET`, `VOLUME:TARGET[:MODES]` or `/HOST/PATH:TARGET[:MODES]`; the Engine judges the modes.
  static func volume(_ text: String) throws(OptionFault) -> String {
    let parts = text.pieces(at: ":")
    guard parts.count <= 3, parts.allSatisfy({ !$0.utf8.isEmpty }) else {
      throw OptionFault("invalid volume specification: '%', expected [source:]target[:modes]", text)
    }
    let target = parts.count == 1 ? parts[0] : parts[1]
    guard target.begins(with: "/") else {
      throw OptionFault(
        "invalid volume specification: '%': invalid mount path: '%' must be absolute", text, target)
    }
    guard target.utf8.contains(where: { $0 != 0x2f }) else {
      throw OptionFault("invalid volume specification: '%': destination can't be '/'", text)
    }
    if parts.count > 1 {
      let source = parts[0]
      guard !source.begins(with: "."), !source.begins(with: "~") else { throw relative(source) }
      guard source.begins(with: "/") || OptionValue.isName(source) else {
        throw OptionFault(
          "\"%\" is neither an absolute path nor a volume name ([a-zA-Z0-9][a-zA-Z0-9_.-])", source)
      }
    }
    return text
  }

  private static func relative(_ path: String) -> OptionFault {
    OptionFault(
      "host path \"%\" is relative, and a request has no working directory: expected an absolute path", path)
  }

  /// The long syntax: comma-separated `type=`, `source=`, `target=` and the options of the type.
  static func mount(_ text: String) throws(OptionFault) -> JSON {
    var mount: JSONObject = ["Type": "volume"]
    var bind = JSONObject()
    var tmpfs = JSONObject()
    var volume = JSONObject()
    for field in try OptionFields.split(text) {
      let (name, value) = field.cut(at: "=").map { ($0.head, $0.tail as String?) } ?? (field, nil)
      let key = name.lowered
      guard let value = value ?? (key.isOne(of: flags) ? "true" : nil) else {
        throw OptionFault("invalid field '%' must be a key=value pair", field)
      }
      switch key {
      case "type": mount["Type"] = .string(value.lowered)
      case "source", "src": mount["Source"] = .string(value)
      case "target", "dst", "destination": mount["Target"] = .string(value)
      case "readonly", "ro": mount["ReadOnly"] = .bool(try flag(key, value))
      case "consistency": mount["Consistency"] = .string(value.lowered)
      case "bind-propagation": bind["Propagation"] = .string(value.lowered)
      case "bind-nonrecursive": bind["NonRecursive"] = .bool(try flag(key, value))
      case "tmpfs-size": tmpfs["SizeBytes"] = .integer(try OptionNumber.bytes(value))
      case "tmpfs-mode": tmpfs["Mode"] = .integer(try fileMode(value))
      default: try setVolume(key, value, field, &volume)
      }
    }
    return try checked(&mount, bind, tmpfs, volume)
  }

  private static let flags = "readonly|ro|volume-nocopy|bind-nonrecursive"

  private static func setVolume(
    _ key: String, _ value: String, _ field: String, _ volume: inout JSONObject
  ) throws(OptionFault) {
    var driver = volume["DriverConfig"]?.object ?? JSONObject()
    switch key {
    case "volume-nocopy": volume["NoCopy"] = .bool(try flag(key, value))
    case "volume-label": set(value, in: "Labels", of: &volume)
    case "volume-driver": driver["Name"] = .string(value)
    case "volume-opt": set(value, in: "Options", of: &driver)
    default: throw OptionFault("unexpected key '%' in '%'", key, field)
    }
    volume["DriverConfig"] = .object(driver)
  }

  private static func set(_ pair: String, in name: String, of object: inout JSONObject) {
    var map = object[name]?.object ?? JSONObject()
    let (key, value) = pair.cut(at: "=") ?? (pair, "")
    if !key.utf8.isEmpty { map[key] = .string(value) }
    object[name] = .object(map)
  }

  private static func checked(
    _ mount: inout JSONObject, _ bind: JSONObject, _ tmpfs: JSONObject, _ volume: JSONObject
  ) throws(OptionFault) -> JSON {
    let type = mount["Type"]?.string ?? ""
    guard !type.utf8.isEmpty else { throw OptionFault("type is required") }
    guard mount["Target"]?.string?.utf8.isEmpty == false else { throw OptionFault("target is required") }
    for (options, kind, name) in [
      (bind, "bind", "BindOptions"), (tmpfs, "tmpfs", "TmpfsOptions"), (volume, "volume", "VolumeOptions"),
    ]
    where !options.members.isEmpty {
      guard type == kind else {
        throw OptionFault("cannot mix '%-*' options with mount type '%'", kind, type)
      }
      mount[name] = .object(options)
    }
    let source = mount["Source"]?.string ?? ""
    if type == "bind", !source.begins(with: "/") { throw relative(source) }
    return .object(mount)
  }

  private static func flag(_ key: String, _ value: String) throws(OptionFault) -> Bool {
    do {
      return try OptionNumber.flag(value)
    } catch {
      throw OptionFault("invalid value for %: %", key, value)
    }
  }

  private static func fileMode(_ text: String) throws(OptionFault) -> Int64 {
    guard let mode = OptionNumber.natural(text, radix: 8), let mode = UInt32(exactly: mode) else {
      throw OptionFault("invalid value for tmpfs-mode: %, expected an octal number", text)
    }
    return Int64(mode)
  }
}
