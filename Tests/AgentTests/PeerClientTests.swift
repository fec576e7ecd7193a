import Foundation
import Mesh
import Readings
import ServerSupport
import Testing
import Wire

@testable import Agent
@testable import Basics
@testable import Platform
@testable import Scoring

@Suite(.serialized) struct PeerClientTests {
  private typealias Answer = Result<HTTPResponse, PeerError>

  private func status(_ answer: Answer) -> Int? {
    if case .success(let response) = answer { response.status } else { nil }
  }

  private func reason(_ answer: Answer?) -> PeerError.Reason? {
    if case .failure(let error)? = answer { error.reason } else { nil }
  }

  @Test func callsAreAnsweredInOrderOverOneConnectionAndNeverBeforeTheyReturn() throws {
    let home = try SecureHome()
    let client = home.client()
    var bodies: [[UInt8]] = []
    for number in 0..<20 {
      client.call("PUT", "/echo", body: [UInt8(number)]) {
        if case .success(let answer) = $0 { bodies.append(answer.body) }
      }
    }
    #expect(bodies.isEmpty)
    var open = 0
    home.run {
      open = max(open, home.server.counts.open)
      return bodies.count == 20
    }
    #expect(bodies == (0..<20).map { [UInt8($0)] })
    #expect(open == 1)
  }

  @Test func aMebibyteGoesBothWays() throws {
    let home = try SecureHome()
    var answers: [Answer] = []
    let client = home.client()
    client.call("PUT", "/echo", body: SecureHome.megabyte, timeout: .seconds(8)) { answers.append($0) }
    client.call("GET", "/large", timeout: .seconds(8)) { answers.append($0) }
    home.run(seconds: 16) { answers.count == 2 }
    for answer in answers {
      guard case .success(let response) = answer else { continue }
      #expect(response.body == SecureHome.megabyte)
    }
    #expect(answers.compactMap(status) == [200, 200])
  }

  @Test func aLongerAnswerIsNotTakenAndTheNextCallIs() throws {
    let home = try SecureHome()
    var answers: [Answer] = []
    let client = home.client()
    client.call("GET", "/larger", timeout: .seconds(8)) { answers.append($0) }
    client.call("GET", "/echo", timeout: .seconds(8)) { answers.append($0) }
    home.run(seconds: 16) { answers.count == 2 }
    #expect(reason(answers.first) != nil)
    #expect(answers.compactMap(status) == [200])
  }

  @Test func aPeerThatDoesNotAnswerIsGivenUpInTimeAndTheNextCallGoesOn() throws {
    let home = try SecureHome()
    var answers: [Answer] = []
    let client = home.client()
    let begun = Date()
    client.call("GET", "/silent", timeout: .milliseconds(300)) { answers.append($0) }
    client.call("GET", "/echo") { answers.append($0) }
    home.run { answers.count == 2 }
    #expect(reason(answers.first) == .timedOut(seconds: 0.3))
    #expect(answers.compactMap(status) == [200])
    #expect(Date().timeIntervalSince(begun) < 2)
  }

  @Test func aPeerThatClosesInsteadOfAnsweringFailsTheCallOnAFreshConnection() throws {
    let home = try SecureHome()
    var answers: [Answer] = []
    let client = home.client()
    client.call("GET", "/close") { answers.append($0) }
    client.call("GET", "/echo") { answers.append($0) }
    home.run { answers.count == 2 }
    #expect(reason(answers.first) == .closed)
    #expect(answers.compactMap(status) == [200])
  }

  @Test func onAKeptConnectionThatClosesOnlyIdempotentCallsAreSentAgain() throws {
    let home = try SecureHome()
    var answers: [Answer] = []
    let client = home.client()
    for (method, path) in [("GET", "/echo"), ("POST", "/close"), ("GET", "/echo"), ("GET", "/close")] {
      client.call(method, path) { answers.append($0) }
    }
    home.run { answers.count == 4 }
    #expect(answers.compactMap(status) == [200, 200])
    #expect(reason(answers[1]) == .closed)
    #expect(reason(answers[3]) == .closed)
    // The last was sent twice: over the kept connection and over a fresh one.
    #expect(home.keyIDs.count == 5)
  }

  @Test func aServerThatClosedTheIdleConnectionCostsNoCall() throws {
    let home = try SecureHome()
    var answers: [Answer] = []
    let client = home.client()
    client.call("GET", "/echo") { _ in
      home.loop.after(.milliseconds(50)) {
        home.server.closeConnections()
        client.call("PUT", "/echo") { answers.append($0) }
      }
    }
    home.run { answers.count == 1 }
    #expect(answers.compactMap(status) == [200])
  }

  @Test func theNextAddressIsTriedWhereOneDoesNotAnswer() throws {
    let home = try SecureHome()
    // Nobody listens on the first; the second is kept for documentation (RFC 5737) and answers nothing.
    let addresses = [
      SocketAddress(host: "127.0.0.1", port: 1), SocketAddress(host: "203.0.113.1", port: 56002),
      home.address,
    ].compactMap { $0 }
    var answers: [Answer] = []
    PeerClient(to: home.location(at: addresses), loop: home.loop)
      .call("GET", "/echo", timeout: .seconds(4)) { answers.append($0) }
    home.run { answers.count == 1 }
    #expect(answers.compactMap(status) == [200])
  }

  @Test func aPeerThatCannotBeReachedIsNamedWithItsAddress() throws {
    let home = try SecureHome()
    var answers: [Answer] = []
    let nobody = try #require(SocketAddress(host: "127.0.0.1", port: 1))
    let client = PeerClient(to: home.location(at: [nobody]), loop: home.loop)
    for _ in 0..<3 { client.call("GET", "/echo") { answers.append($0) } }
    PeerClient(to: home.location(at: []), loop: home.loop).call("GET", "/echo") { answers.append($0) }
    PeerClient(to: home.location(nil), loop: home.loop).call("GET", "/echo") { answers.append($0) }
    #expect(answers.isEmpty)
    home.run { answers.count == 5 }
    let texts = answers.map { if case .failure(let error) = $0 { error.description } else { "" } }
    #expect(texts.filter { $0 == "node kitchen: connect 127.0.0.1:1: Connection refused" }.count == 3)
    #expect(texts.contains("node kitchen: none of its addresses is known"))
    #expect(texts.contains("node kitchen: this node has no home key to reach it with"))
  }

  @Test func moreCallsThanTheQueueHoldsAreRefusedAtOnce() throws {
    let home = try SecureHome()
    let client = home.client()
    var reasons: [PeerError.Reason?] = []
    for _ in 0..<(PeerClient.queueLimit + 2) {
      client.call("GET", "/silent") { reasons.append(self.reason($0)) }
    }
    #expect(reasons.isEmpty)
    home.loop.after(.milliseconds(50)) { client.close() }
    home.run { reasons.count == PeerClient.queueLimit + 2 }
    #expect(reasons.first == .busy)
    #expect(reasons.dropFirst().allSatisfy { $0 == .cancelled })
  }

  @Test func opensslAsServerIsUnderstoodAndItsWrongSecretNamed() throws {
    let home = try SecureHome()
    let key = try #require(SecureHome.current)
    let ports = [home.address.port &+ 1000, home.address.port &+ 2000]
    let right = try OpenSSL(
      ["s_server", "-accept", "127.0.0.1:\(ports[0])", "-nocert", "-www"], key: key)
    let wrong = try OpenSSL(
      ["s_server", "-accept", "127.0.0.1:\(ports[1])", "-nocert", "-www"], key: key,
      secret: [UInt8](repeating: 7, count: 32))
    var answers: [Answer] = []
    home.loop.after(.milliseconds(700)) {
      for port in ports {
        let address = SocketAddress(host: "127.0.0.1", port: port)
        PeerClient(to: home.location(at: [address].compactMap { $0 }), loop: home.loop)
          .call("GET", "/") { answers.append($0) }
      }
    }
    home.run { answers.count == 2 }
    #expect(answers.compactMap(status) == [200])
    #expect(answers.compactMap(reason) == [.insecure(.wrongKey)])
    #expect(right.isRunning && wrong.isRunning)
  }
}
