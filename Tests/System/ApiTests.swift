import Foundation
import Testing

/// `/api/v2`: runs, their events and the problems it tells.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"))
struct ApiTests {
  private func quick(_ script: String) -> [String] {
    ["--network", "none", "busybox", "sh", "-c", script]
  }

  @Test func aRunIsCreatedListedReadByPrefixStoppedAndKept() throws {
    try Agent.with { agent in
      let body = #"{"arguments":["--network","none","busybox","sleep","60"],"service":"nap"}"#
      let created = try agent.call("POST", "/api/v2/runs", body)
      #expect(created.status == 201)
      let id = try #require(created.json["id"].string)
      #expect(created["Location"] == "/api/v2/runs/\(id)")
      #expect(["accepted", "placing", "starting"].contains(created.json["state"].string))
      #expect(created.json["service"].string == "nap")
      try agent.await(id, state: "running")
      #expect(try agent.get("/api/v2/runs/\(id.prefix(4))").json["id"].string == id)
      #expect(try agent.get("/api/v2/runs?active=true").json["runs"].array.count == 1)
      let stopped = try agent.call("DELETE", "/api/v2/runs/\(id.prefix(5))")
      #expect(stopped.status == 202)
      #expect(try agent.end(of: id)["state"].string == "stopped")
      #expect(try agent.call("DELETE", "/api/v2/runs/\(id)").status == 200)
      #expect(try agent.get("/api/v2/runs?active=true").json["runs"].array.isEmpty)
      #expect(try agent.get("/api/v2/runs").json["runs"].array.count == 1)
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
    }
  }

  @Test func theNodeTellsWhoItIsAndHowItDoes() throws {
    try Agent.with { agent in
      let node = try agent.get("/api/v2/node").json
      #expect(node["id"].string == agent.nodeID)
      #expect((node["score"]["score"].any as? NSNumber)?.doubleValue ?? -1 > 0)
      #expect(node["engine"]["socket"].string == agent.engine)
      #expect(node["runs"]["underWay"].int == 0)
    }
  }

  @Test(
    arguments: [
      ("GET", "/api/v2/nothing", nil, 404), ("GET", "/api/v2/runs/ffffffffffff", nil, 404),
      ("GET", "/api/v2/runs/", nil, 200), ("PUT", "/api/v2/runs", "{}", 405),
      ("POST", "/api/v2/node", "{}", 405),
      ("POST", "/api/v2/runs/abc", "{}", 405), ("DELETE", "/api/v2/events", nil, 405),
      ("GET", "/api/v2/runs?active=perhaps", nil, 400), ("POST", "/api/v2/runs", "{", 400),
      ("POST", "/api/v2/runs", "[]", 400), ("POST", "/api/v2/runs", "{}", 422),
      ("POST", "/api/v2/runs", #"{"arguments":"x"}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":[1]}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":[]}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":["x"],"typo":1}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":["x"],"type":"android"}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":["x"],"environment":{"A":1}}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":["x"],"callback":"ftp://a/"}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":["x"],"callback":"nonsense"}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":["x"],"callback":5}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":[],"type":"native"}"#, 422),
      ("POST", "/api/v2/runs", #"{"arguments":[],"type":"native","service":"none"}"#, 404),
    ] as [(String, String, String?, Int)])
  func aRequestThatMakesNoSenseIsAProblem(method: String, path: String, body: String?, status: Int) throws {
    try Agent.with { agent in
      let answer = try agent.call(method, path, body)
      #expect(answer.status == status, "\(answer.text)")
      if status < 400 { return }
      #expect(answer["Content-Type"] == "application/problem+json")
      #expect(answer.json.members.keys.sorted() == ["detail", "status", "title", "type"])
      #expect(answer.json["status"].int == status && answer.json["type"].string == "about:blank")
      #expect(answer.json["detail"].string?.isEmpty == false)
      if status == 405 { #expect(answer["Allow"] != nil) }
    }
  }

  @Test func anAmbiguousPrefixIsAProblem() throws {
    try Agent.with { agent in
      for _ in 0..<17 { _ = try agent.submit(quick("true")) }
      let ids = try agent.get("/api/v2/runs").json["runs"].array.compactMap { $0["id"].string }
      let first = Dictionary(grouping: ids) { $0.prefix(1) }.first { $0.value.count > 1 }
      let answer = try agent.get("/api/v2/runs/\(try #require(first).key)")
      #expect(answer.status == 404 && answer.text.contains("beginning of"))
    }
  }

  @Test func outputBeforeTheStartIsAConflict() throws {
    try Agent.with(engine: Lab.newFolder("none") + "/docker.sock") { agent in
      let id = try agent.submit(["busybox"])
      #expect(try agent.get("/api/v2/runs/\(id)/logs").status == 409)
      #expect(try agent.get("/api/v2/runs/\(id)/logs?follow=maybe").status == 400)
      // After five seconds without an Engine, requests are refused in words.
      try Lab.eventually("503") {
        let answer = try agent.call("POST", "/api/v2/runs", #"{"arguments":["busybox"]}"#)
        return answer.status == 503 && answer.text.contains("Docker Engine")
      }
      #expect(try agent.homeEdge(run: ["busybox"]).json["Reason"].string?.contains("Docker Engine") ?? false)
      #expect(try agent.call("DELETE", "/api/v2/runs/\(id)").status == 202)
      #expect(try agent.end(of: id)["state"].string == "stopped")
    }
  }

  @Test func manyRunsAtOnceAreAllRunOrRefusedWith503() throws {
    try Agent.with(engine: Lab.newFolder("none") + "/docker.sock") { agent in
      var statuses: [Int: Int] = [:]
      let connection = try Connection(port: agent.port)
      for _ in 0..<520 {
        connection.send(agent.request("POST", "/api/v2/runs", #"{"arguments":["busybox"]}"#))
        statuses[try connection.answer().status, default: 0] += 1
      }
      #expect(statuses[201] ?? 0 <= 512 && (statuses[201] ?? 0) + (statuses[503] ?? 0) == 520, "\(statuses)")
    }
  }

  /// States and data of a stream of server-sent events.
  private func events(_ data: Data) -> [Value] {
    String(decoding: data, as: UTF8.self).components(separatedBy: "\n").filter { $0.hasPrefix("data: ") }.map
    {
      Value(try? JSONSerialization.jsonObject(with: Data($0.dropFirst(6).utf8)))
    }
  }

  @Test func theEventsOfARunComeInOrderAndEndWithIt() throws {
    try Agent.with { agent in
      let id = try agent.submit(quick("sleep 2; exit 3"))
      let answer = try agent.get("/api/v2/events?run=\(id)")
      #expect(answer["Content-Type"] == "text/event-stream")
      let found = events(answer.body)
      let order = ["accepted", "placing", "starting", "running", "finished"]
      let places = found.compactMap { order.firstIndex(of: $0["state"].string ?? "") }
      #expect(places.count == found.count && places == places.sorted() && places.last == 4, "\(places)")
      #expect(found.last?["exitCode"].int == 3)
      // A run that has ended is told once.
      #expect(events(try agent.get("/api/v2/events?run=\(id)").body).count == 1)
      #expect(try agent.get("/api/v2/events?run=ffffffffffff").status == 404)
    }
  }

  @Test func allEventsComeWithTypeAndNumberAndTheSilenceIsBroken() throws {
    try Agent.with { agent in
      let all = try Connection(port: agent.port)
      all.send(agent.request("GET", "/api/v2/events"))
      try all.receive(within: 5) { String(decoding: $0, as: UTF8.self).contains("text/event-stream") }
      let ids = [try agent.submit(quick("true")), try agent.submit(quick("false"))]
      for id in ids { _ = try agent.end(of: id) }
      try all.receive(within: 5) { data in
        let text = String(decoding: data, as: UTF8.self)
        return text.components(separatedBy: #""state":"finished""#).count == 3
      }
      let text = String(decoding: all.received, as: UTF8.self)
      for id in ids { #expect(text.contains(id)) }
      let numbers = text.components(separatedBy: "\n").filter { $0.hasPrefix("id: ") }.compactMap {
        Int($0.dropFirst(4))
      }
      #expect(numbers == Array(numbers[0]..<(numbers[0] + numbers.count)))
      try all.receive(within: 25) { String(decoding: $0, as: UTF8.self).contains("\n:\n\n") }
    }
  }
}
