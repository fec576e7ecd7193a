import Basics
internal import Wire

/// Runs that have ended and to which nothing more happens, small: thousands are kept in some megabytes.
struct EndedRuns {
  private struct Entry {
    let ordinal: UInt32
    /// The hash of its service's name.
    let service: UInt32
    let id: UInt64
    /// What clients are told, packed; then 0 and what only the journal has, packed.
    var bytes: [UInt8]
  }

  private let packing: RunPacking
  /// In the order of their ordinals.
  private var entries: [Entry] = []
  private var ordinals: [UInt64: UInt32] = [:]
  /// The oldest so many have nothing left but what clients are told.
  private var shortened = 0
  /// Bytes of all.
  private(set) var weight = 0

  /// An entry's place in the lists, and the memory around its bytes.
  private static let entryWeight = 96

  init(node: String) {
    packing = RunPacking(node: node)
  }

  var count: Int { entries.count }

  /// The newest of a service. Names are compared, but only where their hashes are the same: nobody makes thousands be
  /// unpacked by asking for what never was.
  func newest(ofService name: String) -> Run? {
    let hash = FNV1a.folded(name)
    for entry in entries.reversed() where entry.service == hash {
      if let run = run(RunID(random: entry.id)), run.service == name { return run }
    }
    return nil
  }

  /// The first of a higher ordinal.
  func next(after ordinal: UInt32) -> (ordinal: UInt32, id: RunID)? {
    let index = index(of: ordinal &+ 1)
    return index < entries.count ? (entries[index].ordinal, RunID(random: entries[index].id)) : nil
  }

  func contains(_ id: RunID) -> Bool { ordinals[id.number] != nil }

  /// The index of the first entry that is not older than `ordinal`.
  private func index(of ordinal: UInt32) -> Int {
    firstPlace(of: entries.count) { entries[$0].ordinal >= ordinal }
  }

  private func entry(_ id: RunID) -> Entry? {
    ordinals[id.number].map { entries[index(of: $0)] }
  }

  mutating func insert(_ run: Run, ordinal: UInt32) {
    remove(run.id)
    var bytes: [UInt8] = []
    packing.pack(run.json.encoded(), into: &bytes)
    let kept = run.journalMembers
    if !kept.members.isEmpty {
      bytes.append(0)
      packing.pack(JSON.object(kept).encoded(), into: &bytes)
    }
    // Without the room that growing has left.
    let entry = Entry(
      ordinal: ordinal, service: FNV1a.folded(run.service), id: run.id.number, bytes: Array(bytes[...]))
    let index = index(of: ordinal)
    entries.insert(entry, at: index)
    if index < shortened { shortened = index }
    ordinals[entry.id] = ordinal
    weight += bytes.count + Self.entryWeight
  }

  /// - Returns: its ordinal; nil where it is not here.
  @discardableResult
  mutating func remove(_ id: RunID) -> UInt32? {
    guard let ordinal = ordinals.removeValue(forKey: id.number) else { return nil }
    let index = index(of: ordinal)
    weight -= entries[index].bytes.count + Self.entryWeight
    entries.remove(at: index)
    if index < shortened { shortened -= 1 }
    return ordinal
  }

  /// Drops the oldest until so many are left that weigh no more; before that, the oldest lose the table of their choice.
  ///
  /// - Returns: the runs that are gone.
  mutating func limit(count: Int, weight limit: Int) -> [RunID] {
    while weight > limit, shortened < entries.count {
      let bytes = entries[shortened].bytes
      if let end = bytes.firstIndex(of: 0) {
        weight -= bytes.count - end
        entries[shortened].bytes = Array(bytes[..<end])
      }
      shortened += 1
    }
    var gone: [RunID] = []
    var left = weight
    for entry in entries {
      guard entries.count - gone.count > count || left > limit else { break }
      left -= entry.bytes.count + Self.entryWeight
      gone.append(RunID(random: entry.id))
      ordinals[entry.id] = nil
    }
    weight = left
    entries.removeFirst(gone.count)
    shortened = max(0, shortened - gone.count)
    return gone
  }

  /// The run as it was put in, but for what it has lost since.
  func run(_ id: RunID) -> Run? {
    guard contains(id) else { return nil }
    var bytes: [UInt8] = []
    encode(id, forJournal: true, into: &bytes)
    return (try? JSON.parse(bytes, limits: Self.limits)).flatMap { Run(json: $0) }
  }

  /// They were runs once, so they are bounded.
  private static let limits = JSON.Limits(bytes: 1 << 27, nodes: 1 << 20)

  /// Appends the JSON of a run that is here: as clients are told it, or with all that the journal has.
  func encode(_ id: RunID, forJournal: Bool, into text: inout [UInt8]) {
    guard let bytes = entry(id)?.bytes else { return }
    let end = bytes.firstIndex(of: 0) ?? bytes.count
    packing.unpack(bytes[..<end], into: &text)
    guard forJournal, end < bytes.count else { return }
    // Two objects become one.
    text[text.count - 1] = UInt8(ascii: ",")
    let second = text.count
    packing.unpack(bytes[(end + 1)...], into: &text)
    text.remove(at: second)
  }
}

extension RunID {
  /// The identifier's 48 bits.
  var number: UInt64 { UInt64(text, radix: 16) ?? 0 }
}
