/// An I2C adapter, a bus of this machine that programs may use.
package struct Adapter: Equatable, Sendable {
  /// As in `/dev/i2c-1`.
  package let number: Int
  /// As `bcm2835 (i2c@7e804000)`: numbers change with the kernel, names hardly.
  package let name: String

  /// An adapter of that number and name; nothing is looked for.
  package init(number: Int, name: String) {
    self.number = number
    self.name = name
  }
}
