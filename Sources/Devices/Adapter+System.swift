import Basics
internal import CLinux
package import Peripherals
import Platform

extension Adapter {
  /// Adapters that are looked at.
  private static let limit = 64

  /// The adapters of this machine that programs may use (`/sys/class/i2c-dev`), by ascending number; empty
  /// where the module i2c-dev is not loaded or there is no bus.
  ///
  /// - Parameter root: the folder that holds `sys`.
  package static func all(root: String) -> [Adapter] {
    let folder = root + "/sys/class/i2c-dev"
    var adapters: [Adapter] = []
    for entry in File.names(in: folder, limit: limit) {
      guard entry.begins(with: "i2c-"), let number = wholeNumber(String(entry.utf8.dropFirst(4)) ?? ""),
        let name = File.text(folder + "/" + entry + "/name")
      else { continue }
      adapters.append(Adapter(number: number, name: name))
    }
    return adapters.ordered { $0.number < $1.number }
  }
}
