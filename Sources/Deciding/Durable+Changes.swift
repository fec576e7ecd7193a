internal import Basics
internal import Mesh

/// What has changed on the way from one state of the disk to the next, as bytes: a journal is a row of them, and begins with
/// the changes from nothing. Numbers are big-endian:
///
///     0      version, 1; flags: 1 has a vote, 2 the disk was found to be an old one, 4 of the former state no record and nothing known is left
///     2      lineage, 12; term, 4; settled, 4; counter, 4; incarnation, 4; vote, 16; electorate
///     then   what is known of other disks, of those that changed; records that are new; keys of those that are gone
extension Durable {
  private static let version: UInt8 = 1

  /// The bytes that make this state of `old`.
  package func changes(since old: Durable) -> [UInt8] {
    // Within a home nothing that is known of a disk is forgotten.
    let isAnew = lineage != old.lineage
    let former = isAnew ? Durable(electorate: .nobody) : old
    var bytes: [UInt8] = [Self.version, (vote != nil ? 1 : 0) | (isEmptied ? 2 : 0) | (isAnew ? 4 : 0)]
    bytes.put(lineage)
    bytes.put(term)
    bytes.put(settled)
    bytes.put(counter)
    bytes.put(incarnation)
    bytes.put(vote ?? NodeID(high: 0, low: 0))
    bytes.put(electorate)
    bytes.putAll(known.filter { !former.known.contains($0) }) { $0.put($1) }
    bytes.putAll(records.records.filter { former.records[$0.key] != $0 }) { $0.put($1) }
    bytes.putAll(former.records.records.map(\.key).filter { records[$0] == nil }) { $0.put($1) }
    return bytes
  }

  /// Takes changes; false where no writer of this version made them, and nothing is changed.
  package mutating func take(changes bytes: [UInt8]) -> Bool {
    var reader = BigEndianReader(bytes)
    var next = self
    guard reader.byte() == Self.version else { return false }
    let flags = reader.byte()
    next.lineage = reader.lineage()
    next.term = reader.counted()
    next.settled = reader.counted()
    next.counter = reader.counted()
    next.incarnation = reader.counted()
    let vote = reader.node()
    next.vote = flags & 1 != 0 ? vote : nil
    next.isEmptied = flags & 2 != 0
    next.electorate = reader.electorate()
    if flags & 4 != 0 { (next.records, next.known) = (RecordSet(), []) }
    for known in reader.all(atMost: DecidingLimits.members, { $0.known() }) { next.set(known) }
    for record in reader.all(atMost: DecidingLimits.records, { $0.record() }) { next.records.set(record) }
    for key in reader.all(atMost: DecidingLimits.records, { $0.key() }) { next.records.drop(key) }
    guard !reader.isWrong, next.records.count <= DecidingLimits.records else { return false }
    self = next
    return true
  }

  private mutating func set(_ new: Known) {
    if let place = known.firstIndex(where: { $0.node == new.node }) {
      known[place] = new
    } else if known.count < DecidingLimits.members {
      known.append(new)
    }
  }
}
