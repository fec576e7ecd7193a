import Basics
import Readings

/// Keeps `Storage` up to date; all disks come from one read of `/proc/diskstats`.
struct StorageSampler {
  static let mostDisks = 64
  /// Between two looks at how full the file systems are: a card writes 20 MB/s, and asking costs as much as all else that
  /// is read of disks.
  static let spacePause = Interval.seconds(5)

  private let statePath: String
  private let enginePath: String
  private var table: Attribute
  private var folderAbsences: (state: Attribute, engine: Attribute)
  private let noRate: Absence
  private var spaceReadAt: Instant?

  init(root: String, statePath: String, enginePath: String) {
    self.statePath = root + statePath
    self.enginePath = root + enginePath
    folderAbsences = (Attribute(self.statePath), Attribute(self.enginePath))
    table = Attribute(root + "/proc/diskstats", .keptLong)
    noRate = table.absence
  }

  mutating func sample(_ storage: inout Storage, with reader: FileReader, at now: Instant) {
    // Samples come a little more than a second apart: by less than half of one, the fifth is late enough.
    if spaceReadAt.map({ now - $0 > Self.spacePause - .milliseconds(500) }) ?? true {
      spaceReadAt = now
      Self.sampleSpace(&storage.state, of: statePath, &folderAbsences.state, with: reader, at: now)
      Self.sampleSpace(&storage.engine, of: enginePath, &folderAbsences.engine, with: reader, at: now)
    }
    guard let lines = reader.contents(of: &table) else {
      if !storage.disks.isEmpty { storage.disks = [] }
      storage.absence = table.absence
      return
    }
    storage.absence = nil
    if !advance(&storage, lines, at: now) {
      rebuild(&storage, lines)
      _ = advance(&storage, lines, at: now)
    }
  }

  private static func sampleSpace(
    _ space: inout Reading<FileSystemSpace>, of path: String, _ attribute: inout Attribute,
    with reader: FileReader, at now: Instant
  ) {
    let found = reader.files.space(path)
    if let value = found.value {
      space = .value(value, at: now)
    } else {
      space = .absent(attribute.absent(absenceReason(found.error)))
    }
  }

  private func rebuild(_ storage: inout Storage, _ lines: Cursor) {
    var lines = lines
    let old = storage.disks
    storage.disks = []
    var last = Cursor(UnsafeRawBufferPointer(start: nil, count: 0))
    while var line = lines.wholeLine(), storage.disks.count < Self.mostDisks {
      guard let name = diskName(&line), isWholeDisk(name, after: last) else { continue }
      last = name
      var disk = Disk(name: name.text())
      for known in old where sameBytes(known.name, disk.name) { disk = known }
      storage.disks.append(disk)
    }
  }

  /// Takes the counters over; false if the disks are not the known ones.
  private mutating func advance(_ storage: inout Storage, _ lines: Cursor, at now: Instant) -> Bool {
    var lines = lines
    var index = 0
    var last = Cursor(UnsafeRawBufferPointer(start: nil, count: 0))
    while var line = lines.wholeLine(), index < Self.mostDisks {
      let whole = line
      guard let name = diskName(&line), isWholeDisk(name, after: last) else { continue }
      last = name
      guard index < storage.disks.count, name.equals(storage.disks[index].name) else { return false }
      if let counters = parseDiskCounters(&line) {
        storage.disks[index].advance(to: counters, at: now, without: noRate)
      } else {
        let absence = table.malformed(whole)
        storage.disks[index].counters = .absent(absence)
        storage.disks[index].forgetRates(because: absence)
      }
      index += 1
    }
    return index == storage.disks.count
  }
}
