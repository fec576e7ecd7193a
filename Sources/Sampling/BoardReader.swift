import Basics
import Readings

/// Reads what the board is, once.
func readBoard(root: String, with reader: FileReader, at now: Instant) -> Board {
  // `/proc/device-tree` is an absolute link to the first: a captured tree's would lead out of the tree.
  var tree = root + "/sys/firmware/devicetree/base"
  if !reader.files.exists(tree) { tree = root + "/proc/device-tree" }
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
  // On this machine it is the program's own that counts: what it was built for is what it can start.
  if !root.isEmpty, let architecture = info.architecture { board.architecture = architecture }
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
