import Basics
import Testing

@testable import Agent
@testable import Platform

/// When a socket that rests between groups of datagrams reads them.
@Suite(.serialized) struct MulticastSocketTests {
  private final class Subject {
    let loop: EventLoop
    private var receiver: MulticastSocket!
    private var sender: MulticastSocket!
    private let begun = Clock.now()
    private(set) var heard: [(byte: UInt8, at: Int64)] = []
    var coalescing = Interval.milliseconds(300)
    private let port: UInt16

    init() throws {
      loop = try EventLoop()
      port = UInt16(40_000 + Int(truncatingIfNeeded: Clock.random() % 10_000))
      receiver = try MulticastSocket(
        .ipv4, port: port, isShared: false, loopsBack: true, loop: loop, coalescing: { self.coalescing },
        handle: { bytes, _ in self.heard.append((bytes[0], (Clock.now() - self.begun).milliseconds)) })
      sender = try MulticastSocket(
        .ipv4, port: port + 10_000, isShared: false, loopsBack: true, loop: loop, handle: { _, _ in })
    }

    func close() {
      receiver.close()
      sender.close()
    }

    func send(_ byte: UInt8, at milliseconds: Int) {
      loop.after(.milliseconds(milliseconds)) {
        self.sender.send([byte], to: [127, 0, 0, 1], port: self.port, interface: 0)
      }
    }

    func at(_ milliseconds: Int, _ action: @escaping (MulticastSocket) -> Void) {
      loop.after(.milliseconds(milliseconds)) { action(self.receiver) }
    }

    func run(milliseconds: Int) {
      loop.after(.milliseconds(milliseconds)) { self.loop.stop() }
      loop.run()
    }

    func time(of byte: UInt8) -> Int64? {
      heard.first { $0.byte == byte }?.at
    }
  }

  @Test func theFirstIsReadAtOnceAndWhatFollowsInGroups() throws {
    let subject = try Subject()
    defer { subject.close() }
    for (byte, time) in [(UInt8(1), 20), (2, 60), (3, 120), (4, 400), (5, 1200)] {
      subject.send(byte, at: time)
    }
    subject.run(milliseconds: 1400)
    #expect(subject.heard.map(\.byte) == [1, 2, 3, 4, 5])
    let times = subject.heard.map(\.at)
    try #require(times.count == 5)
    #expect(times[0] < 200)
    // At the end of the coalescing, together.
    #expect(times[1] >= 310 && times[2] - times[1] < 50)
    // The coalescing went on, since something had come.
    #expect(times[3] >= 610)
    // After a coalescing in which nothing came the next is read at once.
    #expect(times[4] < 1350)
  }

  @Test func whoDecidesReadsWhatWaits() throws {
    let subject = try Subject()
    defer { subject.close() }
    subject.send(1, at: 20)
    subject.send(2, at: 60)
    subject.at(100) { $0.readWaiting() }
    subject.send(3, at: 140)
    subject.run(milliseconds: 700)
    #expect(try #require(subject.time(of: 2)) < 250)
    // The coalescing began anew with that.
    #expect(try #require(subject.time(of: 3)) >= 395)
  }

  @Test func aSocketThatIsWokenReadsAtOnce() throws {
    let subject = try Subject()
    defer { subject.close() }
    subject.send(1, at: 20)
    subject.at(60) {
      subject.coalescing = .zero
      $0.wake()
    }
    subject.send(2, at: 80)
    subject.run(milliseconds: 500)
    #expect(try #require(subject.time(of: 2)) < 250)
  }
}
