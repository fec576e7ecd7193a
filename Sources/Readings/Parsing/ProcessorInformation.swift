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
}

/// Each core begins with a `processor` line; old ARM kernels list all of those first and one `CPU part` at
/// the end.
package func parseProcessorInformation(_ text: Cursor) -> ProcessorInformation {
  var text = text
  var information = ProcessorInformation()
  var current = ProcessorPart(count: 0)
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
    var key = line.part(upTo: UInt8(ascii: ":"))
    line.skipSpaces()
    if key.skip("processor") {
      if current.part != 0 || !current.name.isEmpty {
        flush()
        current = ProcessorPart(count: 0)
      }
      current.count += 1
    } else if key.skip("CPU part") {
      // Twelve bits of the processor's identification register (MIDR_EL1).
      current.part = Int((line.hexadecimal() ?? 0) & 0xfff)
    } else if key.skip("model name") {
      current.name = line.text(limit: 64)
    } else if key.skip("cpu MHz") {
      if let clock = line.decimal(), clock < 1e6 { current.megahertz = Int(clock) }
    } else if key.skip("Model\t") || key.skip("Model ") {
      information.model = line.text(limit: 128)
    } else if information.hasCrypto == nil, key.skip("Features") || key.skip("flags") {
      information.hasCrypto = false
      while !line.isAtEnd {
        let word = line.word()
        if word.isAtEnd { break }
        if word.equals("aes" as StaticString) { information.hasCrypto = true }
      }
    } else if key.skip("Serial") {
      information.serial = line.text(limit: 64)
    }
  }
  flush()
  return information
}
