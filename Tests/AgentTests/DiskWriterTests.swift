import Foundation
import TestSupport
import Testing

@testable import Agent
@testable import Basics
@testable import Platform
@testable import Settings

@Suite struct DiskWriterTests {
  private let folder: TemporaryFolder
  private let loop: EventLoop
  private let writer: DiskWriter
  private let answers = Answers()

  private final class Answers {
    var all: [String] = []
  }

  init() throws {
    folder = try TemporaryFolder()
    loop = try EventLoop()
    writer = DiskWriter(state: folder.path, loop: loop)
  }

  private func submit(
    _ verb: DiskJob.Verb, _ name: String, _ text: String? = nil, target: String = "", durable: Bool = true
  ) {
    let path = folder.path + "/" + name
    var job = DiskJob(
      verb: verb, path: path, target: target.isEmpty ? "" : folder.path + "/" + target, isDurable: durable)
    if let text { job.give(Array(text.utf8)) }
    job.then = { error in self.answers.all.append("\(name) \(error?.reason ?? "done")") }
    writer.submit(job)
  }

  private func text(_ name: String) -> String? {
    try? String(contentsOfFile: folder.path + "/" + name, encoding: .utf8)
  }

  /// Runs the loop until so many jobs are answered.
  private func run(until count: Int, seconds: Int = 60) {
    loop.afterRound = { if self.answers.all.count >= count { self.loop.stop() } }
    loop.after(.seconds(seconds)) { self.loop.stop() }
    loop.run()
  }

  @Test func jobsAreDoneInTheirOrderAndEachIsAnswered() {
    submit(.replace, "a", "one\n")
    submit(.append, "a", "two\n")
    submit(.append, "a", "three\n", durable: false)
    submit(.link, "a", target: "b")
    submit(.replace, "a", "four\n")
    submit(.append, "a", "five\n")
    submit(.move, "a", target: "c")
    submit(.append, "a", "six\n")
    submit(.replace, "deep/er/file", "x", durable: false)
    submit(.remove, "none")
    submit(.link, "none", target: "d")
    submit(.makeFolder, "run/1")
    submit(.replace, "run/1/file", "x")
    submit(.remove, "run/1")
    writer.wait(within: .seconds(60))
    #expect(answers.all.count == 14 && answers.all.allSatisfy { $0.hasSuffix(" done") }, "\(answers.all)")
    #expect(text("b") == "one\ntwo\nthree\n" && text("c") == "four\nfive\n" && text("a") == "six\n")
    #expect(text("deep/er/file") == "x" && text("d") == nil)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/1"))
    for name in ["a", "b", "deep/er/file"] {
      let mode = try? FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[
        .posixPermissions]
      #expect(mode as? Int == 0o600, "\(name)")
    }
    writer.finish(within: .seconds(1))
  }

  @Test func aLargeBodyGoesThroughInPieces() {
    let large = String(repeating: "0123456789abcde\n", count: 300_000)
    submit(.replace, "large", large)
    submit(.append, "large", large)
    writer.wait(within: .seconds(60))
    #expect(answers.all == ["large done", "large done"])
    let isWhole = text("large") == large + large
    #expect(isWhole)
    writer.finish(within: .seconds(1))
  }

  @Test func whatFailsSaysWhyAndTheNextJobGoesOn() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/folder/in", withIntermediateDirectories: true)
    submit(.replace, "nosuch/file", String(repeating: "x", count: 100_000))
    submit(.append, "folder", "x")
    submit(.replace, "folder", "x")
    submit(.remove, "folder")
    submit(.replace, "good", "x")
    writer.wait(within: .seconds(60))
    #expect(
      answers.all == [
        "nosuch/file No such file or directory", "folder Is a directory", "folder Is a directory",
        "folder Directory not empty", "good done",
      ])
    writer.finish(within: .seconds(1))
  }

  @Test func whatIsReadComesWholeAndOnlyWhereItHasChanged() {
    let large = String(repeating: "0123456789abcde\n", count: 20_000)
    submit(.replace, "large", large)
    for name in ["etc/b.conf", "etc/a.conf", "etc/none", "apps/x/x.conf", "apps/y/z.conf"] {
      submit(.replace, name, name, durable: false)
    }
    var read: [[UInt8]] = []
    var found: [FileSet?] = []
    writer.read(folder.path + "/large", limit: 1 << 20) { read.append($0) }
    writer.read(folder.path + "/large", limit: 1 << 10) { read.append($0) }
    writer.read(folder.path + "/none", limit: 1 << 10) { read.append($0) }
    let patterns = ["large", "none", "etc" + FileSet.each, "apps" + FileSet.eachFolder].map {
      folder.path + "/" + $0
    }
    writer.look(patterns, since: 0) { found.append($0) }
    writer.wait(within: .seconds(60))
    #expect(read.count == 3 && read[0] == Array(large.utf8) && read[1].isEmpty && read[2].isEmpty)
    guard found.count == 1, let files = found[0] else { return #expect(Bool(false), "nothing was found") }
    #expect(
      files.files.map { String($0.path.dropFirst(folder.path.utf8.count + 1)) } == [
        "large", "none", "etc/a.conf", "etc/b.conf", "apps/x/x.conf",
      ])
    #expect(files.files.map { $0.error } == [EFBIG, ENOENT, 0, 0, 0], "a larger file is none of these")
    #expect(files.files[2].bytes == Array("etc/a.conf".utf8) && files.files[4].name == "x")
    writer.look(patterns, since: files.stamp) { found.append($0) }
    submit(.replace, "etc/a.conf", "other", durable: false)
    writer.look(patterns, since: files.stamp) { found.append($0) }
    writer.wait(within: .seconds(60))
    #expect(found.count == 3 && found[1] == nil && found[2]?.files[2].bytes == Array("other".utf8))
    writer.finish(within: .seconds(1))
  }

  @Test func noMoreThanABoundIsReadOfManyFiles() {
    for number in 10..<40 {
      submit(.replace, "etc/\(number).conf", String(repeating: "x", count: 60_000), durable: false)
    }
    var found: [FileSet?] = []
    writer.look([folder.path + "/etc" + FileSet.each], since: 0) { found.append($0) }
    writer.wait(within: .seconds(60))
    guard found.count == 1, let files = found[0] else { return #expect(Bool(false), "nothing was found") }
    #expect(
      files.files.map { $0.error } == Array(repeating: 0, count: 17) + Array(repeating: EFBIG, count: 13))
    writer.finish(within: .seconds(1))
  }

  @Test func theFilesThatOptionsNameAreReadBesideTheLoop() {
    submit(.replace, "variables", "A=1\nB=2\n")
    submit(.replace, "labels", "c=3\n")
    writer.wait(within: .seconds(60))
    kill(writer.process, SIGSTOP)
    var isHeld = false
    loop.after(.milliseconds(200)) {
      isHeld = self.answers.all.count == 5
      kill(self.writer.process, SIGCONT)
    }
    let path = folder.path
    for words in [
      [
        "--env-file", path + "/variables", "--label-file", path + "/labels", "--env-file",
        path + "/variables",
      ],
      ["--env-file", path + "/variables", "--label-file", path + "/none"], ["--env-file", path],
      ["--env-file", path + String(repeating: "/longer", count: 3000)], ["--no-such-option"], [],
    ] {
      LocalSource.whenRead(words + ["busybox"], writer) { result in
        switch result {
        case .success(let found):
          self.answers.all.append(
            "\(found.files.map { $0.name.dropFirst(path.utf8.count + 1) + "=" + $0.value })")
        case .failure(let error): self.answers.all.append(error.reason)
        }
      }
    }
    run(until: 8)
    let found = answers.all.dropFirst(2)
    #expect(isHeld, "three wait for the disk")
    #expect(found.contains(#"["variables=A=1\nB=2\n", "labels=c=3\n"]"#), "\(found)")
    #expect(found.contains("\(path)/none: No such file or directory"), "\(found)")
    #expect(found.contains("\(path): Invalid argument") && found.contains("[]"), "\(found)")
    #expect(found.contains { $0.hasSuffix("File name too long") }, "\(found)")
    writer.finish(within: .seconds(1))
  }

  @Test func theLoopGoesOnWhileTheDiskHangs() {
    kill(writer.process, SIGSTOP)
    submit(.replace, "a", String(repeating: "x", count: 1 << 20))
    var ticks: [Instant] = []
    func tick() {
      ticks.append(Clock.now())
      if ticks.count == 100 {
        kill(writer.process, SIGCONT)
      } else {
        loop.after(.milliseconds(10)) { tick() }
      }
    }
    tick()
    run(until: 1)
    #expect(answers.all == ["a done"] && ticks.count == 100)
    let longest = zip(ticks, ticks.dropFirst()).map { ($1 - $0).milliseconds }.max() ?? 0
    #expect(longest < 200, "\(longest) ms; as long as the test's own machine takes")
    #expect(writer.waitsSince == nil)
    writer.finish(within: .seconds(1))
  }

  @Test func aProcessThatIsKilledIsStartedAgainAndIsGivenWhatWasNotAnswered() throws {
    submit(.replace, "a", "begin\n")
    writer.wait(within: .seconds(60))
    let first = writer.process
    kill(first, SIGSTOP)
    submit(.append, "a", "one\n")
    submit(.append, "a", "two\n")
    // As a process leaves it that is ended within a line.
    let handle = try #require(FileHandle(forWritingAtPath: folder.path + "/a"))
    handle.seekToEndOfFile()
    handle.write(Data("hal".utf8))
    handle.closeFile()
    kill(first, SIGKILL)
    run(until: 3)
    #expect(answers.all == ["a done", "a done", "a done"])
    #expect(text("a") == "begin\nhal\none\ntwo\n")
    #expect(writer.process != first && writer.process > 0)
    writer.finish(within: .seconds(1))
  }

  @Test func whatEndsEachProcessFailsAndTheNextJobsAreDone() {
    var job = DiskJob(verb: .replace, path: folder.path + "/a")
    job.body = {
      kill(self.writer.process, SIGKILL)
      return { nil }
    }
    job.then = { error in self.answers.all.append(error?.reason ?? "done") }
    writer.submit(job)
    submit(.replace, "b", "x")
    run(until: 2)
    #expect(answers.all == ["Broken pipe", "b Broken pipe"])
  }

  @Test func theFolderIsHeldUntilTheWriterOfAnEndedAgentIsThrough() throws {
    submit(.replace, "a", "first\n")
    writer.wait(within: .seconds(60))
    kill(writer.process, SIGSTOP)
    submit(.replace, "a", "kept\n")
    // As when its agent is killed: its end of the channel is closed with it.
    let process = writer.process
    writer.finish(within: .milliseconds(50))
    let thread = Thread {
      usleep(300_000)
      kill(process, SIGCONT)
    }
    thread.start()
    let before = Clock.now()
    let lock = try StateLock(folder: folder.path)
    #expect((Clock.now() - before).milliseconds >= 200)
    #expect(text("a") == "kept\n")
    lock.release()
  }
}
