import Testing

@testable import Basics

@Suite struct OrderingTests {
  @Test func numbersOfAnyOrderAndCountAreSortedAsByTheLibrary() {
    var random = SplitMix64(seed: 7)
    for count in Array(0...40) + [1000, 10_000] {
      for range in [0...3, -1000...1000, Int.min...Int.max] {
        let numbers = (0..<count).map { _ in Int.random(in: range, using: &random) }
        var ours = numbers
        ours.arrange()
        #expect(ours == numbers.sorted())
        for sorted in [numbers.sorted(), numbers.sorted(by: >)] {
          ours = sorted
          ours.arrange(by: >)
          #expect(ours == numbers.sorted(by: >))
        }
      }
    }
  }

  @Test func whatIsNotToldApartStaysInItsOrder() {
    var random = SplitMix64(seed: 8)
    let pairs = (0..<500).map { (Int.random(in: 0...9, using: &random), $0) }
    let ordered = pairs.ordered { $0.0 < $1.0 }
    #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0.0 < $1.0 || $0.0 == $1.0 && $0.1 < $1.1 })
    #expect(["b", "", "a\u{301}", "a", "Z"].ordered() == ["", "Z", "a", "a\u{301}", "b"])
  }
}
