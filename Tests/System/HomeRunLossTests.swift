import Foundation
import TestSupport
import Testing

extension HomeRunTests {
  /// Hosts, requesters and links that go and come back.
  @Suite struct Losses {
    let home: RunHome

    init() throws {
      home = try RunHome.shared()
      try home.restore()
    }

    /// Long runs from host 1, all running.
    private func begin(_ count: Int, on hosts: [Int], more: String = "") throws -> [String] {
      let ids = try (0..<count).map { _ in try home.submit(RunHome.long, on: hosts, more: more) }
      for id in ids { try home.agent(1).await(id, state: "running") }
      return ids
    }

    /// The same, with one at least on `best`. What happened before may speak against that host for a moment.
    private func begin(_ count: Int, on hosts: [Int], favouring best: Int) throws -> (
      runs: [String], there: [String]
    ) {
      var reason = ""
      for _ in 0..<3 {
        try home.favour(best)
        let runs = try begin(count, on: hosts)
        let there = try zip(runs, self.hosts(of: runs)).filter { $0.1 == best }.map { $0.0 }
        if !there.isEmpty { return (runs, there) }
        reason = try home.agent(1).hearth("explain", runs[0]).output
        print("no run is on host \(best): \(reason)")
        _ = try home.agent(1).command(["stop"] + runs).finish()
        sleep(3)
      }
      throw LabError("no run goes to host \(best): \(reason)")
    }

    private func hosts(of runs: [String]) throws -> [Int] {
      try runs.map { try home.host(of: home.agent(1).run($0)) }
    }

    @Test func aHostThatLosesItsPowerCostsSecondsAndItsReturnDoublesNothing() throws {
      let (runs, lost) = try begin(3, on: [3, 4, 5], favouring: 3)
      let told = try home.submit(RunHome.long, on: [3], more: #""onHostLoss":"tell","#)
      try home.agent(1).await(told, state: "running")
      let follower = try home.agent(1).command(["logs", "-f", lost[0]])
      try home.crash(3)
      let begun = Date()
      let times = try lost.map { try home.again($0, notOn: 3, since: begun) }
      print("FIGURE runs of a crashed host run again after \(times) ms")
      #expect(times.allSatisfy { $0 < 8000 }, "\(times)")
      let end = try home.agent(1).end(of: told, within: 10)
      #expect(end["state"].string == "failed" && end["failure"]["kind"].string == "lost", "\(end.any ?? "")")
      #expect(end["failure"]["reason"].string?.contains("its host died") ?? false, "\(end.any ?? "")")
      #expect(follower.hasEnded == nil, "\(follower.error)")
      #expect(try home.agent(1).hearth("explain", lost[0]).output.contains("attempt 2"))
      try home.start([3])
      try home.assembleStates()
      try home.awaitOneCopy(of: runs)
      #expect(try home.copies(of: told).isEmpty)
      #expect(try home.agent(3).containers().isEmpty)
    }

    @Test func aHostWhoseDiskHangsIsNotTakenForDead() throws {
      let runs = try begin(2, on: [3])
      let writer = try home.agent(3).writer()
      kill(writer, SIGSTOP)
      defer { kill(writer, SIGCONT) }
      // Something has to be written there.
      let stopped = try #require(runs.last)
      _ = try home.agent(1).call("DELETE", "/api/v2/runs/\(stopped)")
      for _ in 0..<hangSeconds {
        sleep(1)
        try home.assembleStates()
        #expect(try home.agent(1).run(runs[0])["attempt"].int == 1)
      }
      #expect(try home.agent(1).run(stopped)["state"].string == "running", "its end is on no disk yet")
      kill(writer, SIGCONT)
      #expect(try home.agent(1).end(of: stopped)["state"].string == "stopped")
      try home.awaitOneCopy(of: [runs[0]])
    }

    /// A host without power says nothing: neither its streams end, nor does anybody refuse.
    @Test func whoFollowsARunFollowsItToItsNextHostThoughTheFirstFellSilent() throws {
      try home.favour(3)
      let script = "echo begun; trap 'exit 0' TERM; sleep 6 & wait; echo ended; exit 7"
      let words = ["--network", "none", "busybox", "sh", "-c", script]
      let rules = (1...8).filter { $0 != 3 && $0 != 4 }.flatMap {
        ["--constraint", "node.id!=\(home.id($0))"]
      }
      let attached = try home.agent(1).command(["run"] + rules + words)
      try Lab.eventually("it has begun on host 3") { attached.output == "begun\n" }
      let id = try #require(try home.runs(1).first { !home.isOver($0) }?["id"].string)
      #expect(try home.host(of: home.agent(1).run(id)) == 3)
      let follower = try home.agent(1).command(["logs", "-f", id])
      try Lab.eventually("its output") { follower.output == "begun\n" }
      try home.network.link(3, up: false)
      let begun = Date()
      #expect(try attached.end(seconds: 30) == 7, "\(attached.error)")
      print("FIGURE an attached run whose host fell silent has ended after \(ms(begun)) ms")
      #expect(attached.output == "begun\nbegun\nended\n")
      #expect(try follower.end(seconds: 10) == 0 && follower.output == "begun\nbegun\nended\n")
      // Where it may go nowhere else, the end is told.
      try home.network.link(3, up: true)
      try home.assembleStates()
      let told = try home.agent(1).command(
        ["run", "--on-host-loss", "tell"] + rules + ["--constraint", "node.id!=\(home.id(4))"] + words)
      try Lab.eventually("it has begun") { told.output == "begun\n" }
      try home.network.link(3, up: false)
      #expect(try told.end(seconds: 30) == 125, "\(told.error)")
      #expect(told.error.contains("its host died"))
    }

    @Test func anAgentThatIsKilledGoesOnWithWhatNobodyElseTookAndFindsOtherCopiesStopped() throws {
      let runs = try begin(2, on: [3])
      let containers = try runs.map { try home.copies(of: $0) }
      try home.agent(3).kill9()
      let begun = Date()
      // Nobody else may: they wait for it.
      try home.assembleStates([3: "dead"])
      #expect(try runs.allSatisfy { try home.agent(1).run($0)["state"].string == "placing" })
      try home.start([3])
      try home.awaitOneCopy(of: runs)
      print("FIGURE runs that only one host may run are there again after \(ms(begun)) ms")
      #expect(try runs.map { try home.copies(of: $0) } == containers, "they ran on")
      #expect(try runs.allSatisfy { try home.agent(1).run($0)["attempt"].int == 1 })
      let elsewhere = try begin(2, on: [3, 4])
      try home.agent(3).kill9()
      let killed = Date()
      for run in elsewhere where try home.host(of: home.agent(1).run(run)) == 3 {
        _ = try home.again(run, notOn: 3, since: killed)
        #expect(try home.copies(of: run).count == 2, "its container is left on the host")
      }
      try home.start([3])
      let returned = Date()
      try home.awaitOneCopy(of: elsewhere)
      print("FIGURE stale copies are gone \(ms(returned)) ms after their host's return")
    }

    @Test func aHostThatIsStoppedForTenSecondsLetsGoOfWhatWentElsewhere() throws {
      let (runs, there) = try begin(2, on: [5, 4, 6], favouring: 5)
      home.freeze(5)
      let begun = Date()
      let times = try there.map { try home.again($0, notOn: 5, since: begun) }
      print("FIGURE runs of a stopped host run again after \(times) ms")
      usleep(UInt32(max(0, 10 - Date().timeIntervalSince(begun)) * 1e6))
      home.freeze(5, false)
      try home.assembleStates()
      try home.awaitOneCopy(of: runs)
      #expect(try zip(runs, hosts(of: runs)).allSatisfy { !there.contains($0.0) || $0.1 != 5 })
    }

    @Test func aHostWithoutItsCableEndsItsCopiesAndTheyRunElsewhere() throws {
      let (runs, there) = try begin(2, on: [3, 4, 5], favouring: 3)
      try home.network.link(3, up: false)
      let begun = Date()
      let times = try there.map { try home.again($0, notOn: 3, since: begun) }
      print("FIGURE runs of a host without cable run again after \(times) ms")
      // The host sees that it is the cut-off side.
      try Lab.eventually(within: 20, "the cut-off host has ended its copies") {
        try home.agent(3).containers().isEmpty
      }
      print("FIGURE the cut-off host has ended its copies after \(ms(begun)) ms")
      try home.network.link(3, up: true)
      try home.assembleStates()
      try home.awaitOneCopy(of: runs)
      #expect(try hosts(of: runs).allSatisfy { $0 > 0 })
    }

    @Test func aPartitionHealsWithExactlyOneCopyOfEach() throws {
      // Host 1 asks from the majority, host 8 from the minority.
      let mine = try begin(4, on: [2, 3, 4, 5, 6, 7, 8])
      let theirs = try (0..<3).map { _ in try home.submit(RunHome.long, from: 8, on: [1, 2, 3, 6, 7]) }
      for id in theirs { try home.agent(8).await(id, state: "running") }
      try home.network.partition([6, 7, 8], [1, 2, 3, 4, 5])
      let begun = Date()
      // The minority ends what it runs for the majority; that runs there again.
      try Lab.eventually(within: 30, "the majority runs its own") {
        try mine.allSatisfy {
          let run = try home.agent(1).run($0)
          return try run["state"].string == "running" && home.host(of: run) <= 5
        }
      }
      print("FIGURE after a partition the majority runs all of its own after \(ms(begun)) ms")
      let served = try home.submit("exit 9", from: 8, on: [6, 7])
      #expect(try home.agent(8).end(of: served)["exitCode"].int == 9)
      try Lab.eventually(within: 20, "the minority has ended its copies") {
        try mine.allSatisfy { try home.copies(of: $0).count == 1 }
      }
      print("FIGURE the minority has ended its copies after \(ms(begun)) ms")
      try home.network.heal()
      let healed = Date()
      try home.assembleStates()
      try home.awaitOneCopy(of: mine)
      try home.awaitOneCopy(of: theirs, seenBy: 8)
      print("FIGURE one copy of each \(ms(healed)) ms after healing")
    }

    @Test func requestsAreServedWhileAFifthOfAllPacketsIsLost() throws {
      let marks = Lab.newFolder("marks")
      defer { try? FileManager.default.removeItem(atPath: marks) }
      try home.network.loss(20)
      let begun = Date()
      var ids: [String] = []
      for number in 0..<12 {
        ids.append(
          try home.submit(
            "echo x >>/marks/\(number); sleep 1; exit \(number)", on: [2, 3, 4, 5, 6, 7, 8],
            options: ["-v", "\(marks):/marks"]))
      }
      print("FIGURE 12 requests with a fifth lost are answered in \(ms(begun)) ms")
      for (number, id) in ids.enumerated() {
        let run = try home.agent(1).end(of: id)
        #expect(run["exitCode"].int == number, "\(run.any ?? "")")
        #expect(try String(contentsOfFile: "\(marks)/\(number)", encoding: .utf8) == "x\n")
      }
      print("FIGURE 12 runs of a second with a fifth lost have ended after \(ms(begun)) ms")
    }

    @Test func aRequesterKilledAtAnyMomentHasEveryAcknowledgedRunAndNoneTwice() throws {
      let marks = Lab.newFolder("marks")
      defer { try? FileManager.default.removeItem(atPath: marks) }
      var acknowledged: [(id: String, mark: String)] = []
      for (round, delay) in [0, 2, 5, 10, 20, 35, 50].enumerated() {
        let sockets = try (0..<4).map { _ in
          try Connection(port: home.agent(1).port, space: "\(home.network.name)-1")
        }
        for (number, socket) in sockets.enumerated() {
          let words = [
            "--network", "none", "-v", "\(marks):/marks", "busybox", "sh", "-c",
            "echo x >>/marks/\(round)-\(number); sleep 1; exit \(number)",
          ]
          let body = #"{\#(home.only([2, 3, 4, 5, 6, 7, 8]))"arguments":\#(Agent.json(words))}"#
          socket.send(home.agent(1).request("POST", "/api/v2/runs", body))
        }
        // The first answer is waited for, so that something is acknowledged; then the delay.
        let first = try? sockets[0].answer(seconds: 10)
        usleep(UInt32(delay) * 1000)
        try home.agent(1).kill9()
        for (number, socket) in sockets.enumerated() {
          guard let answer = number == 0 ? first : try? socket.answer(seconds: 1), answer.status == 201,
            let id = answer.json["id"].string
          else { continue }
          acknowledged.append((id, "\(round)-\(number)"))
        }
        try home.start([1])
        // Until it has heard the others it can ask nobody.
        try home.assemble(seenBy: [1])
      }
      print("FIGURE of 28 requests \(acknowledged.count) were acknowledged before a kill")
      #expect(acknowledged.count >= 7)
      for (id, mark) in acknowledged {
        let run = try home.agent(1).end(of: id)
        #expect(run["exitCode"].int == Int(String(mark.suffix(1))), "\(mark): \(run.any ?? "")")
        #expect((try? String(contentsOfFile: "\(marks)/\(mark)", encoding: .utf8)) == "x\n", "\(mark)")
      }
      // Neither did any that nobody was told of.
      for run in try home.runs(1) { _ = try home.agent(1).end(of: run["id"].string ?? "") }
      for name in try FileManager.default.contentsOfDirectory(atPath: marks) {
        #expect((try? String(contentsOfFile: "\(marks)/\(name)", encoding: .utf8)) == "x\n", "\(name)")
      }
      try Lab.eventually(within: 20, "no container is left") {
        try (1...8).allSatisfy { try home.agent($0).containers().isEmpty }
      }
    }

    @Test func aHostThatIsUpgradedKeepsItsRuns() throws {
      let runs = try begin(3, on: [3, 4])
      let before = try hosts(of: runs)
      // More than one where a host was busier than its requester knew.
      let attempts = try runs.map { try home.agent(1).run($0)["attempt"].int }
      let containers = try runs.map { try home.copies(of: $0) }
      for host in [3, 4] {
        #expect(try home.agent(host).terminate() == 0)
        usleep(1_500_000)
        try home.start([host])
      }
      try home.assembleStates()
      sleep(2)
      #expect(try hosts(of: runs) == before)
      #expect(try runs.map { try home.copies(of: $0) } == containers)
      for (run, attempt) in zip(runs, attempts) {
        let now = try home.agent(1).run(run)
        #expect(now["state"].string == "running" && now["attempt"].int == attempt, "\(now.any ?? "")")
      }
      // So does an upgraded requester.
      #expect(try home.agent(1).terminate() == 0)
      try home.start([1])
      try home.assembleStates()
      try home.awaitOneCopy(of: runs)
      #expect(try runs.map { try home.copies(of: $0) } == containers)
      #expect(try home.agent(1).hearth("stop", runs[0], runs[1], runs[2]).code == 0)
      #expect(try runs.allSatisfy { try home.copies(of: $0).isEmpty })
    }

    private func ms(_ since: Date) -> Int { Int(Date().timeIntervalSince(since) * 1000) }
  }
}

extension RunHome {
  /// Waits until every host that runs sees every host in its state: alive where none is given.
  func assembleStates(_ states: [Int: String] = [:], within seconds: Double = 30) throws {
    var missing = ""
    try Lab.eventually(within: seconds, "states \(states) are known; \(missing)") {
      for host in 1...count where agent(host).isAlive {
        let nodes = try agent(host).get("/api/v2/nodes").json["nodes"].array
        for other in 1...count where other != host {
          let state = nodes.first { $0["id"].string == id(other) }?["state"].string ?? "unknown"
          missing = "\(other) is \(state) for \(host)"
          if state != states[other] ?? "alive" { return false }
        }
      }
      return true
    }
  }
}
