import Foundation
import Readings
import ServerSupport
import Testing
import Wire

@testable import Agent
@testable import Basics

@Suite(.serialized) struct PeerStreamTests {
  @Test func piecesArriveAsTheyAreSentAndTheEndIsTold() throws {
    let home = try SecureHome()
    var pieces: [String] = []
    var ends: [PeerError?] = []
    let stream = PeerStream(
      from: home.location(), "/stream", loop: home.loop,
      onBody: {
        pieces.append(String(decoding: $0, as: UTF8.self))
        if pieces.count == 1 { home.streams.first?.send(Array("two".utf8)) }
        if pieces.count == 2 { home.streams.first?.finishStream() }
      }, onEnd: { ends.append($0) })
    func sendFirst() {
      guard let first = home.streams.first else {
        home.loop.after(.milliseconds(10)) { sendFirst() }
        return
      }
      first.send(Array("one".utf8))
    }
    sendFirst()
    home.run { !ends.isEmpty }
    #expect(pieces == ["one", "two"])
    #expect(ends == [nil])
    stream.cancel()
  }

  @Test func aPausedStreamHoldsTheSenderBackAndLosesNothing() throws {
    let home = try SecureHome()
    var received: [UInt8] = []
    var ends: [PeerError?] = []
    let stream = PeerStream(
      from: home.location(), "/stream", loop: home.loop, onBody: { received += $0 },
      onEnd: { ends.append($0) })
    var sent: [UInt8] = []
    var wasHeldBack = false
    func send() {
      guard let first = home.streams.first else {
        home.loop.after(.milliseconds(10)) { send() }
        return
      }
      stream.pause(true)
      while sent.count < 64 << 20, !wasHeldBack {
        sent += SecureHome.megabyte
        wasHeldBack = !first.send(SecureHome.megabyte)
      }
      home.loop.after(.milliseconds(200)) {
        #expect(received.count < sent.count)
        first.finishStream()
        stream.pause(false)
      }
    }
    send()
    home.run(seconds: 30) { !ends.isEmpty }
    #expect(wasHeldBack)
    #expect(ends == [nil])
    #expect(received.count == sent.count)
    #expect(received == sent)
  }

  @Test func aPeerThatClosesMidwayEndsItWithAnErrorThatNamesThePeer() throws {
    let home = try SecureHome()
    var ends: [PeerError?] = []
    let stream = PeerStream(
      from: home.location(), "/stream", loop: home.loop,
      onBody: { _ in home.streams.first?.close() }, onEnd: { ends.append($0) })
    func send() {
      guard let first = home.streams.first else {
        home.loop.after(.milliseconds(10)) { send() }
        return
      }
      first.send([1, 2, 3])
    }
    send()
    home.run { !ends.isEmpty }
    #expect(ends == [PeerError(peer: "kitchen", reason: .closed)])
    stream.cancel()
  }

  @Test func anAnswerThatIsNoStreamEndsItWithItsStatus() throws {
    let home = try SecureHome()
    var ends: [PeerError?] = []
    let stream = PeerStream(
      from: home.location(), "/nothing", loop: home.loop, onBody: { _ in }, onEnd: { ends.append($0) })
    home.run { !ends.isEmpty }
    #expect(ends == [PeerError(peer: "kitchen", reason: .refused(status: 404))])
    stream.cancel()
  }

  @Test func aCancelledStreamSaysNoMoreAndItsServerIsTold() throws {
    let home = try SecureHome()
    var calls = 0
    let stream = PeerStream(
      from: home.location(), "/stream", loop: home.loop, onBody: { _ in calls += 1 },
      onEnd: { _ in calls += 1 })
    func cancel() {
      guard !home.streams.isEmpty else {
        home.loop.after(.milliseconds(10)) { cancel() }
        return
      }
      stream.cancel()
    }
    cancel()
    home.run { home.gone == 1 }
    #expect(calls == 0)
  }
}
