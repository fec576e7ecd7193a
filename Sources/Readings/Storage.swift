/// Free space where it matters, and what the disks do.
package struct Storage: Equatable, Sendable {
  /// The file system of the agent's state folder.
  package var state: Reading<FileSystemSpace>
  /// The file system of the Engine's folder.
  package var engine: Reading<FileSystemSpace>
  /// Whole disks, at most 64; no loop, RAM, compressed RAM or mapped devices and no partitions.
  package var disks: [Disk]
  /// Why there is no list of disks at all.
  package var absence: Absence?

  /// Storage of which nothing was read but what is given.
  package init(
    state: Reading<FileSystemSpace> = .absent(.notYet), engine: Reading<FileSystemSpace> = .absent(.notYet),
    disks: [Disk] = [], absence: Absence? = nil
  ) {
    self.state = state
    self.engine = engine
    self.disks = disks
    self.absence = absence
  }
}

/// `statvfs` of a folder, in bytes.
package struct FileSystemSpace: Equatable, Sendable {
  /// All of it.
  package var total: UInt64
  /// What an ordinary user may still write.
  package var free: UInt64
  /// A card with errors is often mounted again read-only.
  package var isReadOnly: Bool

  /// A file system's space in bytes.
  package init(total: UInt64, free: UInt64, isReadOnly: Bool = false) {
    self.total = total
    self.free = free
    self.isReadOnly = isReadOnly
  }
}

/// One disk of `/proc/diskstats`.
package struct Disk: Equatable, Sendable {
  /// The kernel's name, as `mmcblk0`.
  package var name: String
  /// Sums since boot.
  package var counters: Reading<DiskCounters>
  /// The share 0...1 of the time since the last sample in which it had something to do.
  package var busyShare: Reading<Double>
  /// In bytes per second between the last two samples.
  package var readRate: Reading<Double>
  /// The same of what is written.
  package var writeRate: Reading<Double>

  /// A disk of which nothing was read but its name and what is given.
  package init(
    name: String, counters: Reading<DiskCounters> = .absent(.notYet),
    busyShare: Reading<Double> = .absent(.notYet), readRate: Reading<Double> = .absent(.notYet),
    writeRate: Reading<Double> = .absent(.notYet)
  ) {
    self.name = name
    self.counters = counters
    self.busyShare = busyShare
    self.readRate = readRate
    self.writeRate = writeRate
  }
}

/// Counters since boot (Documentation/admin-guide/iostats.rst); times wrap at 32 bits, after 49.7 days.
package struct DiskCounters: Equatable, Sendable {
  /// Reads that are done.
  package var reads: UInt64
  /// In units of 512 bytes, whatever the disk's own sector is.
  package var readSectors: UInt64
  /// Writes that are done.
  package var writes: UInt64
  /// In the same units.
  package var writtenSectors: UInt64
  /// In milliseconds.
  package var busyTime: UInt64

  /// Counters at these numbers, else at 0.
  package init(
    reads: UInt64 = 0, readSectors: UInt64 = 0, writes: UInt64 = 0, writtenSectors: UInt64 = 0,
    busyTime: UInt64 = 0
  ) {
    self.reads = reads
    self.readSectors = readSectors
    self.writes = writes
    self.writtenSectors = writtenSectors
    self.busyTime = busyTime
  }
}
