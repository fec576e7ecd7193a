import Basics
internal import CLinux
internal import Mesh
package import Platform

/// The node's name in the home: `edge-orchestration-` and a UUID, as Home Edge has it.
package enum Identity {
  /// The identity of an earlier Home Edge installation, else our own, made on the first start.
  package static func load(configuration: Configuration) throws(SystemError) -> String {
    let inherited = configuration.homeEdge + "/device/orchestration_deviceID.txt"
    if let uuid = read(inherited) { return NodeID.prefix + uuid }
    let own = configuration.state + "/node-id"
    if let uuid = read(own) { return NodeID.prefix + uuid }
    let uuid = makeUUID()
    try File.replace(own, with: Array(uuid.utf8), durable: true)
    return NodeID.prefix + uuid
  }

  /// The file's UUID without surrounding white space, if it has that shape.
  private static func read(_ path: String) -> String? {
    guard let bytes = try? File.read(path, limit: 256) else { return nil }
    // In lower case, as nodes write each other: the only letters are hexadecimal digits.
    let word = (bytes.split(whereSeparator: { $0 <= 32 }).first ?? []).map { $0 >= 65 ? $0 | 0x20 : $0 }
    let isUUID =
      word.count == 36
      && word.enumerated().allSatisfy { index, byte in
        if index == 8 || index == 13 || index == 18 || index == 23 { return byte == UInt8(ascii: "-") }
        return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102)
      }
    if !isUUID { Log.warning("\(path): expected a UUID, found something else") }
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
