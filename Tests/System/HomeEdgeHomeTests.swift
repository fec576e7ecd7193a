import Foundation
import TestSupport
import Testing

/// Home Edge's acceptance scenarios S5 to S8 and S13 and the rules between its nodes, with a node that follows its
/// specification, its sharp edges too, on another host.
@Suite(
  .serialized,
  .enabled(if: Lab.hasNamespaces && Lab.canStartEngines, "needs root, network namespaces and dockerd"))
struct HomeEdgeHomeTests {
  @Test func s5TheOtherNodeIsAskedForItsScoreAndForOneStartAndItsEndIsHeard() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2)
    try home.awaitNode(peer.id)
    let answer = try home.ask(
      ["docker", "run", "-v", "/var/run:/var/run:rw", "hello-world"], selfSelection: false)
    #expect(
      answer.text
        == #"{"Message":"ERROR_NONE","RemoteTargetInfo":{"ExecutionType":"container","Target":"10.77.0.2"},"#
        + #""ServiceName":"hello-world"}"#)
    let run = try home.onlyRun()
    #expect(run["state"].string == "finished" && run["host"].string == "10.77.0.2", "\(run.any ?? "")")
    let scores = peer.requests("POST", "/scoringmgr/score")
    let starts = peer.requests("POST", "/servicemgr/services")
    // When it appears, and for the request.
    #expect(scores.count == 2 && starts.count == 1)
    #expect(scores.last?["body"].string == #"{"devID":"\#(home.agents[0].nodeID)"}"#)
    let number = try #require(peer.events("run").first?["number"].int)
    #expect(
      starts.first?["body"].string
        == #"{"NotificationTargetURL":"10.77.0.2","Requester":"","ServiceID":\#(number),"#
        + #""ServiceName":"hello-world","UserArgs":["docker","run","-v","/var/run:/var/run:rw","hello-world","#
        + #""container"]}"#)
    let notified = try #require(peer.events("notified").first)
    #expect(notified["number"].int == number && notified["answer"].int == 200)
    #expect(peer.requests("GET", "/ping").count >= 1)
    peer.expectNoCrash()
  }

  @Test func s6ANodeThatIsNotUsableIsNotAskedAndTheServiceIsNotFound() throws {
    let home = try MixedHome()
    #expect(try home.ask(selfSelection: false).json["Message"].string == "SERVICE_NOT_FOUND")
    let peer = try HomeEdgePeer(home.network, host: 2, ["--score", "0"])
    try home.awaitNode(peer.id)
    let answer = try home.ask(selfSelection: false)
    #expect(answer.json["Message"].string == "SERVICE_NOT_FOUND")
    #expect(answer.json["RemoteTargetInfo"]["Target"].string == "")
    #expect(peer.requests("POST", "/servicemgr/services").isEmpty)
    #expect(try home.runs().allSatisfy { $0["state"].string == "failed" })
    peer.expectNoCrash()
  }

  @Test func s7OnlyTheNodeThatListsTheServiceIsACandidateAndRunsItsOwnCommand() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--service", "hello-world=docker run hello-world"])
    try home.awaitNode(peer.id)
    let answer = try home.ask(nil)
    #expect(answer.json["RemoteTargetInfo"]["Target"].string == "10.77.0.2", "\(answer.text)")
    #expect(try home.onlyRun()["state"].string == "finished")
    let start = try #require(peer.requests("POST", "/servicemgr/services").first?["body"].string)
    #expect(start.contains(#""UserArgs":["container"]"#))
    #expect(
      peer.events("run").first?["command"].array.compactMap { $0.string } == ["docker", "run", "hello-world"])
    #expect(
      try home.ask(nil, name: "other").json["Message"].string == "not found error : No Device Is Return")
    peer.expectNoCrash()
  }

  @Test(arguments: [
    (#"{"cpuCount":64,"cpuFreq":5000,"cpuUsage":5,"netBandwidth":1000,"rtt":0.0001}"#, true),
    (#"{"cpuCount":1,"cpuFreq":700,"cpuUsage":0,"netBandwidth":1000,"rtt":0.05}"#, false),
  ])
  func s8TheHigherOfHomeEdgesFormulaOverTheResourcesIsTheTarget(resource: String, isOther: Bool) throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--resource", resource])
    try home.awaitNode(peer.id)
    let answer = try home.ask(option: #","ExecOption":{"scoringType":"resource"}"#)
    #expect(answer.json["Message"].string == "ERROR_NONE", "\(answer.text)")
    #expect(answer.json["RemoteTargetInfo"]["Target"].string == (isOther ? "10.77.0.2" : "10.77.0.1"))
    let asked = peer.requests("GET", "/scoringmgr/resource")
    #expect(asked.count == 1)
    #expect(asked.first?["body"].string == #"{"devID":"\#(home.agents[0].nodeID)"}"#)
    #expect(peer.requests("POST", "/scoringmgr/score").count == 1, "when it appeared")
    #expect(try home.onlyRun()["state"].string == "finished")
    peer.expectNoCrash()
  }

  @Test func s13ANodeThatStopsAbruptlyIsNoCandidateSoonAndIsOneAgainWhenItReturns() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2)
    try home.awaitNode(peer.id)
    try peer.kill9()
    let stopped = Date()
    try home.awaitNode(peer.id, "dead", within: 65)
    let seconds = Date().timeIntervalSince(stopped)
    print("S13: no candidate after \(Int(seconds * 10) / 10) s")
    #expect(seconds < 25)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "SERVICE_NOT_FOUND")
    try peer.start()
    let started = Date()
    try home.awaitNode(peer.id)
    print("S13: a candidate again after \(Int(Date().timeIntervalSince(started) * 1000)) ms")
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
  }

  @Test func w8w9w15ScoreAndResourcesAreNumbersThatHomeEdgeCanUse() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2)
    try home.awaitNode(peer.id)
    let asker = #"{"devID":"\#(peer.id)"}"#
    for method in ["GET", "POST"] {
      let answer = try peer.call(method, "10.77.0.1", "/api/v1/scoringmgr/score", asker)
      #expect(answer.status == 200)
      let value = try #require((answer.json["ScoreValue"].any as? NSNumber)?.doubleValue)
      #expect(value > 3 && value < 25 && answer.json.members.count == 1)
    }
    let answer = try peer.call("GET", "10.77.0.1", "/api/v1/scoringmgr/resource", asker)
    #expect(answer.status == 200)
    #expect(answer.json.members.keys.sorted() == ["cpuCount", "cpuFreq", "cpuUsage", "netBandwidth", "rtt"])
    for (name, value) in answer.json.members where name != "cpuUsage" {
      #expect((value as? NSNumber)?.doubleValue ?? 0 > 0, "\(name): \(value)")
    }
    #expect(try peer.call("GET", "10.77.0.1", "/api/v1/ping").text == "Pong\n")
    let information = try peer.call("GET", "10.77.0.1", "/api/v1/discoverymgr/orchestrationinfo")
    #expect(information.text == #"{"ExecutionType":"container","Platform":"docker","ServiceList":null}"#)
    for (method, path, body, status) in [
      ("POST", "/api/v1/ping", "null", 405), ("GET", "/api/v1/servicemgr/services", "null", 405),
      ("GET", "/api/v1/nothing", "null", 404), ("GET", "/api/v2/node", "null", 404),
      ("POST", "/api/v1/scoringmgr/score", "{}", 400), ("POST", "/api/v1/servicemgr/services", "[]", 400),
      ("POST", "/api/v1/servicemgr/services/notification/7", #"{"ServiceID":7,"Status":"Finished"}"#, 500),
    ] {
      #expect(try peer.call(method, "10.77.0.1", path, body).status == status, "\(method) \(path)")
    }
    peer.expectNoCrash()
  }

  @Test func w10w11AServiceThatHomeEdgeStartsHereRunsHereAndItsEndIsTold() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2)
    try Lab.eventually("the peer knows the agent") { try peer.tell("devices").array.count == 1 }
    try home.awaitNode(peer.id)
    func request(_ command: [String]) throws -> Value {
      try peer.tell(
        "request",
        #"{"ServiceName":"job","ServiceInfo":[{"ExecutionType":"container","ExecCmd":\#(Agent.json(command))}]}"#
      )
    }
    func status(_ number: Int?, within seconds: Double = 60) throws -> String {
      var found: String?
      try Lab.eventually(within: seconds, "notification \(number ?? -1); the agent said \(home.log(1))") {
        found = peer.events("notification").last { $0["number"].int == number }?["status"].string
        return found != nil
      }
      return found ?? ""
    }
    let good = try request(
      ["docker", "run", "--network", "none", "busybox", "sh", "-c", #"[ "$REQUEST" = 10.77.0.2 ]"#])
    #expect(good["answer"].string == #"{"Status":"Started"}"#, "\(good.any ?? "")")
    #expect(try status(good["ServiceID"].int) == "Finished")
    let run = try home.onlyRun()
    #expect(run["requesterAddress"].string == "10.77.0.2" && run["host"].string == "10.77.0.1")
    let bad = try request(["docker", "run", "--network", "none", "busybox", "false"])
    #expect(try status(bad["ServiceID"].int) == "Failed")
    // One of which nothing becomes, where Home Edge would say nothing.
    let none = try request(["docker", "run", "--pull=never", "no-such-image-here"])
    #expect(none["answer"].string == #"{"Status":"Started"}"# || none["status"].int != 200)
    if none["status"].int == 200 { #expect(try status(none["ServiceID"].int) == "Failed") }
    // B-03, B-04, B-07: what ends the Go daemon is refused in words here.
    for command in [["docker"], [], ["docker", "run", "--memory-swappiness", "200", "busybox"]] {
      #expect(try request(command)["status"].int ?? 400 == 400)
    }
    #expect(try home.call(1, "GET", "/api/v2/node").status == 200)
    peer.expectNoCrash()
  }

  @Test func aNotificationThatIsNotTakenIsRepeated() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--fault", "deaf"])
    try Lab.eventually("the peer knows the agent") { try peer.tell("devices").array.count == 1 }
    try home.awaitNode(peer.id)
    _ = try peer.tell(
      "request",
      #"{"ServiceName":"job","ServiceInfo":[{"ExecutionType":"container","ExecCmd":["docker","run","hello-world"]}]}"#
    )
    try Lab.eventually(within: 40, "told twice") { peer.events("notification").count == 2 }
    sleep(3)
    #expect(peer.events("notification").count == 2)
  }
}

/// Homes of both kinds, and nodes of Home Edge that are not what they say.
@Suite(
  .serialized,
  .enabled(if: Lab.hasNamespaces && Lab.canStartEngines, "needs root, network namespaces and dockerd"))
struct HomeEdgeMixedTests {
  @Test func aHearthNodeGoesBeforeOneOfHomeEdgeAndBothAreListed() throws {
    let home = try MixedHome(agents: 2, others: 1)
    let peer = try HomeEdgePeer(home.network, host: 3, ["--score", "24"])
    for host in 1...2 { try home.awaitNode(peer.id, seenBy: host) }
    let other = home.agents[1].nodeID
    try home.awaitNode(other)
    try Lab.eventually("its facts are known") { try home.node(other)["factsKnown"].any as? Bool == true }
    let answer = try home.ask(selfSelection: false)
    #expect(answer.json["RemoteTargetInfo"]["Target"].string == "10.77.0.2", "\(answer.text)")
    #expect(peer.requests("POST", "/servicemgr/services").isEmpty)
    #expect(peer.requests("POST", "/scoringmgr/score").count == 2, "by each agent when it appeared")
    #expect(try home.node(peer.id)["homeEdge"].any as? Bool == true)
    #expect(try home.node(other)["homeEdge"].any as? Bool == false)
    let agent = home.agents[0]
    let listed = try home.network.shell(1, "\(Lab.program) nodes --api 127.0.0.1:\(agent.port)")
    #expect(listed.output.contains("10.77.0.3") && listed.output.contains("Home Edge"), "\(listed.output)")
    let status = try home.network.shell(1, "\(Lab.program) status --api 127.0.0.1:\(agent.port)")
    #expect(status.output.contains("interoperate = yes"), "\(status.output)")
    #expect(home.log(1).contains("interoperate = yes"))
    // Without the other Hearth node it is the one of Home Edge.
    try home.agents[1].kill9()
    try home.awaitNode(other, "dead")
    #expect(try home.ask(selfSelection: false).json["RemoteTargetInfo"]["Target"].string == "10.77.0.3")
  }

  @Test(arguments: [
    "score-hang", "score-garbage", "score-huge", "score-bytes", "score-500", "score-drop", "score-missing",
    "services-hang", "services-garbage", "services-500", "services-drop", "services-bytes", "refuse",
    "status-failed",
  ])
  func aNodeThatLiesOrHangsCostsSecondsAndNeverTheAgent(fault: String) throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--fault", fault])
    try home.awaitNode(peer.id)
    let began = Date()
    let answer = try home.ask(selfSelection: false)
    let seconds = Date().timeIntervalSince(began)
    #expect(answer.json["Message"].string == "SERVICE_NOT_FOUND", "\(fault): \(answer.text)")
    #expect(seconds < 12, "\(fault): \(seconds) s")
    #expect(try home.ask().json["Message"].string == "ERROR_NONE")
    #expect(home.agents[0].isAlive)
    #expect(try home.agents[0].memory() < 6000)
  }

  @Test func byDefaultThePortAnswersNothingInPlainTextAndHomeEdgeIsNotUsed() throws {
    let home = try MixedHome(homeEdge: "interoperate = no")
    let peer = try HomeEdgePeer(home.network, host: 2)
    try Lab.eventually("the peer knows the agent") { try peer.tell("devices").array.count == 1 }
    for (method, path) in [
      ("GET", "/api/v1/ping"), ("POST", "/api/v1/scoringmgr/score"), ("GET", "/api/v2/node"),
    ] {
      #expect(throws: LabError.self) { _ = try peer.call(method, "10.77.0.1", path) }
    }
    let raw = try home.network.shell(
      2, "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 5 nc 10.77.0.1 56002 | wc -c")
    if raw.code == 0 { #expect(raw.output.trimmingCharacters(in: .whitespacesAndNewlines) == "0") }
    #expect(!(try home.node(peer.id).exists))
    #expect(try home.ask(selfSelection: false).json["Message"].string == "SERVICE_NOT_FOUND")
    #expect(peer.requests("GET", "/ping").allSatisfy { $0["peer"].string == "10.77.0.2" })
    #expect(!home.log(1).contains("interoperate"))
  }

  @Test func aStrangerIsRefusedAndSoIsANodeThatTheOwnerDidNotName() throws {
    let home = try MixedHome(others: 2, homeEdge: "interoperate = yes\npeers = 10.77.0.2")
    let peer = try HomeEdgePeer(home.network, host: 2)
    let unnamed = try HomeEdgePeer(home.network, host: 3, ["--fault", "silent"])
    try home.awaitNode(peer.id)
    #expect(try peer.call("GET", "10.77.0.1", "/api/v1/ping").status == 200)
    let start =
      #"{"Requester":"c","ServiceID":1,"ServiceName":"x","UserArgs":["docker","run","hello-world","container"]}"#
    #expect(try unnamed.call("POST", "10.77.0.1", "/api/v1/servicemgr/services", start).status == 403)
    #expect(try unnamed.call("GET", "10.77.0.1", "/api/v1/ping").status == 403)
    #expect(!(try home.node(unnamed.id).exists))
    #expect(try home.runs().isEmpty)
    // More than any home asks in a second is not answered, and the agent stays.
    let flood = "for i in $(seq 300); do echo 'url = \"http://10.77.0.1:56002/api/v1/ping\"'; done"
    let codes = try home.network.shell(
      2, "(\(flood)) | curl -s -Z --parallel-max 20 -w '%{http_code}\\n' -o /dev/null -K -")
    #expect(codes.output.contains("200") && codes.output.contains("503"), "\(codes.output.prefix(200))")
    #expect(try home.call(1, "GET", "/api/v2/node").status == 200)
  }

  @Test func withoutHostAccessAContainerOfHomeEdgeGetsNothingOfTheMachine() throws {
    let home = try MixedHome(homeEdge: "interoperate = yes\nhost-access = no")
    let peer = try HomeEdgePeer(home.network, host: 2)
    try home.awaitNode(peer.id)
    func start(_ words: String) throws -> Int {
      try peer.call(
        "POST", "10.77.0.1", "/api/v1/servicemgr/services",
        #"{"Requester":"c","ServiceID":1,"ServiceName":"x","UserArgs":["docker","run",\#(words),"container"]}"#
      ).status
    }
    #expect(try start(#""--privileged","hello-world""#) == 400)
    #expect(try start(#""-v","/var/run:/var/run:rw","hello-world""#) == 400)
    // Files and volumes that are not the container's own.
    #expect(try start(#""--env-file","/etc/passwd","hello-world""#) == 400)
    #expect(try start(#""--label-file","/etc/hostname","hello-world""#) == 400)
    #expect(try start(#""-v","data:/data","hello-world""#) == 400)
    #expect(try start(#""--mount","type=volume,source=data,target=/x","hello-world""#) == 400)
    #expect(try start(#""--restart","always","hello-world""#) == 400)
    #expect(try start(#""--network","none","hello-world""#) == 200)
    #expect(try home.onlyRun()["state"].string == "finished")
    #expect(home.log(1).contains("host-access = no"))
  }

  @Test func aRunOnHomeEdgeCannotBeStoppedAndItsEndSaysSo() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--run-seconds", "600"])
    try home.awaitNode(peer.id)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    let id = try #require(try home.runs().first?["id"].string)
    #expect(try home.call(1, "GET", "/api/v2/runs/\(id)").json["state"].string == "handed over")
    _ = try home.call(1, "DELETE", "/api/v2/runs/\(id)")
    let run = try home.onlyRun()
    #expect(run["state"].string == "failed")
    #expect(run["failure"]["reason"].string?.contains("may still run on 10.77.0.2") == true)
  }

  @Test func anAgentThatStartsAnewStillHearsTheEndOfItsRunOnHomeEdge() throws {
    let home = try MixedHome()
    let peer = try HomeEdgePeer(home.network, host: 2, ["--run-seconds", "8"])
    try home.awaitNode(peer.id)
    #expect(try home.ask(selfSelection: false).json["Message"].string == "ERROR_NONE")
    try home.agents[0].kill9()
    try home.start(1)
    #expect(try home.onlyRun()["state"].string == "finished")
    #expect(peer.requests("POST", "/servicemgr/services").count == 1)
  }
}
