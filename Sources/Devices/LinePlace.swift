import Basics
internal import CGpiod
internal import CLinux
package import Peripherals
import Platform

/// Where a line was found.
package struct LinePlace: Equatable, Sendable {
  /// The chip's device, as `/dev/gpiochip0`.
  package let path: String
  /// The chip's label, as `pinctrl-bcm2835`.
  package let label: String
  /// The line's number on its chip, from 0.
  package let offset: UInt32

  /// Chips that are looked at; a HiKey960 has 29.
  private static let chipLimit = 64
  /// Names of `/dev` that are looked at.
  private static let nameLimit = 4096

  /// Looks at every chip; that claims no line.
  ///
  /// - Parameter folder: where the chips' devices are.
  /// - Throws: where no chip has the line, or several have one of that name: a guess could switch the wrong thing.
  package static func find(_ name: LineName, folder: String = "/dev") throws(LineError) -> LinePlace {
    var found: [LinePlace] = []
    var chips = 0
    var refused: LineError?
    for path in paths(folder) {
      guard let chip = cgpiod_open(path) else {
        refused = LineError(path, errno: clinux_errno())
        continue
      }
      defer { cgpiod_close(chip) }
      chips += 1
      let label = label(of: chip)
      if let offset = offset(of: name, chip, label) {
        found.append(LinePlace(path: path, label: label, offset: offset))
      }
    }
    if let place = found.first, found.count == 1 { return place }
    if found.count > 1 {
      var labels = ""
      for place in found { labels += (labels.isEmpty ? "" : " and ") + "\(place.label):\(place.offset)" }
      throw LineError("\(found.count) lines are named \(name.text): write \(labels)")
    }
    if let refused { throw refused }
    throw LineError(
      chips == 0 ? "no GPIO chip in \(folder)" : "no line \(name.text) on the \(chips) GPIO chips")
  }

  private static func paths(_ folder: String) -> [String] {
    let names = File.names(in: folder, limit: nameLimit).filter { $0.begins(with: "gpiochip") }
    return names.prefix(chipLimit).map { folder + "/" + $0 }.ordered()
  }

  private static func label(of chip: OpaquePointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: LineName.size) { room in
      guard let base = room.baseAddress, cgpiod_label(chip, base, room.count) == 0 else { return "" }
      return String(cString: base)
    }
  }

  private static func offset(of name: LineName, _ chip: OpaquePointer, _ label: String) -> UInt32? {
    switch name {
    case .name(let name):
      let offset = cgpiod_find(chip, name)
      return offset >= 0 ? UInt32(offset) : nil
    case .place(label, let offset):
      return offset < UInt32(max(cgpiod_count(chip), 0)) ? offset : nil
    case .place:
      return nil
    }
  }
}
