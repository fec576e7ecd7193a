import CLinux
import Foundation
import Mesh
import Readings
import ServerSupport
import Testing
import Wire

@testable import Basics
@testable import HTTPServer
@testable import Platform

@Suite(.serialized) struct SecureServerTests {
  private let request = "GET /echo HTTP/1.1\r\nHost: kitchen\r\nConnection: close\r\n\r\n"

  @Test func opensslWithTheHomeKeyIsAnsweredOverTLS() throws {
    let home = try SecureHome()
    let key = try #require(SecureHome.current)
    let client = try OpenSSL(
      ["s_client", "-quiet", "-connect", home.address.text], key: key, input: request)
    home.run { client.output.contains("HTTP/1.1 200") && !client.isRunning }
    #expect(home.keyIDs == [key.id])
    #expect(client.output.contains("\r\n\r\n"))
  }

  @Test func opensslWithAWrongSecretIsRefusedBeforeAnyRequest() throws {
    let home = try SecureHome()
    let key = try #require(SecureHome.current)
    let client = try OpenSSL(
      ["s_client", "-connect", home.address.text], key: key,
      secret: [UInt8](repeating: 7, count: 32), input: request)
    home.run { !client.isRunning }
    #expect(home.keyIDs.isEmpty)
    #expect(client.output.contains("alert bad record mac"))
    #expect(home.server.counts == (0, 0))
  }

  @Test func opensslWithAnUnknownIdentityIsRefusedByThatAlert() throws {
    let home = try SecureHome()
    let client = try OpenSSL(
      ["s_client", "-connect", home.address.text], key: try #require(SecureHome.other), input: request)
    home.run { !client.isRunning }
    #expect(home.keyIDs.isEmpty)
    #expect(client.output.contains("unknown psk identity"))
  }

  @Test func aClientThatHasOnlyAnotherCurveIsRefused() throws {
    let home = try SecureHome()
    let client = try OpenSSL(
      ["s_client", "-connect", home.address.text, "-curves", "P-256"],
      key: try #require(SecureHome.current), input: request)
    home.run { !client.isRunning }
    #expect(home.keyIDs.isEmpty)
    #expect(!client.output.contains("HTTP/1.1"))
  }

  @Test func plainTextToAKeyedServerIsClosedUnheard() throws {
    let home = try SecureHome()
    let client = try RawClient(Array(request.utf8), to: home.address, loop: home.loop)
    home.run { client.isClosed }
    #expect(client.received.isEmpty)
    #expect(home.keyIDs.isEmpty)
  }

  @Test func garbageBehindTheFirstByteOfTLSIsClosed() throws {
    let home = try SecureHome()
    let clients = try [
      [22, 3, 3, 255, 255, 1], [22, 3, 3, 0, 0], [22, 0, 0, 0, 4, 1, 0, 0, 0],
      [22] + [UInt8](repeating: 0xA5, count: 3000),
    ].map { try RawClient($0, to: home.address, loop: home.loop) }
    home.run { clients.allSatisfy(\.isClosed) }
    #expect(home.keyIDs.isEmpty)
    #expect(home.server.counts == (0, 0))
  }

  @Test func whoeverDoesNotFinishItsHandshakeIsClosedAfterFiveSeconds() throws {
    let home = try SecureHome()
    let half = try RawClient([22, 3, 1], to: home.address, loop: home.loop)
    let silent = try RawClient([], to: home.address, loop: home.loop)
    let begun = Date()
    // One byte now and then does not buy time.
    func drip() {
      half.send([0])
      home.loop.after(.milliseconds(500)) { if !half.isClosed { drip() } }
    }
    drip()
    home.run { half.isClosed && silent.isClosed }
    #expect(Date().timeIntervalSince(begun) > 4.5)
    #expect(Date().timeIntervalSince(begun) < 7)
  }

  @Test func whoOpensManyCrowdsOutItselfAndNotAnother() throws {
    let home = try SecureHome(plain: true)
    // From 127.0.0.2, before all others; it would be the oldest.
    let other = socket(AF_INET, clinux_stream, 0)
    defer { close(other) }
    func address(_ last: UInt8, _ port: UInt16) -> (sockaddr_storage, socklen_t) {
      var storage = sockaddr_storage()
      var length: socklen_t = 0
      clinux_make_address(&storage, [127, 0, 0, last], 4, port, 0, &length)
      return (storage, length)
    }
    func call(_ end: (sockaddr_storage, socklen_t), _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
      -> Int32
    {
      withUnsafePointer(to: end.0) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, end.1) }
      }
    }
    #expect(call(address(2, 0)) { bind(other, $0, $1) } == 0)
    #expect(call(address(1, home.address.port)) { connect(other, $0, $1) } == 0)
    // Plain ones prove nothing, whatever they ask.
    let flood = try (0..<100).map { number in
      try RawClient(
        number % 2 == 0 ? [22] : Array("GET /x HTTP/1.1\r\n".utf8), to: home.address, loop: home.loop)
    }
    var isOpen = false
    home.run {
      guard flood.filter(\.isClosed).count >= 101 - Server.handshakeLimit else { return false }
      var end = pollfd(fd: other, events: Int16(POLLIN), revents: 0)
      isOpen = poll(&end, 1, 0) == 0
      return true
    }
    #expect(isOpen)
    #expect(flood.filter(\.isClosed).count == 101 - Server.handshakeLimit)
  }
}
