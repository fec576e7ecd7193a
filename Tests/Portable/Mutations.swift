import Basics
internal import CLinux

// The library's own functions draw words of the machine's size, so nothing of them is used.
extension SplitMix64 {
  /// From 0 up to but not including `bound`; 0 for a bound below 1.
  mutating func below(_ bound: Int) -> Int {
    bound > 0 ? Int(truncatingIfNeeded: next() % UInt64(bound)) : 0
  }
}

/// Damaged variants of known texts, the same ones on every machine.
struct Mutations {
  let corpus: [[UInt8]]
  /// What means something in most formats, and numbers at the edges of 32 and 64 bits.
  private static let pieces: [String] = [
    "2147483647", "2147483648", "-2147483649", "4294967295", "4294967296", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999999",
    "-1", "0", "1e400", "1e-400", "NaN", "0x", "\r\n", "\n", "\"", "\\", "{", "[", ",", ":", "=", "#", ";",
    "\u{0}",
    "é", "\u{10FFFF}", " ", "\t",
  ]
  private var dice: SplitMix64

  init(of corpus: [[UInt8]], seed: UInt64) {
    self.corpus = corpus
    dice = SplitMix64(seed: seed)
  }

  /// A text of the corpus with one to six changes.
  mutating func next() -> [UInt8] {
    var bytes = corpus[dice.below(corpus.count)]
    for _ in 0...dice.below(6) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let place = dice.below(bytes.count)
    switch dice.below(8) {
    case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(dice.below(8))
    case 1 where !bytes.isEmpty: bytes[place] = UInt8(dice.below(256))
    case 2: bytes.insert(UInt8(dice.below(256)), at: place)
    case 3 where !bytes.isEmpty: bytes.remove(at: place)
    case 4 where dice.below(3) == 0: bytes.removeSubrange(place...)
    case 5:
      let other = corpus[dice.below(corpus.count)]
      bytes.replaceSubrange(place..., with: other[dice.below(other.count)...])
    case 6 where bytes.count < 4096:
      let end = min(bytes.count, place + 1 + dice.below(16))
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
    default:
      bytes.insert(contentsOf: Array(Self.pieces[dice.below(Self.pieces.count)].utf8), at: place)
    }
  }
}

/// The bytes of a file, at most 1 MiB; none where it cannot be read.
func contents(of path: String) -> [UInt8] {
  let descriptor = clinux_open(path, O_RDONLY, 0)
  guard descriptor >= 0 else { return [] }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  var count = 0
  while count < bytes.count {
    let got = bytes.withUnsafeMutableBytes { room in
      read(descriptor, room.baseAddress.map { $0 + count }, room.count - count)
    }
    guard got > 0 else { break }
    count += got
  }
  return Array(bytes[..<count])
}

func bytes(_ texts: [String]) -> [[UInt8]] {
  var all: [[UInt8]] = []
  for text in texts { all.append(Array(text.utf8)) }
  return all
}
