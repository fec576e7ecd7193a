import Foundation
import Settings
import TestSupport
import Testing
import Wire

@testable import Agent
@testable import Basics
@testable import Orchestration
@testable import Platform

/// A journal with the process that writes it, and what a driver would do with it.
final class JournalBench {
  let loop: EventLoop
  let writer: DiskWriter
  let journal: Journal
  /// The runs as the journal had them.
  var found: [Run] = []
  /// What a replacement of the file writes.
  var present: [Run] = []
  /// What the journal has told since it was last asked.
  var told: [RunID] = []
  var error: SystemError?

  init(_ folder: String) throws {
    loop = try EventLoop()
    writer = DiskWriter(state: folder, loop: loop)
    journal = Journal(folder: folder, writer: writer)
    journal.read { run in
      if let index = self.found.firstIndex(where: { $0.id == run.id }) {
        self.found[index] = run
      } else {
        self.found.append(run)
      }
    }
    present = found
    journal.present = { [unowned self] in
      var runs = self.present[...]
      return { runs.popFirst()?.journalJSON.encoded() }
    }
    journal.onWritten = { [unowned self] in
      self.told += $0
      self.error = $1
    }
  }

  deinit {
    journal.present = { { nil } }
    journal.onWritten = { _, _ in }
    writer.finish(within: .seconds(60))
  }

  func append(_ run: Run, durable: Bool = true) {
    journal.append(run.id, run.journalJSON.encoded(), durable: durable)
  }

  /// Has all written that waits.
  @discardableResult
  func flush() -> (runs: [RunID], error: SystemError?) {
    told = []
    error = nil
    for _ in 0..<3 {
      journal.flush()
      writer.wait(within: .seconds(60))
    }
    return (told, error)
  }
}

@Suite struct JournalTests {
  private let folder: TemporaryFolder
  private var file: String { folder.path + "/runs.journal" }

  init() throws {
    folder = try TemporaryFolder()
  }

  private func run(_ number: UInt64, service: String = "hello", state: RunState = .accepted) -> Run {
    var source = WorkloadSource()
    source.environment = [.init(name: "KEY", value: "hunter2")]
    var run = Run(
      id: RunID(random: number), service: service, workload: .container(arguments: ["busybox", "Grüße\n"]),
      requester: "curl", requesterAddress: "192.168.1.7", callback: "", host: "192.168.1.7", source: source,
      times: RunTimes(accepted: Int64(number)))
    run.state = state
    return run
  }

  private func bytes() throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  private func replace(_ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file))
  }

  private func reopened() throws -> [Run] {
    let bench = try JournalBench(folder.path)
    #expect(bench.flush().error == nil)
    return bench.found
  }

  /// The runs as the file has them now, which stays as it is.
  private func read() throws -> [Run] {
    var found: [Run] = []
    try JournalLine.read(file) { line in
      guard let line, let run = JournalLine.run(of: line) else { return }
      found.removeAll { $0.id == run.id }
      found.append(run)
    }
    return found
  }

  private func journal(_ runs: [Run] = []) throws -> JournalBench {
    let bench = try JournalBench(folder.path)
    bench.present = runs
    for run in runs { bench.append(run) }
    #expect(bench.flush().runs == runs.map(\.id))
    return bench
  }

  @Test func aNewFolderHasNoRunsAndGetsAJournalForItsOwnerOnly() throws {
    #expect(try reopened().isEmpty)
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func runsComeBackInTheirOrderWithTheirLastState() throws {
    let journal = try journal([run(3), run(1), run(2)])
    journal.append(run(3, state: .finished(exitCode: 4)))
    #expect(journal.flush().runs == [run(3).id])
    let runs = try reopened()
    #expect(runs.map(\.id) == [run(3).id, run(1).id, run(2).id])
    #expect(runs[0].state == .finished(exitCode: 4) && runs[1].state == .accepted)
    #expect(runs[1].workload.arguments == ["busybox", "Grüße\n"])
    #expect(runs[1].source == run(1).source)
  }

  @Test func whatIsOnlyNotedIsWrittenButNotReported() throws {
    let journal = try journal()
    journal.append(run(1), durable: false)
    let (runs, error) = journal.flush()
    #expect(runs.isEmpty && error == nil)
    #expect(try reopened().count == 1)
    #expect(journal.flush().runs.isEmpty)
  }

  @Test func aLineTornAnywhereCostsThatLineOnly() throws {
    _ = try journal([run(1), run(2)])
    let whole = try bytes()
    let second = try #require(whole.firstIndex(of: 10)) + 1
    for end in second..<(whole.count - 1) {
      try replace(Array(whole[..<end]))
      #expect(try read().map(\.id) == [run(1).id], "cut at \(end)")
    }
    // Without its newline alone the line is whole.
    try replace(Array(whole.dropLast()))
    #expect(try read().count == 2)
  }

  @Test func whatCannotBeReadIsKeptBesideTheJournal() throws {
    _ = try journal([run(1), run(2)])
    let unread = file + ".unread"
    #expect(!FileManager.default.fileExists(atPath: unread))
    let lines = try bytes().split(separator: 10)
    try replace(Array(lines[0]) + [10] + Array("9 of a later version\n".utf8) + Array(lines[1].dropLast(3)))
    #expect(try reopened().map(\.id) == [run(1).id])
    let kept = try Data(contentsOf: URL(fileURLWithPath: unread))
    #expect(Array(kept) == Array("9 of a later version\n".utf8) + lines[1].dropLast(3) + [10])
    // The next damage joins it.
    try replace(Array("8 more\n".utf8))
    #expect(try reopened().isEmpty)
    #expect(Array(try Data(contentsOf: URL(fileURLWithPath: unread))) == kept + Array("8 more\n".utf8))
    let mode = try FileManager.default.attributesOfItem(atPath: unread)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func theJournalOfAnotherVersionIsKeptOnceAsItWas() throws {
    _ = try journal([run(1)])
    let version = folder.path + "/version"
    #expect(try String(contentsOfFile: version, encoding: .utf8) == Version.text + "\n")
    // As 0.1.0 left it: no file that tells the version.
    try FileManager.default.removeItem(atPath: version)
    let before = try bytes()
    #expect(try reopened().count == 1)
    let copy = file + ".0.1.0"
    #expect(Array(try Data(contentsOf: URL(fileURLWithPath: copy))) == before)
    try FileManager.default.removeItem(atPath: copy)
    #expect(try reopened().count == 1)
    #expect(!FileManager.default.fileExists(atPath: copy))
    // A later version was here; and a file that names none, or a path.
    for (text, name) in [("7.0.0-rc.1\n", "7.0.0-rc.1"), ("", "unknown"), ("../x\n", "unknown")] {
      _ = try folder.write(text, to: "version")
      #expect(try reopened().count == 1)
      #expect(FileManager.default.fileExists(atPath: file + "." + name), "\(text)")
    }
  }

  @Test func aDamagedByteInTheMiddleCostsThatLineOnly() throws {
    _ = try journal([run(1), run(2), run(3)])
    let whole = try bytes()
    let begin = try #require(whole.firstIndex(of: 10)) + 1
    let end = try #require(whole[begin...].firstIndex(of: 10))
    for index in begin..<end where whole[index] != 32 {
      var damaged = whole
      // Bit 0x80 makes no newline, blank or digit of another case of anything here.
      damaged[index] ^= 0x80
      try replace(damaged)
      #expect(try read().map(\.id) == [run(1).id, run(3).id], "byte \(index)")
    }
  }

  @Test func rubbishIsNoTrap() throws {
    var random = SystemRandomNumberGenerator()
    for size in [0, 1, 10, 1000, 5000] {
      try replace((0..<size).map { _ in UInt8.random(in: 0...255, using: &random) })
      #expect(try read().isEmpty)
    }
    for text in [" ", "\n\n\n", "0 ", "811c9dc5 ", "811c9dc5 \n", "zz {}", "-1 {}", "\n \n"] {
      try replace(Array(text.utf8))
      #expect(try read().isEmpty)
    }
  }

  @Test func opensAreRewritesWithoutDuplicatesAndDamage() throws {
    let journal = try journal([run(1)])
    for _ in 0..<50 { journal.append(run(1), durable: false) }
    journal.flush()
    let before = try bytes().count
    _ = try reopened()
    #expect(try bytes().count * 50 < before)
  }

  @Test func aGrownJournalIsReplacedByThePresentRuns() throws {
    let journal = try journal()
    journal.present = [run(1, service: "kept")]
    var largest = 0
    for number in 0..<1500 {
      journal.append(run(UInt64(number)))
      #expect(journal.flush().error == nil)
      largest = max(largest, try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0)
    }
    #expect(largest <= 257 << 10)
    // What was appended after the last replacement comes behind it.
    #expect(try reopened().first?.service == "kept")
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func manyRunsAreNotWrittenAnewWithEachChange() throws {
    let journal = try journal()
    journal.present = (0..<1500).map { run(UInt64($0)) }
    for run in journal.present { journal.append(run) }
    #expect(journal.flush().error == nil)
    let size = try bytes().count
    #expect(size > 256 << 10)
    journal.append(journal.present[0])
    #expect(journal.flush().error == nil)
    #expect(try bytes().count > size, "it was appended")
  }

  @Test func aFileOfManyMegabytesIsReadAndBecomesSmall() throws {
    var source = WorkloadSource()
    source.files = [.init(name: "/large", value: String(repeating: "x", count: 4 << 20))]
    let large = Run(
      id: RunID(random: 7), service: "s", workload: .container(arguments: ["busybox"]), requester: "",
      requesterAddress: "", callback: "", host: "", source: source, times: RunTimes(accepted: 1))
    var line: [UInt8] = []
    JournalLine.append(large.journalJSON.encoded(), to: &line)
    // 20 MiB of the same run, then as much without a line's end, as a card leaves it.
    try replace((0..<5).flatMap { _ in line } + [UInt8](repeating: 0, count: 20 << 20))
    #expect(try reopened().map(\.id) == [large.id])
    #expect(try bytes().count == line.count)
    #expect(FileManager.default.fileExists(atPath: file + ".unread"))
  }

  @Test func whatIsNoFileIsMovedAsideAndLinksAreNotFollowed() throws {
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
    _ = try folder.write("mine\n", to: "victim")
    symlink(folder.path + "/victim", file + ".new")
    #expect(try reopened().isEmpty)
    let journal = try journal([run(1)])
    #expect(journal.error == nil)
    #expect(try reopened().map(\.id) == [run(1).id])
    #expect(try String(contentsOfFile: folder.path + "/victim", encoding: .utf8) == "mine\n")
    var isFolder: ObjCBool = false
    #expect(FileManager.default.fileExists(atPath: file + ".unreadable", isDirectory: &isFolder))
    #expect(isFolder.boolValue)
    // A link in the journal's place is replaced; what it leads to stays.
    try FileManager.default.removeItem(atPath: file)
    symlink(folder.path + "/victim", file)
    #expect(try reopened().isEmpty)
    #expect(try String(contentsOfFile: folder.path + "/victim", encoding: .utf8) == "mine\n")
    #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: file)) == nil)
  }

  @Test func theLargestRequestsAreReadBack() throws {
    // As many values, and as many bytes, as a request's body may have.
    for words in [[String](repeating: "", count: 32_700), [String](repeating: "x", count: 1), [largeWord]] {
      let run = Run(
        id: RunID(random: 1), service: "s", workload: .container(arguments: words), requester: "",
        requesterAddress: "",
        callback: "", host: "", source: run(1).source, times: RunTimes(accepted: 1))
      _ = try journal([run])
      #expect(try read().map(\.workload.arguments.count) == [words.count])
    }
  }

  private var largeWord: String { String(repeating: "\u{1}", count: (1 << 20) - 100) }

  @Test func aFolderThatIsGoneIsAnErrorAndNoEnd() throws {
    let journal = try journal([run(1)])
    try FileManager.default.removeItem(atPath: folder.path)
    // An append goes to the file that is still open; its replacement cannot be made.
    for number in 0..<2000 as Range<UInt64> { journal.append(run(number)) }
    let (failed, error) = journal.flush()
    #expect(failed.count == 2000)
    #expect(error != nil)
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    journal.present = [run(7)]
    for number in 0..<2000 as Range<UInt64> { journal.append(run(number)) }
    #expect(journal.flush().error == nil)
    #expect(try reopened().map(\.id) == [run(7).id])
  }

  @Test func secretsAreOnDiskOnlyWhileTheRunIsUnderWay() throws {
    let journal = try journal([run(1)])
    #expect(String(decoding: try bytes(), as: UTF8.self).contains("hunter2"))
    journal.append(run(1, state: .stopped))
    journal.flush()
    #expect(try reopened().map(\.source.isEmpty) == [true])
    #expect(
      !String(decoding: try bytes(), as: UTF8.self).contains("hunter2"), "the next agent's start drops it")
  }

  @Test func anEndThatWasReportedStaysReported() throws {
    var ended = run(1, state: .finished(exitCode: 0))
    ended.endReported = true
    _ = try journal([ended])
    #expect(try reopened().map(\.endReported) == [true])
    #expect(try reopened().map(\.endReported) == [true], "also after the rewrite")
  }

  @Test func onlyTheNewestStateOfARunIsTold() throws {
    let journal = try journal([run(1)])
    kill(journal.writer.process, SIGSTOP)
    journal.append(run(1))
    journal.append(run(2))
    journal.journal.flush()
    // The first write is under way when the run changes again.
    journal.append(run(1, state: .stopped))
    journal.journal.flush()
    #expect(journal.journal.isPending(run(1).id))
    kill(journal.writer.process, SIGCONT)
    journal.told = []
    journal.writer.wait(within: .seconds(60))
    #expect(journal.told == [run(2).id])
    #expect(journal.flush().runs == [run(1).id])
    #expect(!journal.journal.isPending(run(1).id))
  }

  @Test func aDiskThatHangsCostsNoMemoryBeyondTheBound() throws {
    let journal = try journal([run(1)])
    kill(journal.writer.process, SIGSTOP)
    journal.append(run(1))
    journal.journal.flush()
    let long = run(2, service: String(repeating: "x", count: 10_000))
    for _ in 0..<500 { journal.append(long) }
    journal.present = [run(1), long]
    kill(journal.writer.process, SIGCONT)
    #expect(journal.flush().error == nil)
    #expect(try bytes().count < 64 << 10, "the present runs were written in place of every change")
    #expect(try reopened().map(\.service) == ["hello", long.service])
  }
}
