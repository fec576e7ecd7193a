package import Basics

/// The strings of a device tree property, each ended by a NUL; at most 16.
package func parseCompatible(_ text: Cursor) -> [String] {
  var text = text
  var entries: [String] = []
  while !text.isAtEnd, entries.count < 16 {
    let entry = text.part(upTo: 0).text()
    if !entry.isEmpty { entries.append(entry) }
  }
  return entries
}

/// What `/proc/cpuinfo` tells of the cores and, on Raspberry Pi kernels, of the board.
package struct ProcessorInformation: Equatable {
  /// More kinds of core than any board has.
  static let mostParts = 8

  /// The kinds of core, in the order of their first core.
  package var parts: [ProcessorPart] = []
  /// The `Model` line.
  package var model: String?
  /// The `Serial` line.
  package var serial: String?
  /// Whether `aes` is among the features; nil where no line lists them.
  package var hasCrypto: Bool?
  /// As `Board.architecture` names it; nil where no line tells.
  package var architecture: String?
}

extension Cursor {
  /// Whether it is this key, but for the blanks before the colon: others begin with the same words.
  func isKey(_ name: StaticString) -> Bool {
    var copy = self
    return copy.skip(name) && copy.isBlank
  }
}

/// What `ProcessorPart.part` is for a part of a maker: other makers than Arm count their parts anew, so theirs have the
/// maker's number in front, as 0x51803 for Qualcomm's 0x803.
package func corePart(_ part: UInt32, implementer: UInt32) -> Int {
  let arm: UInt32 = 0x41
  return Int(part & 0xfff) | (implementer == arm ? 0 : Int(implementer & 0xff) << 12)
}

/// Each core begins with a `processor` line; old ARM kernels list all of those first and one `CPU part` at
/// the end.
package func parseProcessorInformation(_ text: Cursor) -> ProcessorInformation {
  var text = text
  var information = ProcessorInformation()
  var current = ProcessorPart(count: 0)
  var implementer: UInt32 = 0x41
  func flush() {
    guard current.count > 0 else { return }
    // On ARM the name is the architecture's and says less than the part.
    if current.part != 0 { current.name = "" }
    for index in information.parts.indices
    where information.parts[index].part == current.part
      && sameBytes(information.parts[index].name, current.name)
    {
      information.parts[index].count += current.count
      return
    }
    if information.parts.count < ProcessorInformation.mostParts { information.parts.append(current) }
  }
  while var line = text.line() {
    let key = line.part(upTo: UInt8(ascii: ":"))
    line.skipSpaces()
    if key.isKey("processor") {
      if current.part != 0 || !current.name.isEmpty {
        flush()
        current = ProcessorPart(count: 0)
      }
      current.count += 1
    } else if key.isKey("CPU implementer") {
      implementer = line.hexadecimal() ?? implementer
    } else if key.isKey("CPU part") {
      if let part = line.hexadecimal() { current.part = corePart(part, implementer: implementer) }
    } else if key.isKey("model name") {
      current.name = line.text(limit: 64)
    } else if key.isKey("cpu MHz") {
      if let clock = line.decimal(), clock < 1e6, Plausible.clock.believes(Int64(clock * 1000)) {
        current.megahertz = Int(clock)
      }
    } else if key.isKey("Model") {
      information.model = line.text(limit: 128)
    } else if key.isKey("Serial") {
      information.serial = line.text(limit: 64)
    } else if information.hasCrypto == nil {
      information.takeFeatures(key, &line)
    }
  }
  flush()
  if information.architecture == nil { information.architecture = architecture(of: information.parts) }
  return information
}

extension ProcessorInformation {
  /// The first core's line of features, which also tells what kind of kernel wrote it: those of 64-bit ARM always
  /// have `asimd`, those of 32 bits never.
  fileprivate mutating func takeFeatures(_ key: Cursor, _ line: inout Cursor) {
    let isX86 = key.isKey("flags")
    guard isX86 || key.isKey("Features") else { return }
    hasCrypto = false
    var isARM64 = false
    var isARM = false
    while !line.isAtEnd {
      let word = line.word()
      if word.isAtEnd { break }
      if word.equals("aes" as StaticString) { hasCrypto = true }
      if word.equals("asimd" as StaticString) { isARM64 = true }
      if word.equals("half" as StaticString) || word.equals("thumb" as StaticString) { isARM = true }
    }
    architecture = isX86 ? "x86_64" : isARM64 ? "arm64" : isARM ? "arm" : nil
  }
}

/// Without features the kind of core tells: Arm's own have 0xd in front from 64 bits on.
private func architecture(of parts: [ProcessorPart]) -> String? {
  guard let part = parts.first?.part, part > 0 else { return nil }
  return part > 0xfff || part >= 0xd00 ? "arm64" : "arm"
}
