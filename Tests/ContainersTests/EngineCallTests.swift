import Basics
import Containers
import Testing
import Wire

/// What each recording of a real Engine says.
@Suite struct EngineCallTests {
  private func events(_ name: String) throws -> [EngineEvent] {
    try EngineCapture.named(name).events()
  }

  private func error(_ name: String) throws -> EngineError {
    let events = try events(name)
    #expect(events.ends == 1)
    return try #require(events.error, "\(name) did not fail")
  }

  @Test func theVersionNamesEngineSystemAndAPIRange() throws {
    let events = try events("version")
    guard case .version(let found)? = events.first else { throw Unexpected(events) }
    #expect(events.last == .done && events.count == 2)
    #expect(found.version == "20.10.24+dfsg1")
    #expect(found.apiVersion == EngineVersion(1, 41) && found.minimum == EngineVersion(1, 12))
    #expect(found.os == "linux" && found.architecture == "amd64" && !found.kernel.isEmpty)
  }

  @Test(arguments: ["start", "remove"])
  func aCallWithoutAnAnswerToReadIsDone(_ name: String) throws {
    #expect(try events(name) == [.done])
  }

  @Test(arguments: ["start-again", "stop-stopped"])
  func whatIsSoAlreadyIsDone(_ name: String) throws {
    #expect(try EngineCapture.bytes(of: name).starts(with: "HTTP/1.1 304".utf8))
    #expect(try events(name) == [.done])
  }

  @Test func aRefusedVersionAsksForNegotiation() throws {
    let error = try error("version-refused")
    #expect(error.kind == .versionRefused)
    #expect(
      error.reason
        == .refused(
          status: 400, message: "client version 1.99 is too new. Maximum supported API version is 1.41"))
  }

  @Test func aPullTellsItsStepsByLayerAndRisesToAHundredPercent() throws {
    let events = try events("pull-layers")
    var steps: [PullProgress] = []
    for case .progress(let step) in events { steps.append(step) }
    #expect(events.last == .done && steps.count == events.count - 1)
    let downloading = try #require(steps.first { $0.status == "Downloading" })
    #expect(downloading.layer?.utf8.count == 12)
    #expect((downloading.current ?? 0) > 0 && (downloading.total ?? 0) >= (downloading.current ?? 0))
    let percents = steps.compactMap(\.percent)
    #expect(percents == percents.sorted() && percents.last == 100)
    #expect(percents.contains { $0 > 0 && $0 < 100 })
    #expect(steps.first?.percent == nil && steps.first?.layer == nil)
    #expect(steps.contains { $0.status.hasPrefix("Digest: sha256:") })
  }

  @Test func aPullOfWhatIsThereIsDone() throws {
    let events = try events("pull-present")
    #expect(events.last == .done)
    #expect(
      events.contains { if case .progress(let step) = $0 { step.status.hasPrefix("Digest:") } else { false } }
    )
  }

  @Test func aPullOfAnUnknownTagFindsNoSuchImage() throws {
    let error = try error("pull-unknown-tag")
    #expect(error.kind == .noSuchImage)
    #expect(
      error.description == "Engine: pull 127.0.0.1:5789/room/weather:nosuch: refused with 404: manifest for "
        + "127.0.0.1:5789/room/weather:nosuch not found: manifest unknown: manifest unknown")
  }

  @Test func aPullWithoutTheRegistryFails() throws {
    let error = try error("pull-no-registry")
    #expect(error.kind == .pullFailed)
    #expect(error.description.contains("connection refused"))
  }

  @Test func aPullThatBreaksAfterStatus200FailsInTheEnginesWords() throws {
    #expect(try EngineCapture.bytes(of: "pull-broken-layer").starts(with: "HTTP/1.1 200".utf8))
    let events = try events("pull-broken-layer")
    #expect(events.count > 2)
    let error = try #require(events.error)
    #expect(error.kind == .pullFailed)
    guard case .reported(let message) = error.reason else { throw Unexpected(events) }
    #expect(message.hasPrefix("filesystem layer verification failed for digest sha256:"))
  }

  @Test func anImageIsDescribedWithItsDigests() throws {
    let events = try events("image")
    guard case .image(let image)? = events.first else { throw Unexpected(events) }
    #expect(image.id.hasPrefix("sha256:") && image.os == "linux" && image.architecture == "amd64")
    #expect(image.size > 9_000_000)
    #expect(image.tags == ["127.0.0.1:5789/room/weather:1"])
    #expect(image.digests.count == 1)
    #expect(image.digests.first?.hasPrefix("127.0.0.1:5789/room/weather@sha256:") == true)
  }

  @Test func aMissingImageIsToldFromOtherErrors() throws {
    #expect(try error("image-missing").kind == .noSuchImage)
    #expect(try error("create-no-image").kind == .noSuchImage)
    #expect(try error("create-bad-body").kind == .other)
  }

  @Test func aCreatedContainerHasItsIdentifier() throws {
    let events = try events("create")
    guard case .created(let id, let warnings)? = events.first else { throw Unexpected(events) }
    #expect(id.utf8.count == 64 && warnings.isEmpty && events.last == .done)
  }

  @Test func aNameInUseIsToldFromOtherConflicts() throws {
    #expect(try error("create-name-in-use").kind == .nameInUse)
    #expect(try error("remove-running").kind == .conflict)
    #expect(try error("kill-stopped").kind == .conflict)
  }

  @Test func aMissingContainerIsToldWhateverTheCall() throws {
    #expect(try error("remove-again").kind == .noSuchContainer)
    #expect(try error("wait-missing").kind == .noSuchContainer)
  }

  @Test func aProgramThatIsNotInTheImageKeepsTheEnginesWords() throws {
    let error = try error("start-no-program")
    #expect(error.kind == .notStartable)
    #expect(error.description.contains(#"exec: "nosuchprogram": executable file not found in $PATH"#))
  }

  @Test func logsKeepTheirTwoStreamsApart() throws {
    let events = try events("logs-follow")
    #expect(events.text(.stdout) == "out\nmore\n" && events.text(.stderr) == "err\n")
    #expect(events.last == .done)
  }

  @Test func logsWithTimestampsAndATailAreTheLastLines() throws {
    let lines = try events("logs-timestamps").text(.stdout).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.contains("Z ") && $0.hasPrefix("20") })
  }

  @Test func theOutputOfATerminalIsOneStreamAsItIs() throws {
    let events = try events("logs-terminal")
    #expect(events.text(.stdout) == "shown on a terminal\r\n" && events.last == .done)
  }

  @Test func attachingEndsWithTheConnection() throws {
    let events = try events("attach")
    #expect(events.first == .attached && events.filter { $0 == .attached }.count == 1)
    #expect(events.text(.stdout) == "out\n" && events.text(.stderr) == "err\n")
    #expect(events.last == .done)
  }

  /// An Engine of API 1.42 and above calls both forms raw unless the connection is upgraded; the terminal decides.
  @Test(arguments: [EngineVersion(1, 41), EngineVersion(1, 47)])
  func whatIsAttachedToHasFramesUnlessItHasATerminal(version: EngineVersion) throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
    let frames = Array(head.utf8) + EngineFrames.encode(stream: .stderr, [0xff, 0x00, 0x0a][...])
    var call = EngineCall(.attach(id: "c"), version: version)
    let events = frames.withUnsafeBytes { call.received($0) }
    #expect(events == [.attached, .output(.stderr, [0xff, 0x00, 0x0a])] && call.closed() == [.done])
    var terminal = EngineCall(.attach(id: "c"), version: version, terminal: true)
    let raw = Array((head + "shown").utf8).withUnsafeBytes { terminal.received($0) }
    #expect(raw == [.attached, .output(.stdout, Array("shown".utf8))])
  }

  @Test func waitingGivesTheExitCode() throws {
    #expect(try events("wait") == [.exited(code: 7), .done])
    #expect(try events("wait-hungry") == [.exited(code: 137), .done])
  }

  @Test func aContainerIsInspectedThroughItsLife() throws {
    guard case .container(let created)? = try events("inspect-created").first else { throw Unexpected([]) }
    #expect(created.status == "created" && !created.running && created.exitCode == nil)
    #expect(created.startedAt == nil && created.finishedAt == nil)
    guard case .container(let exited)? = try events("inspect-exited").first else { throw Unexpected([]) }
    #expect(exited.id == created.id && exited.name == "hearth-capture" && exited.image == "hearth-test")
    #expect(exited.labels == [EngineLabel(name: "hearth.run", value: "capture")])
    #expect(exited.labels["hearth.run"] == "capture" && exited.labels["hearth"] == nil)
    #expect(exited.status == "exited" && exited.exitCode == 7 && !exited.oomKilled && !exited.terminal)
    #expect(exited.startedAt != nil && exited.finishedAt != nil && exited.error.isEmpty)
    guard case .container(let hungry)? = try events("inspect-hungry").first else { throw Unexpected([]) }
    #expect(hungry.oomKilled && hungry.exitCode == 137)
  }

  @Test func aListHoldsTheContainersWithTheirLabels() throws {
    guard case .containers(let found)? = try events("list").first else { throw Unexpected([]) }
    let container = try #require(found.first)
    #expect(found.count == 1 && container.name == "hearth-capture" && container.status == "exited")
    #expect(container.labels["hearth.run"] == "capture" && container.imageID.hasPrefix("sha256:"))
    #expect(try events("list-empty") == [.containers([]), .done])
  }

  @Test func eventsTellWhatHappenedInOrder() throws {
    var notices: [EngineNotice] = []
    for case .notice(let notice) in try events("events") { notices.append(notice) }
    #expect(notices.map(\.action) == ["create", "start", "die", "destroy"])
    #expect(notices.allSatisfy { $0.type == "container" && $0.id.utf8.count == 64 })
    #expect(notices[2].exitCode == 7 && notices[1].exitCode == nil)
    #expect(notices[2].attributes["hearth.run"] == "capture")
    #expect(notices.map(\.time) == notices.map(\.time).sorted())
    #expect(notices[0].time > 1_700_000_000_000_000_000)
  }

  @Test(arguments: EngineCapture.all)
  func aRecordingSaysTheSameHoweverItIsCut(_ capture: EngineCapture) throws {
    let bytes = try capture.bytes
    let whole = try capture.events().joined
    #expect(whole.ends == 1)
    #expect(try capture.events(in: bytes.map { [$0] }).joined == whole)
    var generator = SplitMix64(seed: UInt64(bytes.count))
    for _ in 0..<20 {
      var pieces: [[UInt8]] = []
      var start = 0
      while start < bytes.count {
        let end = Int.random(in: start...bytes.count, using: &generator)
        pieces.append(Array(bytes[start..<end]))
        start = end
      }
      #expect(try capture.events(in: pieces).joined == whole)
    }
  }

  @Test(arguments: EngineCapture.all)
  func aRecordingCutShortNeverCountsAsDone(_ capture: EngineCapture) throws {
    // An answer that only ends with the connection cannot be told from one that was cut.
    guard capture.name != "attach" else { return }
    let bytes = try capture.bytes
    let endOfHead = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8))).lowerBound
    let hasBody = endOfHead + 4 < bytes.count
    for length in 0..<(hasBody ? bytes.count : endOfHead + 4) {
      let events = try capture.events(in: [Array(bytes[..<length])])
      #expect(events.ends == 1)
      let kind = try #require(events.error, "\(capture.name) cut after \(length) bytes").kind
      if length < endOfHead { #expect(kind == .unreachable) }
    }
  }

  @Test(arguments: EngineCapture.all)
  func nothingComesAfterTheEnd(_ capture: EngineCapture) throws {
    var call = EngineCall(capture.request, version: capture.version, terminal: capture.terminal)
    _ = call.replay([try capture.bytes])
    #expect(call.isOver)
    #expect(call.received("HTTP/1.1 200 OK\r\n\r\n").isEmpty)
    #expect(call.closed().isEmpty)
    #expect(call.broken("reset").isEmpty)
    #expect(call.fellSilent(seconds: 1).isEmpty)
  }
}

/// Events that are not those the test is about.
struct Unexpected: Error {
  let events: [EngineEvent]

  init(_ events: [EngineEvent]) {
    self.events = events
  }
}
