internal import CLinux
package import Peripherals
import Platform

/// An LED of `/sys/class/leds` (Documentation/leds/leds-class.rst), taken over from its trigger.
///
/// A program that is killed leaves it as it was last: only a GPIO line goes dark by itself.
package final class SystemLed {
  /// As the kernel names it: `ACT`.
  package let name: String
  private let folder: String
  private let brightness: Int32
  private let lit: String
  /// The trigger it had, which it gets back.
  private let trigger: String

  /// Takes an LED over.
  ///
  /// - Parameters:
  ///   - names: the first that is there and can be written is taken.
  ///   - root: the folder that holds `sys`.
  package init(firstOf names: [String], root: String) throws(LineError) {
    var failure = LineError("no LED is named")
    for name in names {
      let folder = (root == "/" ? "" : root) + "/sys/class/leds/" + name
      let descriptor = clinux_open(folder + "/brightness", O_RDWR | O_CLOEXEC | O_NONBLOCK, 0)
      guard descriptor >= 0 else {
        failure = LineError(folder + "/brightness", errno: clinux_errno())
        continue
      }
      self.name = name
      self.folder = folder
      brightness = descriptor
      let most = File.text(folder + "/max_brightness").flatMap { UInt32($0) } ?? 1
      lit = "\(most)"
      trigger = Self.trigger(in: File.text(folder + "/trigger") ?? "")
      if !trigger.isEmpty { File.write("none", to: folder + "/trigger") }
      return
    }
    throw failure
  }

  deinit {
    close(brightness)
  }

  /// The one in brackets: `none [mmc0] timer`.
  static func trigger(in text: String) -> String {
    guard let open = text.utf8.firstIndex(of: UInt8(ascii: "[")) else { return "" }
    let inside = text[text.utf8.index(after: open)...]
    guard let close = inside.utf8.firstIndex(of: UInt8(ascii: "]")) else { return "" }
    return String(inside[..<close])
  }

  /// Lights it fully, or darkens it.
  package func write(_ isLit: Bool) throws(LineError) {
    let text = isLit ? lit : "0"
    let count = text.utf8.count
    guard text.withCString({ pwrite(brightness, $0, count, 0) }) == count else {
      throw LineError(folder, errno: clinux_errno())
    }
  }

  /// Dark, and its trigger's again.
  package func release() {
    try? write(false)
    if !trigger.isEmpty { File.write(trigger, to: folder + "/trigger") }
  }
}
