import Basics
import Containers
import Foundation
import Testing
import Wire

private let skipped: Comment =
  "needs HEARTH_ENGINE (a socket), or root and docker.io for an Engine of our own"

/// The client against a real Engine over its socket.
@Suite(.serialized, .enabled(if: RealEngine.given != nil || RealEngine.canStart, skipped), .realEngine)
struct EngineRealTests {
  private var lab: RealEngine {
    get throws { try #require(RealEngine.current) }
  }

  @Test func theEngineTellsItsVersionsAndIsSpokenToInOneOfThem() throws {
    let lab = try lab
    let events = try lab.ask(.version, version: nil)
    guard case .version(let found)? = events.first else { throw Unexpected(events) }
    let version = try found.negotiated()
    #expect(version <= found.apiVersion && version >= found.minimum ?? .oldest)
    #expect(try lab.ask(.list(labels: []), version: version).last == .done)
    #expect(try lab.ask(.images, version: version).last == .done)
    let refused = try lab.ask(.list(labels: []), version: EngineVersion(1, 999))
    #expect(refused.error?.kind == .versionRefused)
  }

  @Test func aMissingImageFailsEachCallInItsWay() throws {
    let lab = try lab
    let pull = try lab.ask(.pull(name: "127.0.0.1:1/nosuch", tag: "1"))
    #expect(pull.error?.kind == .pullFailed && pull.ends == 1)
    #expect(try lab.ask(.imageInspect(reference: "nosuch:1")).error?.kind == .noSuchImage)
    #expect(try lab.ask(.create(name: nil, body: ["Image": "nosuch:1"])).error?.kind == .noSuchImage)
    let events = try lab.ask(.imageInspect(reference: "busybox:latest"))
    guard case .image(let image)? = events.first else { throw Unexpected(events) }
    #expect(image.tags.contains("busybox:latest") && image.os == "linux" && image.size > 0)
  }

  @Test func aContainerRunsFromCreationToRemoval() throws {
    let lab = try lab
    let name = "hearth-life-\(getpid())"
    let id = try lab.create("echo out; echo err >&2; exit 7", name: name, label: "hearth.life")
    defer { lab.remove(id) }
    #expect(
      try lab.ask(.create(name: name, body: ["Image": "busybox", "Cmd": ["sh"]])).error?.kind == .nameInUse)
    #expect(try lab.inspect(id).status == "created")
    #expect(try lab.works(.start(id: id)))
    #expect(try lab.ask(.wait(id: id)) == [.exited(code: 7), .done])
    let logs = try lab.ask(.logs(id: id, follow: true))
    #expect(logs.text(.stdout) == "out\n" && logs.text(.stderr) == "err\n" && logs.last == .done)
    let state = try lab.inspect(id)
    #expect(state.exitCode == 7 && state.status == "exited" && state.name == name && !state.running)
    guard case .containers(let listed)? = try lab.ask(.list(labels: ["hearth.life=1"])).first else {
      throw Unexpected([])
    }
    #expect(listed.map(\.id) == [id] && listed.first?.labels["hearth.life"] == "1")
    #expect(try lab.works(.remove(id: id, force: false, volumes: true)))
    #expect(try lab.ask(.inspect(id: id)).error?.kind == .noSuchContainer)
    #expect(try lab.ask(.start(id: id)).error?.kind == .noSuchContainer)
    #expect(try lab.ask(.list(labels: ["hearth.life"])) == [.containers([]), .done])
  }

  @Test func aProgramThatIsMissingCannotStart() throws {
    let lab = try lab
    let events = try lab.ask(.create(name: nil, body: ["Image": "busybox", "Cmd": ["nosuchprogram"]]))
    guard case .created(let id, _)? = events.first else { throw Unexpected(events) }
    defer { lab.remove(id) }
    let error = try #require(try lab.ask(.start(id: id)).error)
    #expect(error.kind == .notStartable && error.description.contains("nosuchprogram"))
  }

  @Test func aContainerBeyondItsMemoryIsToldFromOneThatFailed() throws {
    let lab = try lab
    let limit: JSONObject = ["Memory": 8_388_608, "MemorySwap": 8_388_608]
    let id = try lab.create("x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done", host: limit)
    defer { lab.remove(id) }
    #expect(try lab.works(.start(id: id)))
    #expect(try lab.ask(.wait(id: id)) == [.exited(code: 137), .done])
    let state = try lab.inspect(id)
    #expect(state.oomKilled && state.exitCode == 137)
  }

  @Test func aRunningContainerIsStoppedAndKilled() throws {
    let lab = try lab
    let id = try lab.create("trap '' TERM; sleep 600 & wait; sleep 600")
    defer { lab.remove(id) }
    #expect(try lab.works(.start(id: id)) && lab.works(.start(id: id)))
    #expect(try lab.inspect(id).running)
    let busy = try lab.ask(.remove(id: id, force: false, volumes: false))
    #expect(busy.error?.kind == .conflict)
    #expect(try lab.works(.stop(id: id, seconds: 1)) && lab.works(.stop(id: id, seconds: 1)))
    #expect(try lab.ask(.wait(id: id)) == [.exited(code: 137), .done])
    #expect(try lab.ask(.kill(id: id, signal: "SIGTERM")).error?.kind == .conflict)
    #expect(try lab.works(.start(id: id)) && lab.works(.kill(id: id, signal: "SIGKILL")))
    #expect(try lab.ask(.wait(id: id)).first == .exited(code: 137))
  }

  @Test func aContainerThatTheEngineRemovesStillTellsItsExitCode() throws {
    let lab = try lab
    let id = try lab.create("sleep 2; exit 3", host: ["AutoRemove": true])
    #expect(try lab.works(.start(id: id)))
    let wait = EngineConnection(lab.socket, .wait(id: id), version: EngineVersion(1, 41))
    try wait.pump(seconds: 30) { _ in false }
    #expect(wait.events == [.exited(code: 3), .done])
  }

  @Test func aMegabyteOfOutputComesWholeOnBothStreams() throws {
    let lab = try lab
    let id = try lab.create("head -c 1000000 /dev/zero; head -c 300000 /dev/zero >&2")
    defer { lab.remove(id) }
    #expect(try lab.works(.start(id: id)))
    // Following a container that ends meanwhile, Engine 20.10 may leave out the last of its output.
    #expect(try lab.ask(.wait(id: id)).first == .exited(code: 0))
    let events = try lab.ask(.logs(id: id, follow: false))
    #expect(events.text(.stdout).utf8.count == 1_000_000 && events.text(.stderr).utf8.count == 300_000)
    #expect(events.last == .done)
  }

  @Test func aTerminalsOutputIsRaw() throws {
    let lab = try lab
    let id = try lab.create("echo shown", terminal: true)
    defer { lab.remove(id) }
    #expect(try lab.works(.start(id: id)) && lab.ask(.wait(id: id)).first == .exited(code: 0))
    let terminal = try lab.inspect(id).terminal
    #expect(terminal)
    #expect(try lab.ask(.logs(id: id, follow: true), terminal: terminal).text(.stdout) == "shown\r\n")
  }

  @Test func attachingBeforeTheStartMissesNothing() throws {
    let lab = try lab
    let id = try lab.create("echo first; echo last >&2")
    defer { lab.remove(id) }
    let attached = EngineConnection(lab.socket, .attach(id: id), version: EngineVersion(1, 41))
    Thread.sleep(forTimeInterval: 0.3)
    #expect(try lab.works(.start(id: id)))
    try attached.pump(seconds: 30) { _ in false }
    #expect(attached.events.text(.stdout) == "first\n" && attached.events.text(.stderr) == "last\n")
  }

  @Test func eventsTellOfOurContainersAndCanBeReadAgain() throws {
    let lab = try lab
    let request = EngineRequest.events(
      labels: ["hearth.watched"], actions: ["create", "start", "die", "destroy"])
    let stream = EngineConnection(lab.socket, request, version: EngineVersion(1, 41))
    // The Engine tells what happens after it took the call up.
    Thread.sleep(forTimeInterval: 0.3)
    let other = try lab.create("exit 0", label: "hearth.other")
    defer { lab.remove(other) }
    let id = try lab.create("exit 5", label: "hearth.watched")
    #expect(try lab.works(.start(id: id)) && lab.ask(.wait(id: id)).first == .exited(code: 5))
    #expect(try lab.works(.remove(id: id, force: false, volumes: false)))
    try stream.pump(seconds: 30) { $0.count >= 4 }
    func notices(_ events: [EngineEvent]) -> [EngineNotice] {
      events.compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
    }
    let live = notices(stream.events)
    #expect(live.map(\.action) == ["create", "start", "die", "destroy"] && live.allSatisfy { $0.id == id })
    #expect(live.count > 2 && live[2].exitCode == 5)

    let since = try #require(live.first).time
    let again = EngineConnection(
      lab.socket, .events(labels: ["hearth.watched"], actions: ["die"], since: since),
      version: EngineVersion(1, 41))
    try again.pump(seconds: 30) { !$0.isEmpty }
    #expect(notices(again.events) == [live[2]])
  }

  @Test func aSocketThatIsNotThereIsUnreachable() throws {
    let gone = RealEngine(socket: "/tmp/hearth-no-such.sock", folder: nil)
    let error = try #require(try gone.ask(.version).error)
    #expect(error.kind == .unreachable && error.description.contains("No such file or directory"))
  }
}

/// An Engine of our own that dies and comes back.
@Suite(.serialized, .enabled(if: RealEngine.canStart, "needs root and docker.io for an Engine of our own"))
struct EngineRestartTests {
  @Test func anEngineThatIsKilledFailsItsCallsAndFindsTheContainerWhenItIsBack() throws {
    let folder = RealEngine.newFolder()
    var lab = try RealEngine.start(in: folder)
    defer { try? lab.stop() }
    let id = try lab.create("sleep 600", label: "hearth.restart")
    #expect(try lab.works(.start(id: id)))
    let calls = [EngineRequest.wait(id: id), .logs(id: id, follow: true), .events(labels: [])].map {
      EngineConnection(lab.socket, $0, version: EngineVersion(1, 41))
    }
    Thread.sleep(forTimeInterval: 0.5)
    let text = try String(contentsOfFile: "\(folder)/docker.pid", encoding: .utf8)
    let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(kill(process, SIGKILL) == 0)
    let expected = ["an exit code", "the end of the output", "further events"]
    for (call, expected) in zip(calls, expected) {
      try call.pump(seconds: 30) { _ in false }
      #expect(call.events.ends == 1)
      #expect(call.events.error?.reason == .closed(expected: expected))
      #expect(call.events.error?.kind == .unreachable)
    }
    #expect(try lab.ask(.version).error?.kind == .unreachable)

    // Its containerd dies with it, but not at once; neither must be taken for a running one.
    Thread.sleep(forTimeInterval: 1)
    unlink("\(folder)/docker.pid")
    unlink("\(folder)/exec/containerd/containerd.pid")
    lab = try RealEngine.start(in: folder)
    guard case .containers(let found)? = try lab.ask(.list(labels: ["hearth.restart"])).first else {
      throw Unexpected([])
    }
    #expect(found.map(\.id) == [id])
    // Started again, the Engine ends what it no longer watches.
    let state = try lab.inspect(id)
    #expect(!state.running && state.exitCode != nil)
    #expect(try lab.works(.remove(id: id, force: true, volumes: true)))
  }

  @Test func anEngineThatIsStoppedDoesNotPassItsEndOffAsAnExit() throws {
    let lab = try RealEngine.start(in: RealEngine.newFolder())
    defer { try? lab.stop() }
    let id = try lab.create("trap 'exit 9' TERM; sleep 600 & wait")
    #expect(try lab.works(.start(id: id)))
    let wait = EngineConnection(lab.socket, .wait(id: id), version: EngineVersion(1, 41))
    Thread.sleep(forTimeInterval: 0.5)
    _ = try RealEngine.run("stop", #require(lab.folder))
    try wait.pump(seconds: 30) { _ in false }
    // The Engine stops the container first, so either its code comes or the connection ends.
    #expect(wait.events == [.exited(code: 9), .done] || wait.events.error != nil)
    #expect(wait.events.ends == 1)
  }
}
