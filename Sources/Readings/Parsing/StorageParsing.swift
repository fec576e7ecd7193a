package import Basics

/// Steps over `major minor name`.
package func diskName(_ line: inout Cursor) -> Cursor? {
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
package func isWholeDisk(_ name: Cursor, after last: Cursor) -> Bool {
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
package func parseDiskCounters(_ line: inout Cursor) -> DiskCounters? {
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

extension Disk {
  /// Takes new counters over and makes rates of what they have grown.
  ///
  /// - Parameter noRate: what is said of rates that cannot be told.
  package mutating func advance(to new: DiskCounters, at now: Instant, without noRate: Absence) {
    defer { counters = .value(new, at: now) }
    guard case .value(let old, let then) = counters else { return forgetRates(because: noRate) }
    guard now > then else { return }
    let seconds = (now - then).seconds
    let most = seconds * Self.mostSectorsPerSecond
    let busy = counterGrowth(from: old.busyTime, to: new.busyTime, atMost: seconds * 1500 + 100)
    busyShare = busy.map { .value(min($0 / 1000 / seconds, 1), at: now) } ?? .absent(noRate)
    let read = counterGrowth(from: old.readSectors, to: new.readSectors, atMost: most)
    readRate = read.map { .value($0 * Self.sector / seconds, at: now) } ?? .absent(noRate)
    let written = counterGrowth(from: old.writtenSectors, to: new.writtenSectors, atMost: most)
    writeRate = written.map { .value($0 * Self.sector / seconds, at: now) } ?? .absent(noRate)
  }

  /// Says of all rates why there are none.
  package mutating func forgetRates(because absence: Absence) {
    busyShare = .absent(absence)
    readRate = .absent(absence)
    writeRate = .absent(absence)
  }

  /// Bytes of what the kernel counts (Documentation/block/stat.rst), whatever the disk's own sectors are.
  private static let sector = 512.0
  /// 4 GiB/s is more than these boards' disks do: a step back that would need more is a new count.
  private static let mostSectorsPerSecond = 8_388_608.0
}
