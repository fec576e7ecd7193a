import Testing

@testable import Basics
@testable import Simulation

@Suite struct EventQueueTests {
  @Test func eventsComeInTheOrderOfTheirTimesAndThenOfTheirEntering() {
    var random = Randomness(seed: 5)
    var queue = EventQueue()
    var log: [Int] = []
    var expected: [(at: Double, number: Int)] = []
    for number in 0..<2000 {
      // Many at the same time.
      let at = Double(random.below(100))
      expected.append((at, number))
      queue.add(at: at) { log.append(number) }
    }
    while let next = queue.next() { next.action() }
    #expect(log == expected.sorted { ($0.at, $0.number) < ($1.at, $1.number) }.map(\.number))
  }

  @Test func whatIsAddedMeanwhileComesInItsTurn() {
    var queue = EventQueue()
    queue.add(at: 3) {}
    queue.add(at: 1) {}
    #expect(queue.next()?.at == 1)
    queue.add(at: 2) {}
    queue.add(at: 0.5) {}
    #expect(queue.next()?.at == 0.5)
    #expect(queue.next()?.at == 2)
    #expect(queue.next()?.at == 3)
    #expect(queue.next() == nil)
  }
}
