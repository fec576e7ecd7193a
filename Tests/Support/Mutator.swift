package import Basics
import Foundation
import Testing

extension SplitMix64 {
  /// A number from 0 up to but not including `bound`.
  package mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<max(1, bound), using: &self)
  }

  /// True once in so many times.
  package mutating func oneIn(_ count: Int) -> Bool {
    below(count) == 0
  }
}

/// Makes damaged variants of known texts: flipped, inserted and removed bytes, truncation, splices, repetition.
package struct Mutator {
  let corpus: [[UInt8]]
  /// Pieces that mean something in the format: they find more than random bytes do.
  let dictionary: [[UInt8]]
  var random: SplitMix64

  package init(corpus: [[UInt8]], dictionary: [String] = [], seed: UInt64) {
    self.corpus = corpus
    self.dictionary = dictionary.map { Array($0.utf8) }
    random = SplitMix64(seed: seed)
  }

  /// A text of the corpus with one to eight mutations.
  package mutating func next() -> [UInt8] {
    var bytes = corpus[random.below(corpus.count)]
    for _ in 0...random.below(8) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let place = random.below(bytes.count)
    switch random.below(8) {
    case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1 where !bytes.isEmpty: bytes[place] = UInt8(random.below(256))
    case 2: bytes.insert(UInt8(random.below(256)), at: place)
    case 3 where !bytes.isEmpty: bytes.remove(at: place)
    case 4 where random.oneIn(3): bytes.removeSubrange(place...)
    case 5:
      let other = corpus[random.below(corpus.count)]
      bytes.replaceSubrange(place..., with: other[random.below(other.count)...])
    case 6 where bytes.count < 4096:
      let end = min(bytes.count, place + 1 + random.below(16))
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
    case 7 where !dictionary.isEmpty:
      bytes.insert(contentsOf: dictionary[random.below(dictionary.count)], at: place)
    default: break
    }
  }
}

/// Runs a check on a fixed number of cases, or for `HEARTH_FUZZ_SECONDS` with a seed of its own.
///
/// The check returns what is wrong, or `nil`; the seed and the case's number come with it.
package func fuzz(
  cases: Int = 20_000, seed: UInt64 = 1, _ name: String, _ check: (inout SplitMix64) -> String?
) {
  let seconds = ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"].flatMap(Double.init)
  let start = seconds == nil ? seed : UInt64.random(in: 0...UInt64(Int64.max))
  let end = Date(timeIntervalSinceNow: seconds ?? 0)
  var number: UInt64 = 0
  // Every case has a seed of its own: the first seed and the case's number make it.
  while seconds == nil ? number < UInt64(cases) : Date() < end {
    var random = SplitMix64(seed: start &+ number &* 0x2545_F491_4F6C_DD1D)
    if let fault = check(&random) {
      Issue.record("\(name), seed \(start), case \(number): \(fault)")
      return
    }
    number += 1
  }
}

/// Bytes for a failure's message, printable and exact.
package func printable(_ bytes: [UInt8]) -> String {
  bytes.prefix(2000).map { byte in
    switch byte {
    case 0x20...0x7E where byte != 0x5C: String(UnicodeScalar(byte))
    default: "\\x" + String(byte, radix: 16)
    }
  }.joined()
}
