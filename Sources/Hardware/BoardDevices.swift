import Basics
import Platform

/// The lights and I2C buses a board shows; read when somebody asks, as for the draft of a profile.
package struct BoardDevices: Equatable, Sendable {
  /// An I2C bus that programs may open.
  package struct Adapter: Equatable, Sendable {
    /// The N of `/dev/i2c-N`, which is no name to rely on.
    package var number: Int
    /// `/sys/class/i2c-dev/i2c-N/name`; drivers for several buses give the same to all of them.
    package var name: String
    /// Its node of the device tree, as `i2c@7e804000`; empty where there is none.
    package var node: String

    package init(number: Int, name: String, node: String = "") {
      self.number = number
      self.name = name
      self.node = node
    }
  }

  /// At most of each.
  package static let limit = 64

  /// The names in `/sys/class/leds`, in order.
  package var leds: [String] = []
  /// By ascending number.
  package var adapters: [Adapter] = []

  package init(leds: [String] = [], adapters: [Adapter] = []) {
    self.leds = leds
    self.adapters = adapters
  }

  /// Reads the folders below `root`; what is not there is empty.
  package init(root: String) {
    let root = withoutTrailingSlashes(root)
    let reader = FileReader()
    var names: [String] = []
    _ = File.forEachName(in: root + "/sys/class/leds") {
      if names.count < Self.limit { names.append($0.text()) }
    }
    sortNames(&names)
    leds = names
    let folder = root + "/sys/class/i2c-dev"
    var numbers: [Int] = []
    _ = File.forEachName(in: folder) {
      if let number = $0.number(after: "i2c-"), numbers.count < Self.limit { numbers.append(number) }
    }
    numbers.sort()
    for number in numbers {
      let path = folder + "/i2c-\(number)"
      adapters.append(
        Adapter(
          number: number, name: reader.text(path + "/name", at: Instant(nanoseconds: 0)).value ?? "",
          node: File.linkTarget(path + "/device/of_node").map(lastPart) ?? ""))
    }
  }
}
