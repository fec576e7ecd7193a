import Basics
import Containers
import Testing

/// Recordings with random damage: whatever comes, a call ends once and nothing traps.
@Suite struct EngineFuzzTests {
  @Test(arguments: EngineCapture.all)
  func aDamagedRecordingEndsTheCallExactlyOnce(_ capture: EngineCapture) throws {
    let original = try capture.bytes
    for seed in 0..<400 {
      var generator = SplitMix64(seed: UInt64(seed) &* 7919 &+ UInt64(original.count))
      var bytes = original
      for _ in 0..<Int.random(in: 1...8, using: &generator) { damage(&bytes, &generator) }
      var call = EngineCall(capture.request, version: capture.version, terminal: capture.terminal)
      var events: [EngineEvent] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...rest.count, using: &generator))
        rest = rest.dropFirst(piece.count)
        events += call.received(Array(piece))
      }
      events += call.closed()
      let seedAndEnds = "seed \(seed): \(events.ends) ends"
      #expect(events.ends == 1, "\(seedAndEnds)")
      #expect(call.isOver && call.closed().isEmpty)
      if let error = events.error {
        #expect(!error.description.isEmpty && error.verb == capture.request.verb)
      }
    }
  }

  @Test func noiseEndsEveryCallExactlyOnce() {
    for seed in 0..<2000 {
      var generator = SplitMix64(seed: UInt64(seed))
      let capture = EngineCapture.all[seed % EngineCapture.all.count]
      let noise = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
      // With a sound head the noise reaches what reads the body.
      let head: [UInt8] = seed % 2 == 0 ? [] : Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
      var call = EngineCall(capture.request, version: capture.version, terminal: capture.terminal)
      let events = call.replay([head + noise])
      #expect(events.ends == 1, "seed \(seed)")
    }
  }

  private func damage(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    let end = min(bytes.count, place + Int.random(in: 1...16, using: &generator))
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4: bytes.removeSubrange(place...)
    default: bytes.replaceSubrange(place..<end, with: Array("99999999999999999999".utf8))
    }
  }
}
