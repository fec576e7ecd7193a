import Basics
import Mesh
import TestSupport
import Testing

@testable import Deciding

/// Heartbeats as bytes.
struct BeatPostTests {
  private let sender = NodeID(high: 1, low: 1)
  private let start: UInt32 = 0xabcd_ef01

  private func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

  private func echoes(_ tags: ClosedRange<UInt32>, _ sequence: UInt8) -> [Beat.Echo] {
    tags.map { Beat.Echo(tag: $0, sequence: sequence) }
  }

  /// The number's higher bytes are the reader's own.
  private func decode(_ reader: inout BeatPost, _ bytes: [UInt8], _ now: Int64 = 0) -> Beat? {
    var beat = reader.decode(bytes, from: sender, start: start, at: at(now)).beat
    beat?.sequence &= 0xffff
    return beat
  }

  @Test func aHeartbeatIsReadAsItWasWritten() {
    var (maker, writer, reader) = (MessageMaker(seed: 1), BeatPost(version: 250), BeatPost(version: 0))
    for sequence in 1...300 as ClosedRange<UInt32> {
      let beat = maker.beat(
        start: start, sequence: sequence, echoes: echoes(1...sequence % 9 + 1, UInt8(sequence % 256)))
      let read = decode(&reader, writer.encode(beat, to: nil))
      #expect(read == beat)
    }
  }

  @Test func aQuietHomePaysForEchoesAndFourBytes() {
    var (maker, writer, reader) = (MessageMaker(seed: 2), BeatPost(version: 7), BeatPost(version: 0))
    var beat = maker.beat(start: start, sequence: 1, echoes: echoes(1...7, 3))
    var bytes = 0
    for sequence in 1...160 as ClosedRange<UInt32> {
      beat.sequence = sequence
      beat.echoes = echoes(1...7, UInt8(sequence))
      let packet = writer.encode(beat, to: nil)
      bytes += packet.count
      let read = decode(&reader, packet)
      #expect(read == beat)
      if sequence % 16 == 8 { #expect(packet.count == 4 + 1 + 7) }
    }
    // 12 bytes, and each 16th has 97 more.
    #expect(bytes / 160 <= 21)
  }

  @Test func whoIsNotEchoedKeepsItsPlace() {
    var (maker, writer, reader) = (MessageMaker(seed: 3), BeatPost(version: 7), BeatPost(version: 0))
    var beat = maker.beat(start: start, sequence: 1, echoes: echoes(1...9, 3))
    for sequence in 1...10 as ClosedRange<UInt32> {
      beat.sequence = sequence
      beat.echoes = echoes(1...9, 5).filter { $0.tag % 3 != sequence % 3 }
      let read = decode(&reader, writer.encode(beat, to: nil))
      #expect(read == beat)
    }
  }

  @Test func whoMissedAChangeAsksForIt() throws {
    var (maker, writer, reader) = (MessageMaker(seed: 4), BeatPost(version: 7), BeatPost(version: 0))
    var beat = maker.beat(start: start, sequence: 1, echoes: [])
    for sequence in 1...3 as ClosedRange<UInt32> {
      beat.sequence = sequence
      _ = writer.encode(beat, to: nil)
    }
    beat.sequence = 4
    let packet = writer.encode(beat, to: nil)
    let missed = reader.decode(packet, from: sender, start: start, at: at(0))
    #expect(missed.beat == nil && missed.isToAnswer)
    // It asks no more than once in 300 ms.
    beat.sequence = 5
    let soon = reader.decode(writer.encode(beat, to: nil), from: sender, start: start, at: at(100))
    #expect(soon.beat == nil && !soon.isToAnswer)
    let question = reader.encode(maker.beat(start: 5, sequence: 1, echoes: []), to: sender)
    let asked = writer.decode(question, from: NodeID(high: 1, low: 2), start: 5, at: at(101))
    #expect(asked.isToAnswer && asked.beat != nil)
    beat.sequence = 6
    let whole = decode(&reader, writer.encode(beat, to: NodeID(high: 1, low: 2)), 102)
    #expect(whole == beat)
    beat.sequence = 7
    let next = decode(&reader, writer.encode(beat, to: nil), 103)
    #expect(next == beat)
  }

  @Test func theNumberGoesOnPastItsTwoBytesAndBack() {
    var (maker, writer, reader) = (MessageMaker(seed: 5), BeatPost(version: 7), BeatPost(version: 0))
    var beat = maker.beat(start: start, sequence: 70_000, echoes: [])
    let packets = [70_000, 99_999, 131_070, 131_080, 131_071].map { (sequence: UInt32) in
      beat.sequence = sequence
      return writer.encode(beat, to: NodeID(high: 1, low: 2))
    }
    let read = packets.map { reader.decode($0, from: sender, start: start, at: at(0)).beat?.sequence ?? 0 }
    #expect(zip(read, read.dropFirst()).map { Int($1) - Int($0) } == [29_999, 31_071, 10, -9])
  }

  @Test func anotherStartOfTheAgentIsReadAnew() {
    var (maker, reader) = (MessageMaker(seed: 6), BeatPost(version: 0))
    var (first, second) = (BeatPost(version: 7), BeatPost(version: 7))
    let beat = maker.beat(start: start, sequence: 1, echoes: [])
    let later = maker.beat(start: start + 1, sequence: 1, echoes: [])
    let read = decode(&reader, first.encode(beat, to: nil))
    #expect(read == beat)
    for _ in 1...3 { _ = second.encode(later, to: nil) }
    let packet = second.encode(later, to: nil)
    let unread = reader.decode(packet, from: sender, start: start + 1, at: at(1)).beat
    #expect(unread == nil)
  }

  @Test func moreNodesThanAHomeHasPushOutWhoWasHeardLongestAgo() {
    var (maker, reader) = (MessageMaker(seed: 7), BeatPost(version: 0))
    for number in 0..<200 as Range<UInt64> {
      var writer = BeatPost(version: 1)
      let beat = maker.beat(start: 1, sequence: 1, echoes: [])
      let node = NodeID(high: 9, low: number)
      let read = reader.decode(writer.encode(beat, to: nil), from: node, start: 1, at: at(Int64(number))).beat
      #expect(read?.term == beat.term)
    }
    #expect(reader.count == DecidingLimits.members)
  }

  @Test func mutationsOfHeartbeatsAreReadOrRefusedFuzz() {
    var (maker, writer) = (MessageMaker(seed: 8), BeatPost(version: 1))
    let corpus = (1...40).map { number in
      writer.encode(
        maker.beat(start: start, sequence: number, echoes: echoes(1...(number % 12 + 1), 9)),
        to: number % 3 == 0 ? nil : sender)
    }
    fuzz(cases: 4_000, seed: 9, "heartbeats") { random in
      var (mutator, reader) = (Mutator(corpus: corpus, seed: random.next()), BeatPost(version: 0))
      for step in 0..<8 as Range<Int64> {
        let bytes = mutator.next()
        guard let beat = reader.decode(bytes, from: sender, start: start, at: at(step)).beat else { continue }
        guard beat.start == start, beat.echoes.count <= DecidingLimits.members, beat.term < 1 << 31 else {
          return "is read as \(beat): \(bytes)"
        }
      }
      return nil
    }
  }
}
