import Basics
import Platform

/// Reads what the board is, once.
func readBoard(root: String, with reader: FileReader, at now: Instant) -> Board {
  // `/proc/device-tree` is an absolute link to the first: a captured tree's would lead out of the tree.
  var tree = root + "/sys/firmware/devicetree/base"
  if !File.exists(tree) { tree = root + "/proc/device-tree" }
  let dmi = root + "/sys/class/dmi/id/"
  var board = Board(
    model: reader.text(tree + "/model", at: now), serial: reader.text(tree + "/serial-number", at: now),
    vendor: reader.text(dmi + "sys_vendor", at: now), product: reader.text(dmi + "product_name", at: now),
    boardName: reader.text(dmi + "board_name", at: now))
  var compatible = Attribute(tree + "/compatible", .once)
  if let text = reader.contents(of: &compatible) {
    let entries = parseCompatible(text)
    board.compatible = entries.isEmpty ? .absent(compatible.malformed(text)) : .value(entries, at: now)
  } else {
    board.compatible = .absent(compatible.absence)
  }
  var cpuinfo = Attribute(root + "/proc/cpuinfo", .once)
  guard let text = reader.contents(of: &cpuinfo) else {
    board.processorParts = .absent(cpuinfo.absence)
    board.hasCrypto = .absent(cpuinfo.absence)
    return board
  }
  let info = parseProcessorInformation(text)
  board.processorParts = info.parts.isEmpty ? .absent(cpuinfo.malformed(text)) : .value(info.parts, at: now)
  if let hasCrypto = info.hasCrypto {
    board.hasCrypto = .value(hasCrypto, at: now)
  } else {
    board.hasCrypto = .absent(cpuinfo.absent(.notSupported(errno: 0)))
  }
  if board.model.value == nil, let model = info.model { board.model = .value(model, at: now) }
  if board.serial.value == nil, let serial = info.serial { board.serial = .value(serial, at: now) }
  return board
}

/// The strings of a device tree property, each ended by a NUL; at most 16.
func parseCompatible(_ text: Cursor) -> [String] {
  var text = text
  var entries: [String] = []
  while !text.isAtEnd, entries.count < 16 {
    let entry = text.part(upTo: 0).text()
    if !entry.isEmpty { entries.append(entry) }
  }
  return entries
}

/// What `/proc/cpuinfo` tells of the cores and, on Raspberry Pi kernels, of the board.
struct ProcessorInformation: Equatable {
  static let mostParts = 8

  var parts: [ProcessorPart] = []
  var model: String?
  var serial: String?
  /// Whether `aes` is among the features; nil where no line lists them.
  var hasCrypto: Bool?
}

/// Each core begins with a `processor` line; old ARM kernels list all of those first and one `CPU part` at
/// the end.
func parseProcessorInformation(_ text: Cursor) -> ProcessorInformation {
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
