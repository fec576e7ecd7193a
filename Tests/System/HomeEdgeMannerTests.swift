import Foundation
import TestSupport
import Testing

/// What Home Edge's manners make of runs that are given to it: one object holds the execution (B-12), failures before the
/// start are told to nobody, exit codes are not told, and its score is 0 for whom it does not know.
@Suite(
  .serialized,
  .enabled(if: Lab.hasNamespaces && Lab.canStartEngines, "needs root, network namespaces and dockerd"))
struct HomeEdgeMannerTests {
  private func hearth(_ home: MixedHome, _ words: String) throws -> String {
    let finished = try home.network.shell(
      1, "\(Lab.program) \(words) --api 127.0.0.1:\(home.agents[0].port) 2>&1")
    return finished.output
  }

  @Test func ofRunsAtTheSameTimeOneIsGivenToItAndTheOthersWait() throws {
    nonisolated(unsafe) let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--run-seconds", "1.5"])
    try home.awaitNode(peer.id)
    let lock = NSLock()
    nonisolated(unsafe) var messages: [String] = []
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      let message = try? home.ask(selfSelection: false).json["Message"].string
      lock.withLock { messages.append(message ?? "") }
    }
    #expect(messages == Array(repeating: "ERROR_NONE", count: 4))
    try Lab.eventually(within: 30, "four ends") {
      try home.runs().filter { $0["state"].string == "finished" }.count == 4
    }
    // Never two there at once, so that each end bore its own number.
    let order = peer.events().compactMap { $0["event"].string }.filter { $0 == "run" || $0 == "ended" }
    #expect(order == Array(repeating: ["run", "ended"], count: 4).flatMap { $0 })
    #expect(Set(peer.events("notified").compactMap { $0["number"].int }).count == 4)
    peer.expectNoCrash()
  }

  @Test func anImageThatItCannotPullLeavesTheRunHandedOverUntilItIsForgotten() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--fault", "image-missing"])
    try home.awaitNode(peer.id)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    let id = try #require(try home.runs().first?["id"].string)
    let run = try home.call(1, "GET", "/api/v2/runs/\(id)").json
    #expect(run["state"].string == "handed over" && !run["times"]["started"].exists, "\(run.any ?? "")")
    #expect(try hearth(home, "ps").contains("handed over"))
    #expect(try hearth(home, "explain \(id)").contains("handed over on 10.77.0.2"))
    #expect(home.log(1).contains("run \(id) is handed over to the Home Edge node \(peer.id)"))
    let stopped = try hearth(home, "stop \(id)")
    #expect(
      stopped.contains("no way to stop") && stopped.contains("may still run on 10.77.0.2"), "\(stopped)")
    // The node is free for the next one.
    try peer.tell("faults", "[]")
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    try Lab.eventually("the next one ends") {
      try home.runs().contains { $0["state"].string == "finished" }
    }
  }

  @Test func anExitCodeThatIsNotToldIsAFailureThatSaysSo() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--fault", "empty-status"])
    try home.awaitNode(peer.id)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    let run = try home.onlyRun()
    #expect(run["state"].string == "failed" && run["failure"]["kind"].string == "exit")
    #expect(run["failure"]["reason"].string == "Home Edge tells no exit code")
  }

  @Test func aFurtherWordForARunThatHasEndedEndsTheOneThatIsOpenThere() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2)
    try home.awaitNode(peer.id)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    #expect(try home.onlyRun()["state"].string == "finished")
    let number = try #require(peer.events("notified").first?["number"].int)
    func word() throws -> Int {
      try peer.call(
        "POST", "10.77.0.1", "/api/v1/servicemgr/services/notification/\(number)",
        #"{"ServiceID":\#(number),"Status":"Finished"}"#
      ).status
    }
    #expect(try word() == 200, "with none open it is heard and means nothing")
    try peer.tell("faults", #"["no-notification"]"#)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    #expect(try home.runs().contains { $0["state"].string == "handed over" })
    #expect(try word() == 200)
    try Lab.eventually("it has ended") {
      try home.runs().allSatisfy { $0["state"].string == "finished" }
    }
  }

  @Test func whatMayHaveEndedThereIsStartedElsewhereAndExplainSaysThatItMayBeTheSecondTime() throws {
    let home = try MixedHome(others: 2)
    let peer = try HomeEdgePeer(home.network, host: 2, ["--fault", "no-notification"])
    try home.awaitNode(peer.id)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    let id = try #require(try home.runs().first?["id"].string)
    let other = try HomeEdgePeer(home.network, host: 3)
    try home.awaitNode(other.id)
    try peer.kill9()
    #expect(try home.onlyRun()["host"].string == "10.77.0.3")
    let explained = try hearth(home, "explain \(id)")
    #expect(explained.contains("10.77.0.2") && explained.contains("may be the second time"), "\(explained)")
  }

  @Test func itsScoreIsAskedForWhenItAppearsAndShownOnceItIsKnown() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--fault", "score-of-known", "--score", "14.85"])
    try home.awaitNode(peer.id)
    #expect(try home.node(peer.id)["score"].isNull)
    let row = try hearth(home, "nodes").split(separator: "\n").first { $0.contains("Home Edge") }
    #expect(row?.contains(" - ") == true, "\(row ?? "")")
    try Lab.eventually(within: 30, "its score is known") {
      try home.node(peer.id)["score"].any is NSNumber
    }
    // 14.85 is what an idle Raspberry Pi 3 says, which is 100 of ours.
    let score = try #require(try home.node(peer.id)["score"].any as? NSNumber).doubleValue
    #expect(abs(score - 100) < 1)
  }

  @Test func aRunThatNobodyTookHasNoHost() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--fault", "refuse"])
    try home.awaitNode(peer.id)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "SERVICE_NOT_FOUND")
    let run = try home.onlyRun()
    #expect(run["state"].string == "failed" && run["host"].string == "" && !run["hostNode"].exists)
  }

  @Test func aNodeFullOfItsRunsSaysItsLeastScoreAndWhatItRefusesIsInTheLog() throws {
    let folder = try TemporaryFolder()
    let engine = ScriptedEngine(folder: folder.path)
    defer { engine.end() }
    engine.programsRun(for: nil)
    let home = try MixedHome(engine: engine.path)
    let peer = try HomeEdgePeer(home.network, host: 2)
    try home.awaitNode(peer.id)
    /// The answers to starts with those numbers, one after the other.
    func start(_ numbers: ClosedRange<Int>) throws -> [String] {
      let body =
        #"{\"NotificationTargetURL\":\"\",\"Requester\":\"c\",\"ServiceID\":$n,\"ServiceName\":\"s$n\","#
        + #"\"UserArgs\":[\"docker\",\"run\",\"busybox\",\"container\"]}"#
      let finished = try home.network.shell(
        2,
        "for n in $(seq \(numbers.lowerBound) \(numbers.upperBound)); do "
          + "curl -s -m 30 -o /dev/null -w '%{http_code} ' -d \"\(body)\" "
          + "http://10.77.0.1:56002/api/v1/servicemgr/services; done")
      return finished.output.split(separator: " ").map { String($0) }
    }
    func score() throws -> Double {
      let answer = try peer.call(
        "POST", "10.77.0.1", "/api/v1/scoringmgr/score", #"{"devID":"\#(peer.id)"}"#)
      return try #require(answer.json["ScoreValue"].any as? NSNumber).doubleValue
    }
    // 39 clients of one such node at once are all served: it does not look at a refusal (B-10).
    #expect(try start(1...64) == Array(repeating: "200", count: 64))
    #expect(try start(65...65) == ["503"])
    #expect(home.log(1).contains("refused s65 of the Home Edge node \(peer.id): 64 runs"), "\(home.log(1))")
    #expect(try score() < 3.01, "the least, so that it chooses another node")
    #expect(try home.runs().count == 64)
    let id = try #require(try home.runs().first?["id"].string)
    _ = try hearth(home, "stop \(id)")
    #expect(try start(66...66) == ["200"])
    peer.expectNoCrash()
  }
}
