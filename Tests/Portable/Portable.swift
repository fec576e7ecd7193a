internal import CLinux

/// What every board's program must do alike, whatever its word size, compiler flags and C library: drives the modules
/// with the same inputs and prints what came of it, so that the outputs of two builds can be compared byte by byte.
///
/// Expects the root of the repository as its working directory, and in `.lab/portable/trees` what
/// `Tests/lab/checks/portable` puts there. It is a program of its own because Swift Testing does not exist for boards.
@main
struct Portable {
  static func main() {
    if let count = getenv("HEARTH_DECISIONS") { return timeDecisions(Int(atoi(count))) }
    var sections: [Section] = []
    wireSections(&sections)
    dnsSections(&sections)
    containerSections(&sections)
    orchestrationSections(&sections)
    meshSections(&sections)
    scoringSections(&sections)
    var all = Digest()
    for section in sections {
      all.add(section.digest.text)
      print("\(section.digest.text) \(section.cases) \(section.name)")
    }
    print("\(all.text) all")
  }
}

/// A subject, with the number of its inputs and a digest of all that came of them.
struct Section {
  let name: String
  var cases = 0
  var digest = Digest()

  init(_ name: String) {
    self.name = name
  }

  mutating func add(_ result: String) {
    cases += 1
    digest.add(result)
  }

  mutating func add(_ result: [UInt8]) {
    cases += 1
    digest.add(result)
  }

  /// A result that people want to see when it differs.
  mutating func show(_ result: String) {
    print("\(name): \(result)")
    add(result)
  }
}

/// FNV-1a, 64 bits, over what is added, with its lengths.
struct Digest {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: [UInt8]) {
    for byte in bytes { add(byte) }
    add(0xff)
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    add(0xff)
  }

  private mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    var padding = ""
    for _ in digits.utf8.count..<16 { padding += "0" }
    return padding + digits
  }
}
