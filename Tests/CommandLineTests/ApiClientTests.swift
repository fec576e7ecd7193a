import Foundation
import TestSupport
import Testing
import Wire

@testable import CommandLine
@testable import Platform
@testable import Settings

/// How the commands ask an agent, and what they make of its answers.
@Suite(.serialized) struct ApiClientTests {
  @Test(arguments: [
    ("5b82ba7b7d7b", "5b82ba7b7d7b"), ("x?y", "x%3Fy"), ("x#z", "x%23z"), ("a/output", "a%2Foutput"),
    ("../x", "..%2Fx"),
    ("web%20x", "web%2520x"), ("ä b", "%C3%A4%20b"), ("a\r\nHost: b", "a%0D%0AHost%3A%20b"), ("...", "..."),
    ("abcd/", "abcd%2F"), ("/", "%2F"), ("OpenStack:2e82", "OpenStack%3A2e82"), ("#%", "%23%25"),
    ("http%3A%2F%2Ffoo.com%2Ffile", "http%253A%252F%252Ffoo.com%252Ffile"),
  ])
  func whateverNamesARunIsOneSegmentOfThePath(name: String, segment: String) throws {
    let path = try ApiClient.path(ofRun: name, "/logs?follow=1")
    #expect(path == "/api/v2/runs/\(segment)/logs?follow=1")
    guard !name.utf8.contains(10) else { return }
    // And the agent finds the name in it again.
    let request = try HTTPRequest(method: "GET", target: path)
    let words = request.path.split(separator: "/")
    #expect(words.count == 5 && request.queryValue("follow") == "1")
    #expect(Wire.HTTPURL.percentDecoded(String(words[3])) == name)
  }

  @Test(arguments: [".", ".."])
  func aStepOfAPathIsNoRun(name: String) {
    #expect { try ApiClient.path(ofRun: name) } throws: {
      ($0 as? CommandFailure)?.text.hasPrefix("no run '\(name)'") == true
    }
  }

  @Test(arguments: [Operand.Count.one, .many])
  func anEmptyWordNamesNothing(count: Operand.Count) {
    let operand = Operand("RUN", count, lack: "name a run")
    #expect { try operand.check([""]) } throws: { ($0 as? CommandFailure)?.kind == .usage }
    #expect { try operand.check([""]) } throws: { ($0 as? CommandFailure)?.text == "name a run" }
  }

  private func answer(_ body: String) throws -> JSON {
    let server = try CannedServer(on: try #require(SocketAddress(host: "127.0.0.1", port: 0)), answer: body)
    defer { server.stop() }
    return try ApiClient(server.address.text).call("GET", "/api/v2/runs")
  }

  /// As many as a node may keep.
  @Test func aListOfTenThousandRunsIsRead() throws {
    let run =
      #"{"arguments":["--network","none","busybox","sh","-c","true"],"attempt":1,"host":"192.168.1.20","#
      + #""hostNode":"edge-orchestration-a679b293-3061-4174-9fc6-4d83f7f8c3ca","id":"5b82ba7b7d7b","requester":"","#
      + #""requesterAddress":"192.168.1.20","service":"radio","state":"finished","exitCode":0,"#
      + #""times":{"accepted":1,"started":2,"ended":3},"type":"container"}"#
    let json = try answer(#"{"runs":["# + Array(repeating: run, count: 10_000).joined(separator: ",") + "]}")
    let runs = json["runs"]?.array ?? []
    #expect(runs.count == 10_000)
    #expect(PsCommand.table(runs).split(separator: "\n").count == 10_001)
  }

  @Test func whatIsNoJSONIsSaid() {
    #expect { try answer("[") } throws: { ($0 as? CommandFailure)?.text.contains("is not JSON") == true }
  }

  @Test func anAnswerThatBreaksOffIsAFailure() throws {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n"
    let server = try CannedServer(
      on: try #require(SocketAddress(host: "127.0.0.1", port: 0)), answer: text, isHTTP: false)
    defer { server.stop() }
    let client = try ApiClient(server.address.text)
    #expect { try client.call("GET", "/") } throws: {
      ($0 as? CommandFailure)?.text.contains("before its answer was whole") == true
    }
  }

  @Test func aRunThatWroteNothingSaysWhy() {
    func words(_ run: JSON) -> String? { LogsCommand.silence(of: run) }
    let failure: JSON = ["kind": "start", "reason": "port 8000 is taken"]
    #expect(
      words(["id": "c1ad", "service": "web4", "state": "failed", "failure": failure, "times": [:]])
        == "run c1ad of web4 wrote nothing; it failed: port 8000 is taken")
    #expect(
      words(["id": "c1ad", "service": "web4", "state": "stopped", "times": ["accepted": 1]])
        == "run c1ad of web4 wrote nothing; it was stopped before it started")
    let times: JSON = ["accepted": 1, "started": 2]
    #expect(words(["id": "c1ad", "service": "web4", "state": "stopped", "times": times]) == nil)
    #expect(
      words(["id": "c1ad", "service": "web4", "state": "finished", "exitCode": 0, "times": times]) == nil)
  }

  @Test func statusWarnsOfNodesWithAnotherKey() {
    var node: JSON = ["home": ["joined": true, "nodes": 1, "key": "hearth-0001", "strangers": []]]
    #expect(!StatusCommand.text(node, []).contains("another home key"))
    let stranger: JSON = ["addresses": ["10.0.0.7"], "key": "hearth-0e14"]
    node = ["home": ["joined": true, "nodes": 1, "key": "hearth-0001", "strangers": [stranger]]]
    let text = StatusCommand.text(node, [])
    #expect(
      text.contains("\nwarning  1 node on this network has another home key: 10.0.0.7 (hearth-0e14)\n"),
      "\(text)")
    #expect(text.contains("\n         Where they are yours, copy home.key"), "\(text)")
  }
}
