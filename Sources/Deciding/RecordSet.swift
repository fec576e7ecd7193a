internal import Basics
internal import Mesh

/// All records that a node has, in the order of their keys.
package struct RecordSet: Sendable {
  /// In the order of their keys.
  package private(set) var records: [Record] = []
  /// Of keys and versions: two sets with the same one are the same but for a chance of 2^-64.
  package private(set) var digest: UInt64 = 0

  /// No record at all.
  package init() {}

  /// How many there are of this kind, removed ones included.
  package func count(_ kind: RecordKey.Kind) -> Int {
    var count = 0
    for record in records where record.key.kind == kind { count += 1 }
    return count
  }

  /// How many there are.
  package var count: Int { records.count }

  /// The record of this key, a removed one included.
  package subscript(key: RecordKey) -> Record? {
    let place = place(of: key)
    return place < records.count && records[place].key == key ? records[place] : nil
  }

  /// What is wanted of the subject; nil where nothing is known of it.
  package func service(_ subject: SubjectID) -> ServiceRecord? {
    guard case .service(let service)? = self[RecordKey(.service, subject)]?.value else { return nil }
    return service
  }

  /// Where the subject is to be; nil where no place was found yet.
  package func assignment(_ subject: SubjectID) -> Assignment? {
    guard case .assignment(let assignment)? = self[RecordKey(.assignment, subject)]?.value else { return nil }
    return assignment
  }

  /// Takes a record, if none as new is there.
  package mutating func take(_ record: Record) {
    let place = place(of: record.key)
    if place < records.count, records[place].key == record.key {
      guard records[place].version < record.version else { return }
      digest ^= Self.mark(records[place])
      records[place] = record
    } else {
      records.insert(record, at: place)
    }
    digest ^= Self.mark(record)
  }

  /// Has this record, whatever was there.
  package mutating func set(_ record: Record) {
    drop(record.key)
    take(record)
  }

  /// Forgets a record.
  package mutating func drop(_ key: RecordKey) {
    let place = place(of: key)
    guard place < records.count, records[place].key == key else { return }
    digest ^= Self.mark(records[place])
    records.remove(at: place)
  }

  private func place(of key: RecordKey) -> Int {
    firstPlace(of: records.count) { key < records[$0].key || key == records[$0].key }
  }

  private static func mark(_ record: Record) -> UInt64 {
    var mixer = SplitMix64(seed: record.key.subject.value ^ UInt64(record.key.kind.rawValue) << 56)
    mixer.state ^= mixer.next() ^ UInt64(record.version.term) << 32 ^ UInt64(record.version.counter)
    return mixer.next()
  }
}
