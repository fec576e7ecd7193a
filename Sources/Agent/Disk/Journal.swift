import Basics
internal import CLinux
import Orchestration
import Platform
import Wire

/// The runs on disk: `runs.journal` in the state folder, one run a line, the last line of a run counts.
///
/// Each line is a checksum, a blank and the run as JSON. Appending costs one write; what must survive a power cut is
/// synced once for all runs of a round (fdatasync(2)). A torn or damaged line is skipped. When the file has grown it
/// is replaced by one with the present runs only.
final class Journal {
  private let folder: String
  private var path: String { folder + "/runs.journal" }
  private var descriptor: Int32 = -1
  private var size = 0
  /// The size beyond which the file is replaced: never less than twice what the present runs need, so that many runs
  /// do not mean that each change writes all of them.
  private var rewriteAt = Journal.rewriteSize
  /// Lines of this round, and the runs that wait to be told that theirs is safe.
  private var lines: [UInt8] = []
  private var durable: [RunID] = []
  /// Since when lines wait to be written; nil where none do.
  private(set) var waitsSince: Instant?

  /// Rewritten when larger, at the least: some 500 runs, so about every 250th run.
  private static let rewriteSize = 256 << 10
  /// More than this is not ours, and is not written either: the next agent has to read it.
  private static let readLimit = 16 << 20

  /// What could not be read is for people to look at: more of it tells them no more.
  private static let unreadLimit = 1 << 20

  /// A line holds what a request and the files it names brought, and our own members besides.
  private static let lineLimits = JSON.Limits(bytes: readLimit, nodes: 1 << 16)

  init(folder: String) {
    self.folder = folder
  }

  /// The runs of the journal, oldest first, and opens it for more.
  func open() throws(SystemError) -> [Run] {
    var bytes: [UInt8] = []
    do throws(SystemError) {
      bytes = try File.read(path, limit: Self.readLimit)
    } catch {
      guard error.errno == ENOENT else { throw error }
    }
    var runs: [RunID: Run] = [:]
    var order: [RunID] = []
    var unread: [UInt8] = []
    for line in bytes.split(separator: 10) {
      guard let run = Self.run(ofLine: line) else {
        unread += line + [10]
        continue
      }
      if runs.updateValue(run, forKey: run.id) == nil { order.append(run.id) }
    }
    let found = order.compactMap { runs[$0] }
    try StateVersion(folder: folder).takeOver(journal: bytes)
    try setAside(unread)
    try rewrite(found)
    return found
  }

  /// Keeps the lines that are damaged, or of a version that writes others, in `runs.journal.unread`: the next
  /// replacement of the journal would lose them. The newest of them are kept.
  private func setAside(_ lines: [UInt8]) throws(SystemError) {
    guard !lines.isEmpty else { return }
    let file = path + ".unread"
    let before = (try? File.read(file, limit: Self.unreadLimit)) ?? []
    let kept = (before + lines).suffix(Self.unreadLimit)
    try File.replace(file, with: Array(kept), durable: true)
    Log.warning("\(path): \(lines.count) bytes could not be read; they are kept in \(file)")
  }

  /// Adds the run's present state; with `durable` it is among those that `flush` reports.
  func append(_ run: Run, durable isDurable: Bool) {
    if lines.isEmpty { waitsSince = Clock.now() }
    lines += Self.line(of: run)
    if isDurable { durable.append(run.id) }
  }

  /// Writes what was added in this round.
  ///
  /// - Returns: the runs that are safe now, or the error and those that are not.
  func flush(runs: () -> [Run]) -> (runs: [RunID], error: SystemError?) {
    guard !lines.isEmpty else { return ([], nil) }
    let told = durable
    let bytes = lines
    durable = []
    lines = []
    waitsSince = nil
    do throws(SystemError) {
      if descriptor < 0 || size + bytes.count > rewriteAt {
        try rewrite(runs())
      } else {
        try write(bytes, sync: !told.isEmpty)
      }
      return (told, nil)
    } catch {
      return (told, error)
    }
  }

  private func write(_ bytes: [UInt8], sync: Bool) throws(SystemError) {
    do throws(SystemError) {
      try File.writeAll(descriptor, bytes, path)
      if sync && fdatasync(descriptor) != 0 { throw SystemError("fdatasync", path) }
      size += bytes.count
    } catch {
      // A half-written line must not swallow the one that follows it.
      ftruncate(descriptor, off_t(size))
      throw error
    }
  }

  private func rewrite(_ runs: [Run]) throws(SystemError) {
    var bytes: [UInt8] = []
    for run in runs { bytes += Self.line(of: run) }
    guard bytes.count <= Self.readLimit else { throw SystemError("write", path, errno: EFBIG) }
    try File.replace(path, with: bytes, durable: true)
    // The old file has no name any more: nothing may be written to it, even if the new one cannot be opened now.
    if descriptor >= 0 { close(descriptor) }
    descriptor = Int32(retrying { Int(clinux_open(path, O_WRONLY | O_APPEND | O_CLOEXEC, 0)) })
    guard descriptor >= 0 else { throw SystemError("open", path) }
    size = bytes.count
    rewriteAt = min(max(Self.rewriteSize, 2 * size), Self.readLimit)
  }

  // MARK: - Lines

  private static func line(of run: Run) -> [UInt8] {
    let body = run.journalJSON.encoded()
    let sum = String(checksum(body[...]), radix: 16)
    return Array(sum.utf8) + [32] + body + [10]
  }

  private static func run(ofLine line: ArraySlice<UInt8>) -> Run? {
    guard let blank = line.firstIndex(of: 32),
      let sum = UInt32(String(decoding: line[..<blank], as: UTF8.self), radix: 16),
      sum == checksum(line[(blank + 1)...]),
      let json = try? JSON.parse(line[(blank + 1)...], limits: Self.lineLimits)
    else { return nil }
    return Run(json: json)
  }

  /// FNV-1a, 32 bits: finds torn lines, not forgers.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}
