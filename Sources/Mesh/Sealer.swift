internal import CMbedTLS

/// Seals this node's packets and opens those of the home, with ChaCha20-Poly1305 (RFC 8439).
///
///     0   version (0x48)
///     1   id of the key, 2
///     3   salt: 8 random bytes that the sender draws when it starts
///     11  counter, 4: 1 for the sender's first packet
///     15  ciphertext, as long as the payload
///         tag, 16
///
/// Salt and counter together are the nonce, so the salt must be new with every start; the 15 bytes are authenticated
/// along. A packet is taken once: each salt has a window of the last 64 counters. Several keys open packets at once, so a home
/// changes its key without losing anyone: let all nodes accept the new one, then seal with it, then forget the old.
package struct Sealer: Sendable {
  /// What came of a packet.
  package enum Opened: Equatable, Sendable {
    /// It is of the home, and this is what it carries.
    case payload([UInt8])
    /// Of another home, or forged; `report` once for each source, so that a log is not flooded.
    case foreign(report: Bool)
    /// Seen before, or too old to tell.
    case replayed
    /// This node's own packet, looped back.
    case own
    /// Not a sealed packet of this version.
    case malformed
  }

  /// How many packets were not taken, since the start.
  package struct Counts: Equatable, Sendable {
    /// No key of this home opens them: another home's, or forged.
    package internal(set) var foreign: UInt64 = 0
    /// They came before, or are older than the window of 64 counters.
    package internal(set) var replayed: UInt64 = 0
    /// Too short, longer than `maximumSize`, or of another version.
    package internal(set) var malformed: UInt64 = 0
  }

  /// What sealing adds to a payload: header and tag.
  package static let overhead = headerSize + tagSize
  /// Longer packets are refused unread: no link of a home carries more in one frame.
  package static let maximumSize = 1500
  /// Keys that open beside the one that seals: the next and the one before.
  package static let maximumAccepted = 2
  /// Sources of foreign packets that are remembered as reported; more are only counted.
  package static let maximumReported = 64

  /// This node's own packets, looped back, are in none of the counts.
  package private(set) var counts = Counts()
  /// The keys, the one that seals first.
  package private(set) var keys: [SealKey]

  static let version: UInt8 = 0x48
  static let headerSize = 15
  static let tagSize = 16

  private let salt: UInt64
  private var counter: UInt32 = 0
  private var windows = ReplayWindows()
  private var reported: [PeerAddress] = []

  /// A sealer for one start of this node; `salt` comes from the system's secure randomness (getrandom(2)).
  package init(key: SealKey, salt: UInt64) {
    keys = [key]
    self.salt = salt
  }

  /// The keys from now on; of those that only open, the first `maximumAccepted` count. Sources that were reported as
  /// foreign may be reported again.
  package mutating func use(_ key: SealKey, accepting others: [SealKey]) {
    keys = [key]
    for other in others.prefix(Self.maximumAccepted) where !keys.contains(other) { keys.append(other) }
    reported = []
  }

  /// The packet for a payload; nil after 2^32 packets (68 years of heartbeats) or for a payload that is too long.
  package mutating func seal(_ payload: [UInt8]) -> [UInt8]? {
    guard counter < .max, payload.count <= Self.maximumSize - Self.overhead else { return nil }
    counter += 1
    var packet: [UInt8] = []
    packet.reserveCapacity(payload.count + Self.overhead)
    packet.append(Self.version)
    append(UInt64(keys[0].id), size: 2, to: &packet)
    append(salt, size: 8, to: &packet)
    append(UInt64(counter), size: 4, to: &packet)
    let header = packet
    packet.append(contentsOf: payload)
    packet.append(contentsOf: repeatElement(0, count: Self.tagSize))
    let key = keys[0].heartbeat
    let error = packet.withUnsafeMutableBufferPointer { packet -> CInt in
      guard let start = packet.baseAddress else { return -1 }
      // In place: ChaCha20 takes the same room for input and output.
      let body = start + Self.headerSize
      return cmbedtls_seal(key, Array(header[3...]), header, header.count, body, payload.count, body)
    }
    return error == 0 ? packet : nil
  }

  /// The payload of a packet; at most one decryption for each key with the packet's key id.
  package mutating func open(_ packet: [UInt8], from source: PeerAddress) -> Opened {
    guard packet.count >= Self.overhead, packet.count <= Self.maximumSize, packet[0] == Self.version else {
      counts.malformed &+= 1
      return .malformed
    }
    let id = UInt16(packet[1]) << 8 | UInt16(packet[2])
    let sender = number(packet, at: 3, size: 8)
    let count = UInt32(truncatingIfNeeded: number(packet, at: 11, size: 4))
    for key in keys where key.id == id {
      guard let payload = decrypted(packet, key) else { continue }
      if sender == salt { return .own }
      // Only now, when the packet is known to be of the home: others may not move a window.
      guard windows.take(count, of: sender) else {
        counts.replayed &+= 1
        return .replayed
      }
      return .payload(payload)
    }
    counts.foreign &+= 1
    return .foreign(report: isNews(source))
  }

  private func decrypted(_ packet: [UInt8], _ key: SealKey) -> [UInt8]? {
    let size = packet.count - Self.overhead
    var payload = [UInt8](repeating: 0, count: size)
    let error = packet.withUnsafeBufferPointer { packet in
      payload.withUnsafeMutableBufferPointer { payload -> CInt in
        guard let start = packet.baseAddress, let plain = payload.baseAddress else { return -1 }
        return cmbedtls_open(
          key.heartbeat, start + 3, start, Self.headerSize, start + Self.headerSize, size, plain)
      }
    }
    return error == 0 ? payload : nil
  }

  private mutating func isNews(_ source: PeerAddress) -> Bool {
    guard reported.count < Self.maximumReported, !reported.contains(source) else { return false }
    reported.append(source)
    return true
  }

  private func append(_ number: UInt64, size: Int, to bytes: inout [UInt8]) {
    for index in 0..<size {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64((size - 1 - index) * 8)))
    }
  }

  private func number(_ bytes: [UInt8], at position: Int, size: Int) -> UInt64 {
    var value: UInt64 = 0
    for byte in bytes[position..<position + size] { value = value << 8 | UInt64(byte) }
    return value
  }
}
