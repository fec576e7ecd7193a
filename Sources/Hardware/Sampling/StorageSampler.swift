import Basics
import Platform

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
      Self.sampleSpace(&storage.state, of: statePath, &folderAbsences.state, at: now)
      Self.sampleSpace(&storage.engine, of: enginePath, &folderAbsences.engine, at: now)
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
    _ space: inout Reading<FileSystemSpace>, of path: String, _ attribute: inout Attribute, at now: Instant
  ) {
    switch fileSystemSpace(of: path) {
    case .success(let value): space = .value(value, at: now)
    case .failure(let error): space = .absent(attribute.absent(absenceReason(error.errno)))
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
        advance(&storage.disks[index], to: counters, at: now)
      } else {
        let absence = table.malformed(whole)
        storage.disks[index].counters = .absent(absence)
        forgetRates(&storage.disks[index], because: absence)
      }
      index += 1
    }
    return index == storage.disks.count
  }

  private func advance(_ disk: inout Disk, to new: DiskCounters, at now: Instant) {
    defer { disk.counters = .value(new, at: now) }
    guard case .value(let old, let then) = disk.counters else {
      return forgetRates(&disk, because: noRate)
    }
    guard now > then else { return }
    let seconds = (now - then).seconds
    // 4 GiB/s is more than these boards' disks do: a step back that would need more is a new count.
    let most = seconds * 8_388_608
    let busy = counterGrowth(from: old.busyTime, to: new.busyTime, atMost: seconds * 1500 + 100)
    disk.busyShare = busy.map { .value(min($0 / 1000 / seconds, 1), at: now) } ?? .absent(noRate)
    let read = counterGrowth(from: old.readSectors, to: new.readSectors, atMost: most)
    disk.readRate = read.map { .value($0 * 512 / seconds, at: now) } ?? .absent(noRate)
    let written = counterGrowth(from: old.writtenSectors, to: new.writtenSectors, atMost: most)
    disk.writeRate = written.map { .value($0 * 512 / seconds, at: now) } ?? .absent(noRate)
  }

  private func forgetRates(_ disk: inout Disk, because absence: Absence) {
    disk.busyShare = .absent(absence)
    disk.readRate = .absent(absence)
    disk.writeRate = .absent(absence)
  }
}

/// Steps over `major minor name`.
func diskName(_ line: inout Cursor) -> Cursor? {
  line.skipSpaces()
  guard line.unsigned() != nil else { return nil }
  line.skipSpaces()
  guard line.unsigned() != nil else { return nil }
  let name = line.word()
  return name.isAtEnd ? nil : name
}

/// Whether a name of `/proc/diskstats` is a disk with hardware of its own, and no partition of the disk
/// before it.
///
/// The kernel writes a partition as the disk's name and a number, with a letter between if the disk's name
/// ends in a digit (`sda1`, `mmcblk0p1`, block/partitions/core.c); an eMMC's boot areas, `mmcblk0boot0`, are
/// parts too.
func isWholeDisk(_ name: Cursor, after last: Cursor) -> Bool {
  var copy = name
  for prefix in virtualDisks {
    var start = name
    if start.skip(prefix) { return false }
  }
  var before = last
  var lastByte: UInt8 = 0
  while let byte = before.next() {
    guard copy.skip(byte) else { return true }
    lastByte = byte
  }
  guard lastByte != 0, let byte = copy.peek else { return true }
  let isDigit = byte &- 0x30 < 10
  return lastByte &- 0x30 < 10 ? isDigit : !isDigit
}

private let virtualDisks: [StaticString] = ["loop", "ram", "zram", "dm-", "md", "sr", "fd"]

/// What follows the name: 11 numbers in old kernels, 15 since 4.18, 17 since 5.5.
func parseDiskCounters(_ line: inout Cursor) -> DiskCounters? {
  var counters = DiskCounters()
  for column in 0..<11 {
    line.skipSpaces()
    guard let value = line.unsigned() else { return nil }
    switch column {
    case 0: counters.reads = value
    case 2: counters.readSectors = value
    case 4: counters.writes = value
    case 6: counters.writtenSectors = value
    case 9: counters.busyTime = value
    default: break
    }
  }
  return counters
}
