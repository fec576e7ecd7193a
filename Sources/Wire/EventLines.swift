/// Takes the events out of a stream of server-sent events (HTML standard, 9.2), as far as ours go: one `data` line each.
package struct EventLines {
  /// What the stream tells.
  package enum Event: Equatable {
    /// A run as it is now.
    case run(JSON)
    /// All that there was at the stream's beginning has been told.
    case synced
  }

  private var line: [UInt8] = []
  private var isSynced = false

  /// A run holds what its request brought, which is at most 1 MiB, and our own members.
  private static let limits = JSON.Limits(bytes: 4 << 20, nodes: 1 << 16)

  /// Begins before the first line of a stream.
  package init() {}

  /// Takes bytes as they come and returns the events they complete.
  ///
  /// The bytes may be cut anywhere. A line is left out that is no JSON, longer than 4 MiB or of another kind.
  package mutating func feed(_ bytes: [UInt8]) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      if byte != 10 {
        // A longer line is no event of ours; what is left of it cannot be read as one.
        if line.count <= Self.limits.bytes { line.append(byte) }
        continue
      }
      if line.starts(with: Self.data) {
        if isSynced {
          events.append(.synced)
        } else if let run = try? JSON.parse(line[Self.data.count...], limits: Self.limits) {
          events.append(.run(run))
        }
        isSynced = false
      } else if line.elementsEqual(Self.synced) {
        isSynced = true
      }
      line.removeAll(keepingCapacity: line.capacity <= 4096)
    }
    return events
  }

  private static let data = Array("data: ".utf8)
  private static let synced = Array("event: synced".utf8)
}
