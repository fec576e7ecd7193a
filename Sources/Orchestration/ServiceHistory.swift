/// How much work the runs of each service turned out to be, for the choice of the next one's node.
struct ServiceHistory {
  private struct Entry {
    var service: String
    /// Seconds on a core of an idle Raspberry Pi 3; a mean in which the last run counts a quarter.
    var work: Double
    var runs: Int
  }

  private var entries: [Entry] = []

  /// A home has fewer services that come again; the one not seen for longest makes room.
  static let limit = 64
  /// Of so many runs the mean says something.
  static let enough = 3
  private static let weight = 0.25

  /// What a run of the service is expected to be; nil where too few were seen.
  func work(of service: String) -> Double? {
    guard let entry = entries.first(where: { $0.service == service }), entry.runs >= Self.enough else {
      return nil
    }
    return entry.work
  }

  mutating func learn(_ service: String, work: Double) {
    guard work > 0, work < 1e9 else { return }
    var entry = Entry(service: service, work: work, runs: 0)
    if let index = entries.firstIndex(where: { $0.service == service }) {
      entry = entries.remove(at: index)
      entry.work += Self.weight * (work - entry.work)
    } else if entries.count >= Self.limit {
      entries.removeFirst()
    }
    entry.runs = min(entry.runs + 1, 1 << 20)
    entries.append(entry)
  }
}
