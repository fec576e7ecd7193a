import Basics
internal import CLinux
import Orchestration
import Platform

/// The runs on disk: `runs.journal` in the state folder, one run a line, the last line of a run counts.
///
/// Each line is a checksum, a blank and the run as JSON (`JournalLine`). What must survive a power cut is synced once for
/// all runs of a round (fdatasync(2)); while that is under way, what comes is collected for the next time. When the
/// file has grown it is replaced by one with the present runs only; so it is at the start.
final class Journal {
  private let folder: String
  private let writer: DiskWriter
  private var path: String { folder + "/runs.journal" }
  private var size = 0
  /// The size beyond which the file is replaced: never less than twice what the present runs need, so that many runs
  /// do not mean that each change writes all of them.
  private var rewriteAt = 0
  /// What this version has to do before it may replace the file for the first time.
  private var preparations: [DiskJob] = []
  /// Lines that wait to be given to the writer, and the runs that wait to be told that theirs is safe.
  private var lines: [UInt8] = []
  private var durable: [RunID] = []
  private var hasNews = false
  /// The number of the batch that collects, and in which batch a run's newest durable line is.
  private var batch: UInt32 = 0
  private var newest: [RunID: UInt32] = [:]
  private var isWriting = false
  /// The file has not been replaced yet, or more lines wait than replacing it would write.
  private var mustRewrite = true
  private var retryAt: Instant?
  /// Since when lines wait to be given to the writer, though it has none; nil where none do.
  private(set) var waitsSince: Instant?
  /// Gives the present runs, one after the other, as JSON.
  var present: () -> () -> [UInt8]? = { { nil } }
  /// Runs whose newest line is safe now, or why it is not.
  var onWritten: ([RunID], SystemError?) -> Void = { _, _ in }

  /// Rewritten when larger, at the least: some 500 runs, so about every 250th run.
  private static let rewriteSize = 256 << 10
  /// The file is at most so much larger than the present runs need.
  private static let growth = 8 << 20
  /// More lines than this that wait for a slow disk are not kept: the present runs are written instead.
  private static let linesLimit = 1 << 20
  /// Pieces in which the present runs are given to the writer.
  private static let pieceSize = 16 << 10
  /// Between two tries of what nobody waits for.
  private static let pause = Interval.seconds(5)

  init(folder: String, writer: DiskWriter) {
    self.folder = folder
    self.writer = writer
  }

  /// Reads the runs of an earlier agent, line by line: the last line of a run counts.
  ///
  /// Nothing is written yet, so that an agent starts on a disk that takes nothing. What could not be read is put aside
  /// before the file is replaced.
  func read(_ each: (Run) -> Void) {
    var unread = UnreadLines()
    do throws(SystemError) {
      var isEmpty = true
      try JournalLine.read(path) { line in
        isEmpty = false
        if let line, let run = JournalLine.run(of: line) { each(run) } else { unread.add(line) }
      }
      preparations = StateVersion(folder: folder).takeOver(hasJournal: !isEmpty)
    } catch {
      preparations = StateVersion(folder: folder).takeOver(hasJournal: false)
      guard error.errno != ENOENT else { return }
      let place = path + ".unreadable"
      Log.error("\(error.description); its runs are not known, and it is moved to \(place)")
      preparations.append(DiskJob(verb: .move, path: path, target: place))
    }
    if let job = unread.job(for: path) { preparations.append(job) }
  }

  /// Whether a durable line of the run is not safe yet.
  func isPending(_ run: RunID) -> Bool { newest[run] != nil }

  /// Adds the run's present state, as JSON; with `durable` it is among those that `onWritten` is told.
  func append(_ run: RunID, _ body: @autoclosure () -> [UInt8], durable isDurable: Bool) {
    if !hasNews, !isWriting { waitsSince = Clock.now() }
    hasNews = true
    if isDurable, newest.updateValue(batch, forKey: run) != batch { durable.append(run) }
    if !mustRewrite { JournalLine.append(body(), to: &lines) }
    if lines.count > Self.linesLimit { mustRewrite = true }
    if mustRewrite { lines = [] }
  }

  /// Gives the writer what was added, unless it is at work on what was added before.
  func flush() {
    let isDue = retryAt.map { Clock.now() >= $0 } ?? true
    guard !isWriting, hasNews || mustRewrite && isDue else { return }
    let told = durable
    let bytes = lines
    let number = batch
    batch &+= 1
    durable = []
    lines = []
    hasNews = false
    waitsSince = nil
    isWriting = true
    let then = { (error: SystemError?) in self.wasWritten(told, number, error) }
    guard !mustRewrite, size + bytes.count <= rewriteAt else { return rewrite(then) }
    var job = DiskJob(verb: .append, path: path, isDurable: !told.isEmpty)
    job.give(bytes)
    job.then = { error in
      if error == nil { self.size += bytes.count }
      then(error)
    }
    writer.submit(job)
  }

  private func wasWritten(_ runs: [RunID], _ number: UInt32, _ error: SystemError?) {
    isWriting = false
    if hasNews { waitsSince = Clock.now() }
    retryAt = error == nil ? nil : Clock.now() + Self.pause
    // Who has a newer line waits for that.
    let told = runs.filter { newest[$0] == number }
    for run in told { newest[run] = nil }
    onWritten(told, error)
  }

  /// Replaces the file, after what has to be done before.
  private func rewrite(_ then: @escaping (SystemError?) -> Void) {
    guard var job = preparations.first else { return replace(then) }
    job.then = { error in
      if let error { return then(error) }
      self.preparations.removeFirst()
      self.rewrite(then)
    }
    writer.submit(job)
  }

  private func replace(_ then: @escaping (SystemError?) -> Void) {
    mustRewrite = false
    var total = 0
    var job = DiskJob(verb: .replace, path: path, isDurable: true)
    job.body = {
      total = 0
      let next = self.present()
      return {
        var piece: [UInt8] = []
        while piece.count < Self.pieceSize, let body = next() { JournalLine.append(body, to: &piece) }
        total += piece.count
        return piece.isEmpty ? nil : piece
      }
    }
    job.then = { error in
      if error == nil {
        self.size = total
        self.rewriteAt = max(Self.rewriteSize, min(2 * total, total + Self.growth))
      } else {
        self.mustRewrite = true
        self.lines = []
      }
      then(error)
    }
    writer.submit(job)
  }
}

/// What could not be read of the journal: damaged lines, and those of a version that writes others.
private struct UnreadLines {
  private var bytes: [UInt8] = []
  /// How many there were.
  private var count = 0

  /// What could not be read is for people to look at: more of it tells them no more.
  private static let limit = 1 << 20

  /// - Parameter line: nil for one that is longer than any of ours.
  mutating func add(_ line: ArraySlice<UInt8>?) {
    count += 1
    guard let line else { return }
    bytes += line.suffix(Self.limit)
    bytes.append(10)
    if bytes.count > 2 * Self.limit { bytes = Array(bytes.suffix(Self.limit)) }
  }

  /// What keeps them beside the journal, the newest of them behind those of before; nil where there are none.
  func job(for journal: String) -> DiskJob? {
    guard count > 0 else { return nil }
    let file = journal + ".unread"
    Log.warning("\(journal): \(count) lines could not be read; they are kept in \(file)")
    let before = (try? File.read(file, limit: 2 * Self.limit)) ?? []
    var job = DiskJob(verb: .replace, path: file, isDurable: true)
    job.give(Array((before + bytes).suffix(Self.limit)))
    return job
  }
}
