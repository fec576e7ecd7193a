internal import Basics
internal import Mesh
package import Platform

/// The node's name in the home: `edge-orchestration-` and a UUID, as Home Edge has it.
package struct Identity {
  /// The name now.
  package let name: String
  /// The names it had before with the same state folder, the last one first: the runs in there, and their containers,
  /// may be known by them.
  package let formerNames: [String]

  /// Names that are remembered; who has had more has had none for long.
  private static let formerLimit = 8

  /// The name of `load`, and those of before, from the file `node-ids`.
  package init(configuration: Configuration) throws(SystemError) {
    name = try Self.load(configuration: configuration)
    let uuid = name.dropping(NodeID.prefix.utf8.count)
    let path = configuration.state + "/node-ids"
    let known = Self.readAll(path)
    let former = known.filter { $0 != uuid }.prefix(Self.formerLimit)
    formerNames = former.map { NodeID.prefix + $0 }
    guard known.first != uuid else { return }
    if let last = known.first {
      Log.warning(
        "this state folder was that of \(NodeID.prefix)\(last); as \(name) this node takes over its runs and containers"
      )
    }
    var text: [UInt8] = []
    for uuid in [uuid] + former { text += Array((uuid + "\n").utf8) }
    try Self.replace(path, with: text)
  }

  /// The identity of an earlier Home Edge installation, else our own, made on the first start. One that is damaged is
  /// what it was at the last start.
  package static func load(configuration: Configuration) throws(SystemError) -> String {
    let inherited = configuration.homeEdge + "/device/orchestration_deviceID.txt"
    if let uuid = read(inherited) { return NodeID.prefix + uuid }
    let own = configuration.state + "/node-id"
    if let uuid = read(own) { return NodeID.prefix + uuid }
    let last = File.exists(own) ? readAll(configuration.state + "/node-ids").first : nil
    let uuid = last ?? makeUUID()
    try replace(own, with: Array(uuid.utf8))
    return NodeID.prefix + uuid
  }

  /// A disk that takes nothing now does not keep the agent from starting; a folder that is not ours does.
  private static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
    do throws(SystemError) {
      try File.replace(path, with: bytes, durable: true)
    } catch {
      guard error.isOfDisk else { throw error }
      Log.error("\(error.description); this node may have another name after its next start")
    }
  }

  /// The UUIDs of a file, one a line.
  private static func readAll(_ path: String) -> [String] {
    let bytes = (try? File.read(path, limit: 64 * (formerLimit + 1))) ?? []
    return bytes.split(separator: 10).compactMap { uuid($0) }
  }

  /// The file's UUID without surrounding white space, if it has that shape.
  private static func read(_ path: String) -> String? {
    guard let bytes = try? File.read(path, limit: 256) else { return nil }
    let found = uuid(bytes[...])
    if found == nil { Log.warning("\(path): expected a UUID, found something else") }
    return found
  }

  private static func uuid(_ bytes: ArraySlice<UInt8>) -> String? {
    // In lower case, as nodes write each other: the only letters are hexadecimal digits.
    let word = (bytes.split(whereSeparator: { $0 <= 32 }).first ?? []).map { $0 >= 65 ? $0 | 0x20 : $0 }
    let isUUID =
      word.count == 36
      && word.enumerated().allSatisfy { index, byte in
        if index == 8 || index == 13 || index == 18 || index == 23 { return byte == UInt8(ascii: "-") }
        return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102)
      }
    return isUUID ? String(decoding: word, as: UTF8.self) : nil
  }

  /// A random UUID (RFC 9562, version 4).
  private static func makeUUID() -> String {
    let high = (Clock.random() & ~0xf000) | 0x4000
    let low = (Clock.random() & ~(0xc << 60)) | (0x8 << 60)
    let digits = hexadecimal(high, digits: 16) + hexadecimal(low, digits: 16)
    var text = ""
    for (index, digit) in digits.utf8.enumerated() {
      if index == 8 || index == 12 || index == 16 || index == 20 { text += "-" }
      text.unicodeScalars.append(Unicode.Scalar(digit))
    }
    return text
  }
}
