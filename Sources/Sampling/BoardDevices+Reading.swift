import Basics
package import Readings

extension BoardDevices {
  /// Reads the folders below `root`; what is not there is empty.
  package init(root: String, files: FileSource) {
    self.init()
    let root = withoutTrailingSlashes(root)
    let reader = FileReader(files: files)
    var names: [String] = []
    _ = reader.files.forEachName(root + "/sys/class/leds") {
      if names.count < Self.limit { names.append($0.text()) }
    }
    names = names.ordered()
    leds = names
    let folder = root + "/sys/class/i2c-dev"
    var numbers: [Int] = []
    _ = reader.files.forEachName(folder) {
      if let number = $0.number(after: "i2c-"), numbers.count < Self.limit { numbers.append(number) }
    }
    numbers.arrange()
    for number in numbers {
      let path = folder + "/i2c-\(number)"
      adapters.append(
        Adapter(
          number: number, name: reader.text(path + "/name", at: Instant(nanoseconds: 0)).value ?? "",
          node: reader.files.linkTarget(path + "/device/of_node").map(baseName) ?? ""))
    }
  }
}
