import Basics
import Platform
package import Readings

extension BoardDevices {
  /// Reads the folders below `root`; what is not there is empty.
  package init(root: String) {
    self.init()
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
