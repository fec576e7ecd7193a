import Foundation
import TestSupport
import Testing

/// An agent whose Engine is a script: what the Engine does wrong costs that call's run, and no other.
@Suite(.serialized) struct EngineFaultTests {
  private static func with(_ body: (Agent, ScriptedEngine) throws -> Void) throws {
    let folder = try TemporaryFolder()
    let engine = ScriptedEngine(folder: folder.path)
    defer { engine.end() }
    let agent = try Agent(engine: engine.path)
    defer { agent.stop() }
    try agent.start()
    try agent.awaitEngine()
    try body(agent, engine)
  }

  /// A run whose start the Engine does not answer before each `signal` of what is returned beside it.
  private static func hangingStart(_ agent: Agent, _ engine: ScriptedEngine) throws -> (
    String, DispatchSemaphore
  ) {
    engine.programsRun(for: nil)
    let gate = DispatchSemaphore(value: 0)
    engine.script("start") { call in
      gate.wait()
      return false
    }
    let run = try agent.submit(["busybox"])
    try Lab.eventually("it is being started") { engine.count(of: "start") == 1 }
    return (run, gate)
  }

  private static func state(_ agent: Agent) throws -> String {
    try agent.get("/api/v2/node").json["engine"]["state"].string ?? "?"
  }

  @Test func eightStartsThatHangHoldUpNoOtherRunAndTheNodeSaysSo() throws {
    try Self.with { agent, engine in
      engine.programsRun(for: 3)
      let before = try agent.submit(["busybox"])
      try agent.await(before, state: "running")
      engine.script("start") { call in
        guard call.labels["nfs"] != nil else { return false }
        call.hang()
        return true
      }
      for _ in 0..<8 { _ = try agent.submit(["--label", "nfs=1", "busybox"]) }
      try Lab.eventually("all of them are being started") { engine.count(of: "start") == 9 }
      let begun = Date()
      engine.programsRun(for: 0.1)
      let after = try agent.submit(["busybox"])
      #expect(try agent.end(of: after, within: 15)["state"].string == "finished")
      #expect(try agent.end(of: before, within: 15)["state"].string == "finished")
      #expect(Date().timeIntervalSince(begun) < 15, "not after the 120 s of a call")
      try Lab.eventually(within: 20, "it says that its Engine hangs") { try Self.state(agent) == "hanging" }
      #expect(try agent.hearth("status").output.contains("hangs: the Docker Engine has not answered 'start'"))
    }
  }

  @Test func aStopBehindAStartThatHangsIsAnsweredAtOnceAndDoneWhenTheEngineAnswers() throws {
    try Self.with { agent, engine in
      let (run, gate) = try Self.hangingStart(agent, engine)
      let begun = Date()
      let answer = try agent.call("DELETE", "/api/v2/runs/\(run)")
      #expect(answer.status == 202 && answer.json["stopRequested"].int == 1, "\(answer.text)")
      let stop = try agent.hearth("stop", run)
      #expect(stop.code == 1 && stop.error.contains("is being stopped"), "\(stop.error)")
      #expect(Date().timeIntervalSince(begun) < 20, "not after the 120 s of a call")
      #expect(try agent.hearth("ps").output.contains("stopping"))
      // It is on disk: the next agent stops it as well.
      try agent.kill9()
      try agent.start()
      try agent.awaitEngine()
      #expect(try agent.run(run)["state"].string != "running")
      for _ in 0..<4 { gate.signal() }
      engine.script("start", nil)
      #expect(try agent.end(of: run, within: 30)["state"].string == "stopped")
      #expect(try agent.run(run)["stopRequested"].int == nil)
      try Lab.eventually("nothing of it runs") {
        engine.containers.values.allSatisfy { $0.state != "running" }
      }
    }
  }

  @Test func aStopBehindAStartIsDoneWithoutANewAgentToo() throws {
    try Self.with { agent, engine in
      let (run, gate) = try Self.hangingStart(agent, engine)
      #expect(try agent.call("DELETE", "/api/v2/runs/\(run)").status == 202)
      gate.signal()
      #expect(try agent.end(of: run, within: 30)["state"].string == "stopped")
    }
  }

  @Test func longLabelsAndTenThousandImagesDoNotSendTheEngineAway() throws {
    try Self.with { agent, engine in
      engine.programsRun(for: nil)
      let innocent = try agent.submit(["busybox"])
      try agent.await(innocent, state: "running")
      // Of an earlier version, which took them; Go writes `<` as six bytes.
      let long = String(repeating: "<", count: 950_000)
      let node = agent.nodeID
      engine.script("list") { [containers = engine] call in
        var list = containers.containers.map { ScriptedEngine.listed($0.key, $0.value) }
        for number in 0..<5 {
          let labels = [
            "io.hearth.node": node, "io.hearth.run": "00000000000\(number)", "io.hearth.service": long,
            "x": long,
          ]
          let id = String(repeating: "f", count: 63) + "\(number)"
          list.append(ScriptedEngine.listed(id, .init(labels: labels, state: "running")))
        }
        call.send("[" + list.joined(separator: ",").replacingOccurrences(of: "<", with: "\\u003c") + "]")
        return true
      }
      engine.script("images") { call in
        let images = (0..<10_000).map { number in
          #"{"Id":"sha256:\#(number)","RepoTags":["registry.example/org/image\#(number):v\#(number)"],"#
            + #""RepoDigests":["registry.example/org/image\#(number)@sha256:\#(number)"],"Size":1000000000,"#
            + #""Labels":{"a":"\#(String(repeating: "b", count: 200))"}}"#
        }
        call.send("[" + images.joined(separator: ",") + "]")
        return true
      }
      try agent.kill9()
      try agent.start()
      // It reads 57 MB of escapes, beside all other tests.
      try agent.awaitEngine(seconds: 90)
      try agent.await(innocent, state: "running")
      engine.programsRun(for: 0.1)
      let next = try agent.submit(["busybox"])
      #expect(try agent.end(of: next)["state"].string == "finished")
      try Lab.eventually("its images are known") {
        try agent.get("/api/v2/node").json["images"].array.count == 256
      }
      let memory = try agent.memory()
      #expect(memory < 12_000, "\(memory) kB")
      #expect(try Self.state(agent) == "available")
      #expect(try agent.call("DELETE", "/api/v2/runs/\(innocent)").status / 100 == 2)
      #expect(try agent.end(of: innocent)["state"].string == "stopped")
    }
  }

  @Test func aWaitThatIsAnsweredAtOnceIsNotAskedForWithoutEnd() throws {
    try Self.with { agent, engine in
      engine.programsRun(for: nil)
      engine.script("wait") { call in
        call.send(#"{"StatusCode":0}"#)
        return true
      }
      let run = try agent.submit(["busybox"])
      try agent.await(run, state: "running")
      let before = engine.count(of: "wait")
      Thread.sleep(forTimeInterval: 4)
      #expect(engine.count(of: "wait") - before <= 6, "\(engine.count(of: "wait") - before) in 4 s")
      #expect(try agent.run(run)["state"].string == "running")
      engine.script("wait", nil)
      #expect(try agent.call("DELETE", "/api/v2/runs/\(run)").status / 100 == 2)
      #expect(try agent.end(of: run, within: 30)["state"].string == "stopped")
    }
  }

  @Test func anEventStreamThatEndsAtOnceIsOpenedAtGrowingPauses() throws {
    try Self.with { agent, engine in
      engine.script("events") { call in
        call.refuse(403, "denied by a proxy")
        return true
      }
      try agent.kill9()
      try agent.start()
      let before = engine.count(of: "events")
      Thread.sleep(forTimeInterval: 6)
      // After 0.2, 0.4, 0.8, 1.6 and 3.2 s.
      #expect(engine.count(of: "events") - before <= 7, "\(engine.count(of: "events") - before) in 6 s")
    }
  }

  @Test func anImageThatDoesNotExistIsSaidOnceAndOnItsOwnAccount() throws {
    try Self.with { agent, engine in
      engine.script("create") { call in
        call.refuse(404, "No such image: redi:latest")
        return true
      }
      engine.script("pull") { call in
        call.refuse(404, "manifest for redi:latest not found: manifest unknown: manifest unknown")
        return true
      }
      let run = try agent.submit(["redi"])
      let end = try agent.end(of: run, within: 20)
      #expect(end["failure"]["kind"].string == "pull" && end["failure"]["cause"].string == "request")
      #expect(engine.count(of: "pull") == 1)
    }
  }

  @Test func anonymousVolumesStayWithoutRm() throws {
    try Self.with { agent, engine in
      _ = try agent.end(of: try agent.submit(["-v", "/data", "busybox"]))
      _ = try agent.end(of: try agent.submit(["--rm", "-v", "/data", "busybox"]))
      try Lab.eventually("both containers are removed") { engine.containers.isEmpty }
      let removals = engine.allTargets.filter { $0.contains("force=1") }
      #expect(removals.map { $0.contains("v=1") } == [false, true], "\(removals)")
    }
  }
}
