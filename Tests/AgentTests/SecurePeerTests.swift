import Foundation
import Mesh
import ServerSupport
import Testing
import Wire

@testable import Agent
@testable import HTTPServer
@testable import Platform

/// Nodes that call a keyed server as peers do.
@Suite(.serialized) struct SecurePeerTests {
  private let request = "GET /echo HTTP/1.1\r\nHost: kitchen\r\nConnection: close\r\n\r\n"

  @Test func plainTextToAServerThatHearsItIsAnsweredAndNotSecure() throws {
    let home = try SecureHome(plain: true)
    let client = try RawClient(Array(request.utf8), to: home.address, loop: home.loop)
    var answers = 0
    home.client().call("GET", "/echo") { _ in answers += 1 }
    home.run { client.isClosed && answers == 1 }
    #expect(String(decoding: client.received, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
    #expect(home.keyIDs.count == 2)
    #expect(home.keyIDs.contains(nil))
    #expect(home.keyIDs.contains(SecureHome.current?.id))
  }

  @Test func aFloodOfHalfOpenConnectionsNeitherGrowsNorKeepsAPeerOut() throws {
    let home = try SecureHome()
    let flood = try (0..<100).map { _ in try RawClient([22], to: home.address, loop: home.loop) }
    var status = 0
    var most = 0
    home.loop.after(.milliseconds(100)) {
      most = home.server.counts.unproven
      home.client().call("GET", "/echo") {
        if case .success(let answer) = $0 { status = answer.status }
      }
    }
    home.run { status != 0 }
    #expect(status == 200)
    #expect(most == Server.handshakeLimit)
    #expect(flood.filter(\.isClosed).count >= 100 - Server.handshakeLimit)
  }

  @Test func aServerIsReachedByBothVersionsOfIP() throws {
    let home = try SecureHome()
    let six = try home.server.listen(on: try #require(SocketAddress(host: "::1", port: home.address.port)))
    var statuses: [Int] = []
    for address in [home.address, six] {
      PeerClient(to: home.location(at: [address]), loop: home.loop).call("GET", "/echo") {
        if case .success(let answer) = $0 { statuses.append(answer.status) }
      }
    }
    home.run { statuses.count == 2 }
    #expect(six.port == home.address.port)
    #expect(statuses == [200, 200])
  }

  @Test func withEitherKeyOfAHomeThatIsChangingItPeersGetIn() throws {
    let home = try SecureHome()
    let current = try #require(SecureHome.current)
    let next = try #require(SecureHome.next)
    home.keys = [current, next]
    var results: [Result<HTTPResponse, PeerError>] = []
    home.client(current).call("GET", "/echo") { results.append($0) }
    home.client(next).call("GET", "/echo") { results.append($0) }
    home.client(SecureHome.other).call("GET", "/echo") { results.append($0) }
    home.run { results.count == 3 }
    #expect(Set(home.keyIDs) == [current.id, next.id])
    let failures = results.compactMap { if case .failure(let error) = $0 { error } else { nil } }
    #expect(failures == [PeerError(peer: "kitchen", reason: .insecure(.unknownKey))])
  }

  @Test func aKeyThatWasTakenBackNoLongerOpens() throws {
    let home = try SecureHome()
    var reasons: [PeerError.Reason] = []
    home.client().call("GET", "/echo") { _ in
      home.keys = [SecureHome.next].compactMap { $0 }
      home.client().call("GET", "/echo") {
        if case .failure(let error) = $0 { reasons.append(error.reason) }
      }
    }
    home.run { !reasons.isEmpty }
    #expect(reasons == [.insecure(.unknownKey)])
    #expect(home.keyIDs.count == 1)
  }
}
