import Basics
import Readings

/// A file that is read again and again, and how it last failed.
struct Attribute {
  enum Mode {
    /// One read gives everything: a sysfs attribute, or a `/proc` file of one record. Stays open.
    case kept
    /// A `/proc` file of many records, of which one read gives as many as fit a page (fs/seq_file.c): it is read until
    /// nothing comes, or until there was room for one more. Stays open.
    case keptLong
    /// Opened for each read: static files.
    case once
  }

  let path: String
  let mode: Mode
  fileprivate var descriptor: Int32 = -1
  /// The scan in which opening failed: it is not tried again before the next.
  fileprivate var failedScan: UInt32?
  /// The last failure, kept so that repeating it allocates nothing.
  private(set) var absence: Absence

  init(_ path: String, _ mode: Mode = .kept) {
    self.path = path
    self.mode = mode
    self.absence = Absence(path: path, reason: .notYet)
  }

  /// Notes a failure.
  mutating func absent(_ reason: Absence.Reason) -> Absence {
    if absence.reason != reason { absence = Absence(path: path, reason: reason) }
    return absence
  }

  /// Notes that the text is not what was expected.
  mutating func malformed(_ cursor: Cursor) -> Absence {
    var text = cursor
    let line = text.part(upTo: 0x0a)
    if case .malformed(let known) = absence.reason, line.isShown(as: known) { return absence }
    return absent(.malformed(text: line.shown))
  }
}

extension Cursor {
  /// The byte `offset` ahead as it may be printed.
  private func shownByte(_ offset: Int) -> UInt8? {
    guard offset < Absence.textLimit, let byte = self[offset] else { return nil }
    return byte >= 0x20 && byte < 0x7f ? byte : UInt8(ascii: "?")
  }

  /// The first bytes with everything that is not printable ASCII replaced.
  fileprivate var shown: String {
    var bytes: [UInt8] = []
    while let byte = shownByte(bytes.count) { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }

  fileprivate func isShown(as text: String) -> Bool {
    var index = 0
    for byte in text.utf8 {
      guard shownByte(index) == byte else { return false }
      index += 1
    }
    return shownByte(index) == nil
  }
}

/// Reads attributes into one buffer that all of them share.
final class FileReader {
  /// Where it reads from.
  let files: FileSource
  /// Longer files are cut here.
  static let largestFile = 256 * 1024
  /// Lines of `/proc/net/dev` and `/proc/diskstats` have some 20 numbers and a name of at most 32 letters.
  private static let longestRecord = 1024
  private static let smallestPage = 4096
  /// Files that stay open at most; what comes later is opened for each read.
  static let mostKept = 384

  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var keptCount = 0
  /// Counts scans, so that files that could not be opened are tried once in each.
  var scan: UInt32 = 0
  /// A file that was open answered that its device is gone.
  var sawVanished = false

  init(files: FileSource) {
    self.files = files
    capacity = 4096
    buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
  }

  deinit {
    buffer.deallocate()
  }

  /// Gives back what a large file at start needed.
  func shrink() {
    buffer.deallocate()
    capacity = 4096
    buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
  }

  /// The file's bytes, valid until the next read; nil after noting why not in `attribute.absence`.
  func contents(of attribute: inout Attribute) -> Cursor? {
    if attribute.descriptor < 0 {
      if attribute.failedScan == scan { return nil }
      let opened = files.open(attribute.path)
      guard opened >= 0 else {
        attribute.failedScan = scan
        _ = attribute.absent(absenceReason(-opened))
        return nil
      }
      attribute.descriptor = opened
      attribute.failedScan = nil
      keptCount += 1
    }
    let count = fill(from: attribute.descriptor, attribute.mode)
    if count == -Int(ErrorNumber.ENODEV) || count == -Int(ErrorNumber.ENOENT) { sawVanished = true }
    if attribute.mode == .once || keptCount > Self.mostKept || count == -Int(ErrorNumber.ENODEV)
      || count == -Int(ErrorNumber.ENOENT)
    {
      close(&attribute)
    }
    guard count >= 0 else {
      _ = attribute.absent(absenceReason(Int32(truncatingIfNeeded: -count)))
      return nil
    }
    return Cursor(UnsafeRawBufferPointer(start: buffer, count: count))
  }

  private func fill(from descriptor: Int32, _ mode: Attribute.Mode) -> Int {
    var count = 0
    while true {
      if count == capacity {
        guard capacity < Self.largestFile else { return count }
        grow()
      }
      let got = files.read(descriptor, buffer + count, capacity - count, count)
      guard got > 0 else { return got < 0 ? got : count }
      count += got
      if mode == .kept, count < capacity { return count }
      if mode == .keptLong, count == got, count <= Self.smallestPage - Self.longestRecord { return count }
    }
  }

  private func grow() {
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
    larger.update(from: buffer, count: capacity)
    buffer.deallocate()
    buffer = larger
    capacity *= 2
  }

  /// Closes the file if it is open.
  func close(_ attribute: inout Attribute) {
    guard attribute.descriptor >= 0 else { return }
    files.close(attribute.descriptor)
    attribute.descriptor = -1
    keptCount -= 1
  }

  /// Replaces `reading` by what the file says now.
  func update<Value>(
    _ reading: inout Reading<Value>, from attribute: inout Attribute, at now: Instant,
    _ parse: (inout Cursor) -> Value?
  ) {
    guard var cursor = contents(of: &attribute) else {
      reading = .absent(attribute.absence)
      return
    }
    let whole = cursor
    if let value = parse(&cursor), cursor.isBlank {
      reading = .value(value, at: now)
    } else {
      reading = .absent(attribute.malformed(whole))
    }
  }

  /// A whole file that holds one integer.
  func updateInteger(_ reading: inout Reading<Int>, from attribute: inout Attribute, at now: Instant) {
    update(&reading, from: &attribute, at: now) { $0.integer() }
  }

  /// The same of a quantity: what it cannot be is absent and says so.
  func update(
    _ reading: inout Reading<Int>, from attribute: inout Attribute, at now: Instant,
    within plausible: Plausible
  ) {
    var wide = Reading<Int64>.absent(attribute.absence)
    update(&wide, from: &attribute, at: now) { $0.signed() }
    switch wide {
    case .absent(let absence): reading = .absent(absence)
    case .value(let value, _):
      if plausible.believes(value) {
        reading = .value(Int(value), at: now)
      } else {
        reading = .absent(attribute.absent(.implausible(value)))
      }
    }
  }

  /// A file that holds a quantity and is read only now.
  func quantity(_ path: String, _ plausible: Plausible, at now: Instant) -> Reading<Int> {
    var attribute = Attribute(path, .once)
    var reading = Reading<Int>.absent(attribute.absence)
    update(&reading, from: &attribute, at: now, within: plausible)
    return reading
  }

  /// A file that holds one integer and is read only now.
  func integer(_ path: String, at now: Instant) -> Reading<Int> {
    var attribute = Attribute(path, .once)
    var reading = Reading<Int>.absent(attribute.absence)
    updateInteger(&reading, from: &attribute, at: now)
    return reading
  }

  /// A file that holds one line of text and is read only now; an empty one is malformed.
  func text(_ path: String, at now: Instant) -> Reading<String> {
    var attribute = Attribute(path, .once)
    guard var cursor = contents(of: &attribute) else { return .absent(attribute.absence) }
    let text = cursor.part(upTo: 0).text()
    return text.isEmpty ? .absent(attribute.malformed(cursor)) : .value(text, at: now)
  }

  /// A number that changes when names in a folder come or go, whatever their order; 0 where there is no folder.
  func fingerprint(of path: String) -> UInt64 {
    var sum: UInt64 = 0
    _ = files.forEachName(path) { sum &+= $0.hash }
    return sum
  }
}
