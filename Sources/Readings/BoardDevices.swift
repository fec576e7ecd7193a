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

    /// A bus; one without a node of the device tree is told by its name.
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

  /// Lights and buses that are known already.
  package init(leds: [String] = [], adapters: [Adapter] = []) {
    self.leds = leds
    self.adapters = adapters
  }
}
