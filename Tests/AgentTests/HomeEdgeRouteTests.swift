import Foundation
import HTTPServer
import Testing
import Wire

@testable import Agent
@testable import HomeEdge
@testable import Platform

/// Where Home Edge's messages come in.
@Suite struct HomeEdgeRouteTests {
  /// The methods that a path takes; nil where it is no route.
  private func allowed(_ path: String) -> String? {
    guard case .otherMethods(let allow) = HomeEdgeNodeRoutes.table.find("PATCH", path) else { return nil }
    return allow
  }

  @Test(arguments: [
    ("/api/v1/ping", ["GET"]), ("/api/v1/scoringmgr/score", ["GET", "POST"]),
    ("/api/v1/scoringmgr/resource", ["GET"]),
    ("/api/v1/servicemgr/services", ["POST"]), ("/api/v1/servicemgr/services/notification/12", ["POST"]),
    ("/api/v1/discoverymgr/orchestrationinfo", ["GET"]),
  ])
  func w9TheRoutesTakeTheMethodsOfOldAndNewNodes(path: String, methods: [String]) {
    #expect(allowed(path) == methods.joined(separator: ", "))
  }

  @Test(arguments: [
    "/", "", "/api/v1/discoverymgr/register", "/api/v1/orchestration/services", "/api/v2/hosted/1",
    "/api/v1/servicemgr/services/notification/1/2", "/api/v1/pingx",
  ])
  func otherPathsAreNoneOfTheirs(path: String) {
    #expect(allowed(path) == nil)
  }

  @Test func anIPv4AddressOnASocketOfIPv6IsTheSameAddress() throws {
    let mapped = try #require(IPAddress("::ffff:10.0.0.2"))
    #expect(mapped.unmapped == IPAddress("10.0.0.2"))
    #expect(IPAddress("fd77::1")?.unmapped == IPAddress("fd77::1"))
  }

  @Test func aClientCannotNameSuchACallback() {
    #expect(throws: Problem.self) {
      _ = try Callbacks.check(HomeEdgeNotification.callback(address: "10.0.0.2", number: 1))
    }
  }

  /// Damaged bodies of every route: no trap, and what is accepted is within its bounds.
  @Test func fuzzDamagedBodiesNeverTrapAndStayWithinBounds() {
    let corpus = [
      #"{"NotificationTargetURL":"1.2.3.4","Requester":"c","ServiceID":1,"ServiceName":"h","UserArgs":["docker","container"]}"#,
      #"{"ServiceID":9007199254740992,"Status":"Finished"}"#, #"{"devID":"edge-orchestration-x"}"#,
      #"{"cpuCount":4,"cpuFreq":1400,"cpuUsage":5e0,"netBandwidth":1000,"rtt":0.002}"#,
      #"{"ScoreValue":17.9}"#,
    ].map { Array($0.utf8) }
    let words = [
      "1e308", "-", "9223372036854775807", "null", "[", "{", "\"", "ServiceID", "1.5", "0", "e", ",", "]",
    ]
    let seconds = Double(ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"] ?? "") ?? 0.5
    let end = Date() + seconds
    var random = SystemRandomNumberGenerator()
    while Date() < end {
      var bytes = corpus[Int.random(in: 0..<corpus.count, using: &random)]
      for _ in 0...Int.random(in: 0..<5) {
        let place = Int.random(in: 0...bytes.count)
        switch Int.random(in: 0..<4) {
        case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255)
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: Array(words[Int.random(in: 0..<words.count)].utf8), at: place)
        default: bytes = Array(bytes[..<place]) + Array(corpus[Int.random(in: 0..<corpus.count)].suffix(9))
        }
      }
      guard let json = try? JSON.parse(bytes, limits: HomeEdgeNodeRoutes.jsonLimits) else { continue }
      if let start = HomeEdgeStart(json: json) {
        #expect(!start.arguments.isEmpty && start.number <= 1 << 53)
        #expect(HomeEdgeStart(json: start.json(target: "")) == start)
      }
      if let notification = HomeEdgeNotification(json: json) {
        #expect(HomeEdgeNotification(json: notification.json) == notification)
        _ = HomeEdgeNumber(notification.number)
      }
      if let resource = HomeEdgeResource(json: json) {
        #expect(resource.score.isFinite && resource.score >= 0)
      }
      if let value = json["ScoreValue"]?.double, let score = HomeEdgeScale.score(value) { #expect(score > 0) }
    }
  }
}
