/// What a node says of itself, in Home Edge's record set.
package struct DiscoveryIdentity: Equatable, Sendable {
  /// The UUID behind `edge-orchestration-` and `edge-`; only letters, digits and hyphens are kept, 40 at most.
  package let uuid: String
  /// The value of `Platform=` in the TXT record; with that mark it is cut at 128 bytes. This program says
  /// `docker`.
  package var platform: String
  /// The value of `ExecType=` in the TXT record; with that mark it is cut at 128 bytes. This program says
  /// `container`.
  package var executionType: String

  /// Drops the characters of `uuid` that are not kept, so any text gives a legal DNS label.
  package init(uuid: String, platform: String, executionType: String) {
    let legal = uuid.utf8.filter {
      ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == UInt8(ascii: "-")
    }
    self.uuid = String(decoding: legal.prefix(40), as: UTF8.self)
    self.platform = platform
    self.executionType = executionType
  }
}
