import Foundation
import TestSupport
import Testing

/// Home Edge's acceptance scenarios and defects that concern one node.
@Suite(
  .enabled(if: Lab.hasEngine, "no Docker Engine: name one in HEARTH_ENGINE, or run as root with docker.io"))
struct HomeEdgeTests {
  private static let canonical =
    #"{"ServiceName":"hello-world","ServiceInfo":[{"ExecutionType":"container","ExecCmd":"#
    + #"["docker","run","--network","none","hello-world"]}]}"#

  private func onlyRun(_ agent: Agent) throws -> Value {
    let runs = try agent.get("/api/v2/runs").json["runs"].array
    try #require(runs.count == 1)
    return try agent.end(of: runs[0]["id"].string ?? "")
  }

  @Test func s1TheCanonicalRequestRunsTheContainerWithREQUESTAndRemovesIt() throws {
    try Agent.with { agent in
      let answer = try agent.homeEdge(
        run: ["--network", "none", "busybox", "sh", "-c", "echo to $REQUEST"])
      #expect(answer.status == 200)
      #expect(answer["Content-Type"] == "application/json; charset=UTF-8")
      let target = try #require(answer.json["RemoteTargetInfo"]["Target"].string)
      #expect(
        answer.text
          == #"{"Message":"ERROR_NONE","RemoteTargetInfo":{"ExecutionType":"container","Target":"\#(target)"},"#
          + #""ServiceName":"hello-world"}"#)
      let own = try Lab.shell("hostname -I; echo 127.0.0.1").output.split(whereSeparator: \.isWhitespace)
      #expect(own.contains(Substring(target)))
      let run = try onlyRun(agent)
      #expect(run["state"].string == "finished" && run["exitCode"].int == 0)
      #expect(run["requesterAddress"].string == target)
      #expect(try agent.get("/api/v2/runs/\(run["id"].string ?? "")/logs").text == "to \(target)\n")
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
    }
  }

  /// As Home Edge does, which hands the words to the `docker` of its machine.
  @Test func aLocalClientMayNameFilesOfTheMachine() throws {
    try Agent.with { agent in
      let file = agent.folder + "/variables"
      try "A=of a file\n".write(toFile: file, atomically: true, encoding: .utf8)
      let words = ["--env-file", file, "--network", "none", "busybox", "sh", "-c", "echo $A"]
      #expect(try agent.homeEdge(run: words).json["Message"].string == "ERROR_NONE")
      let run = try onlyRun(agent)
      #expect(try agent.get("/api/v2/runs/\(run["id"].string ?? "")/logs").text == "of a file\n")
      // The owner's definition, asked for by the name alone.
      let definition = "[ServiceInfo]\nServiceName=filed\nExecType=container\n"
      try (definition + "ExecCmd=docker run --env-file \(file) --network none busybox env\n")
        .write(toFile: agent.folder + "/services/filed.conf", atomically: true, encoding: .utf8)
      let said = try agent.hearth("run", "--service", "filed")
      #expect(said.code == 0 && said.output.contains("A=of a file\n"), "\(said.error)")
      unlink(file)
      let refused = try agent.hearth("run", "--service", "filed")
      #expect(refused.code == 125 && refused.error.contains("No such file or directory"), "\(refused.error)")
    }
  }

  @Test func s2WithoutServiceInfoTheAnswerIsInvalidParameterWithNull() throws {
    try Agent.with { agent in
      let answer = try agent.homeEdge(#"{"ServiceName":"hello-world"}"#)
      #expect(answer.status == 200)
      #expect(
        answer.text
          == #"{"Message":"INVALID_PARAMETER","RemoteTargetInfo":null,"ServiceName":"hello-world"}"#)
    }
  }

  @Test func s3AnUnregisteredNativeServiceFindsNoDevice() throws {
    try Agent.with { agent in
      let answer = try agent.homeEdge(
        #"{"ServiceName":"ls","ServiceInfo":[{"ExecutionType":"native","ExecCmd":["ls"]}]}"#)
      #expect(answer.status == 200)
      #expect(answer.json["Message"].string == "not found error : No Device Is Return")
      #expect(answer.text.contains(#""RemoteTargetInfo":{"ExecutionType":"","Target":""}"#))
    }
  }

  @Test func s6WithoutPeersAndWithoutItselfTheServiceIsNotFound() throws {
    try Agent.with { agent in
      let answer = try agent.homeEdge(
        run: ["--network", "none", "hello-world"], more: #""SelfSelection":"false","#)
      #expect(answer.json["Message"].string == "SERVICE_NOT_FOUND")
      #expect(answer.json["RemoteTargetInfo"]["Target"].string == "")
      #expect(try agent.get("/api/v2/runs").json["runs"].array.isEmpty)
    }
  }

  @Test func s14PingAnswersPong() throws {
    try Agent.with { agent in
      let answer = try agent.get("/api/v1/ping")
      #expect(answer.status == 200 && answer.text == "Pong\n")
    }
  }

  /// B-11 too: nothing may grow with the number of requests. With HEARTH_LONG they are three hundred, as in Home Edge's
  /// list of scenarios.
  @Test func s15HundredsOfRequestsAllRunAndMemoryStaysFlat() throws {
    let (each, kept) = isLongForm ? (50, 100) : (20, 40)
    try Agent.with(node: "kept-runs = \(kept)") { agent in
      var memory: [Int] = []
      // Some may be inherited from tests that run beside this one.
      let idle = agent.sockets
      for round in 0..<6 {
        for _ in 0..<each {
          let answer = try agent.homeEdge(run: ["--network", "none", "busybox", "true"])
          #expect(answer.json["Message"].string == "ERROR_NONE")
        }
        try Lab.eventually(within: 180, "round \(round) has ended") {
          let runs = try agent.get("/api/v2/node").json["runs"]
          return runs["underWay"].int == 0
        }
        memory.append(try agent.memory())
        try Lab.eventually(within: 120, "calls to the Engine have ended") { agent.sockets <= idle + 2 }
      }
      print("S15: PSS in kB after each \(each) requests: \(memory)")
      let runs = try agent.get("/api/v2/runs").json["runs"].array
      #expect(runs.count >= kept && runs.count <= kept + 10)
      #expect(runs.allSatisfy { $0["exitCode"].int == 0 })
      // The first two rounds fill the list of kept runs.
      #expect(memory[5] - memory[2] < 1000 && memory[5] < 4000, "kB: \(memory)")
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
    }
  }

  @Test(arguments: [
    ("\"true\"", true), ("\"false\"", false), ("\"yes\"", false), ("true", true), ("false", false),
    ("1", true), ("null", true),
  ])
  func w12SelfSelectionIsAStringAndMayBeABoolean(value: String, chosen: Bool) throws {
    try Agent.with { agent in
      let answer = try agent.homeEdge(
        run: ["--network", "none", "hello-world"], more: "\"SelfSelection\":\(value),")
      #expect(answer.json["Message"].string == (chosen ? "ERROR_NONE" : "SERVICE_NOT_FOUND"))
    }
  }

  @Test func w13NamesAndTheMessageConventionAreKept() throws {
    try Agent.with { agent in
      for body in [Self.canonical, "{}", "null", #"{"ServiceName":"x","ServiceInfo":[]}"#] {
        let answer = try agent.homeEdge(body)
        #expect(answer.status == 200)
        #expect(answer.json.members.keys.sorted() == ["Message", "RemoteTargetInfo", "ServiceName"])
      }
      #expect(try agent.homeEdge("null").json["Message"].string == "INVALID_PARAMETER")
      for body in ["[]", "", "{"] { #expect(try agent.homeEdge(body).status == 503) }
      #expect(try agent.get("/api/v1/orchestration/services").status == 405)
      let slash = try agent.call("POST", "/api/v1/orchestration/services/", "{}")
      #expect(slash.status == 301 && slash["Location"] == "/api/v1/orchestration/services")
      let unknown = try agent.get("/api/v1/nothing")
      #expect(unknown.status == 404 && unknown.text == "404 page not found\n")
    }
  }

  @Test func whatNobodyCanRunIsOneMessageWhetherOrNotTheAskerIsExcluded() throws {
    try Agent.with { agent in
      #expect(try agent.call("PUT", "/api/v2/node/drained", #"{"drained":true}"#).status == 200)
      for selection in ["", #""SelfSelection":"false","#] {
        let answer = try agent.homeEdge(run: ["hello-world"], more: selection)
        #expect(answer.json["Message"].string == "SERVICE_NOT_FOUND", "\(answer.text)")
        #expect(answer.json["Reason"].string?.contains("no node can run it") == true, "\(answer.text)")
        #expect(answer.json["RemoteTargetInfo"]["Target"].string == "")
      }
      let wrong = try agent.homeEdge(run: ["--no-such-option", "hello-world"])
      #expect(wrong.json["Message"].string == "INVALID_PARAMETER")
      #expect(wrong.json["Reason"].string?.contains("--no-such-option") == true, "\(wrong.text)")
    }
  }

  @Test func b03AContainerCommandOfOneElementIsRefusedInWords() throws {
    try Agent.with { agent in
      for command in [#"["docker"]"#, #"["x"]"#, #"["docker","run"]"#, #"["docker","ps","x"]"#, #"["",""]"#] {
        let answer = try agent.homeEdge(
          #"{"ServiceName":"a","ServiceInfo":[{"ExecutionType":"container","ExecCmd":\#(command)}]}"#)
        #expect(answer.json["Message"].string == "INVALID_PARAMETER")
        #expect(answer.json["Reason"].string?.contains("docker run") ?? false, "\(command): \(answer.text)")
        #expect(answer.json["RemoteTargetInfo"]["Target"].string == "")
      }
    }
  }

  @Test func b04AServiceWithoutStoredCommandIsRefusedInWords() throws {
    try Agent.with { agent in
      let text = "[ServiceInfo]\nServiceName=DataStorage\nExecType=container\n"
      try text.write(toFile: agent.folder + "/services/storage.conf", atomically: true, encoding: .utf8)
      let answer = try agent.homeEdge(
        #"{"ServiceName":"DataStorage","ServiceInfo":[{"ExecutionType":"container"}]}"#)
      #expect(answer.json["Reason"].string?.contains("docker run") ?? false, "\(answer.text)")
    }
  }

  @Test func aRegisteredContainerServiceRunsByItsName() throws {
    try Agent.with { agent in
      let text =
        "[ServiceInfo]\nServiceName=greeter\nExecType=container\nExecCmd=docker run --network none hello-world\n"
      try text.write(toFile: agent.folder + "/services/greeter.conf", atomically: true, encoding: .utf8)
      let answer = try agent.homeEdge(
        #"{"ServiceName":"greeter","ServiceInfo":[{"ExecutionType":"container"}]}"#)
      #expect(answer.json["Message"].string == "ERROR_NONE")
      #expect(try onlyRun(agent)["exitCode"].int == 0)
    }
  }

  /// Requests that start nothing are as many as ones that do; those are counted in S15.
  @Test func b05MoreThan1024RequestsOnOneConnectionAreAnswered() throws {
    try Agent.with { agent in
      let connection = try Connection(port: agent.port)
      let body = #"{"ServiceName":"a","ServiceInfo":[{"ExecutionType":"container"}]}"#
      for _ in 0..<1100 {
        connection.send(agent.request("POST", "/api/v1/orchestration/services", body))
        let answer = try connection.answer()
        try #require(answer.status == 200 && answer.json["ServiceName"].string == "a")
      }
    }
  }

  @Test(arguments: [
    ("--memory", "much"), ("--mac-address", "zz"), ("--restart", "sometimes"), ("--memory-swappiness", "101"),
    ("--device", ":::"), ("--ulimit", "x"), ("--publish", "a:b:c:d"), ("--mount", "type=nothing"),
    ("--env-file", "/no/such/file"), ("--no-such-option", "x"), ("--cpus", "NaN"),
  ])
  func b07AnOptionErrorNamesTheOptionAndTheAgentLives(option: String, value: String) throws {
    try Agent.with { agent in
      let message = try agent.homeEdge(run: [option, value, "hello-world"]).json["Reason"].string ?? ""
      #expect(message.contains(option.dropFirst(2)), "\(message)")
      let problem = try agent.call(
        "POST", "/api/v2/runs", #"{"arguments":["\#(option)","\#(value)","hello-world"]}"#)
      #expect(problem.status == 422)
      #expect(problem.json["detail"].string?.contains(option.dropFirst(2)) ?? false, "\(problem.text)")
      let command = try agent.hearth("run", option, value, "hello-world")
      #expect(command.code == 125)
      #expect(command.error.contains(option.dropFirst(2)), "\(command.error)")
    }
  }

  @Test(arguments: [
    #"{"ServiceName":1,"ServiceInfo":[]}"#, #"{"ServiceName":"a","ServiceInfo":{}}"#,
    #"{"ServiceName":"a","ServiceInfo":[1]}"#, #"{"ServiceName":"a","ServiceInfo":[null]}"#,
    #"{"ServiceName":"a","ServiceInfo":[{"ExecutionType":1}]}"#,
    #"{"ServiceName":"a","ServiceInfo":[{"ExecutionType":"container","ExecCmd":"docker run x"}]}"#,
    #"{"ServiceName":"a","ServiceInfo":[{"ExecutionType":"container","ExecCmd":["docker",1]}]}"#,
    #"{"ServiceName":"a","ServiceInfo":[{"ExecutionType":"container","ExecCmd":["docker","run","x"],"ExecOption":1}]}"#,
    #"{"ServiceName":"a","ServiceInfo":[],"StatusCallbackURI":7}"#, #""text""#, "1", "true", "{}",
  ])
  func b08WrongTypesAreInvalidParameters(body: String) throws {
    try Agent.with { agent in
      let answer = try agent.homeEdge(body)
      #expect(answer.status == 200)
      #expect(answer.json["Message"].string == "INVALID_PARAMETER")
      #expect(answer.json["RemoteTargetInfo"].isNull)
    }
  }

  /// Twelve containers at once, each with a code of its own, report that code and no other.
  @Test func b12OverlappingContainersReportTheirOwnResults() throws {
    try Agent.with { agent in
      var codes: [String: Int] = [:]
      for code in 1...12 {
        let seconds = code % 3
        let id = try agent.submit([
          "--network", "none", "busybox", "sh", "-c", "sleep \(seconds); exit \(code)",
        ])
        codes[id] = code
      }
      for (id, code) in codes { #expect(try agent.end(of: id)["exitCode"].int == code) }
    }
  }

  @Test func b15AnAndroidServiceFindsNoDevice() throws {
    try Agent.with { agent in
      for command in [#"["com.example.app"]"#, "[]"] {
        let answer = try agent.homeEdge(
          #"{"ServiceName":"a","ServiceInfo":[{"ExecutionType":"android","ExecCmd":\#(command)}]}"#)
        #expect(answer.json["Message"].string == "not found error : No Device Is Return")
      }
    }
  }

  /// Also B-53: the version is agreed on, not assumed.
  @Test func b19ANonZeroExitIsReportedAsSuchAndB53TheAPIVersionIsNegotiated() throws {
    try Agent.with { agent in
      let engine = try agent.get("/api/v2/node").json["engine"]
      let newest = try Lab.docker("version --format '{{.Server.APIVersion}}'")
      let api = try #require(engine["api"].string)
      #expect(api == newest)
      let id = try agent.submit(["--network", "none", "busybox", "sh", "-c", "exit 42"])
      let run = try agent.end(of: id)
      #expect(run["state"].string == "finished" && run["exitCode"].int == 42)
    }
  }
}
