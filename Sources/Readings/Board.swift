/// What this board is; read once.
package struct Board: Equatable, Sendable {
  /// What this program was built for: `arm64`, `arm`, `x86_64`. Below another root what the files there are of, where
  /// they tell.
  package var architecture: String
  /// `/proc/device-tree/model`, else the `Model` line of `/proc/cpuinfo`.
  package var model: Reading<String>
  /// `/proc/device-tree/compatible`, the most specific first: the first entry names the board.
  package var compatible: Reading<[String]>
  /// `/proc/device-tree/serial-number`, else the `Serial` line of `/proc/cpuinfo`.
  package var serial: Reading<String>
  /// `/sys/class/dmi/id/sys_vendor`, `product_name` and `board_name`: x86 and some servers.
  package var vendor: Reading<String>
  /// The second of these: what the maker calls the machine.
  package var product: Reading<String>
  /// The third: what the maker calls its main board.
  package var boardName: Reading<String>
  /// The kinds of core in `/proc/cpuinfo`, in the order of their first core; at most 8.
  package var processorParts: Reading<[ProcessorPart]>
  /// Whether the cores have instructions for AES: `aes` among the features in `/proc/cpuinfo`.
  package var hasCrypto: Reading<Bool>

  /// A board of which nothing was read but what is given.
  package init(
    architecture: String = Board.builtArchitecture, model: Reading<String> = .absent(.notYet),
    compatible: Reading<[String]> = .absent(.notYet), serial: Reading<String> = .absent(.notYet),
    vendor: Reading<String> = .absent(.notYet), product: Reading<String> = .absent(.notYet),
    boardName: Reading<String> = .absent(.notYet),
    processorParts: Reading<[ProcessorPart]> = .absent(.notYet),
    hasCrypto: Reading<Bool> = .absent(.notYet)
  ) {
    self.architecture = architecture
    self.model = model
    self.compatible = compatible
    self.serial = serial
    self.vendor = vendor
    self.product = product
    self.boardName = boardName
    self.processorParts = processorParts
    self.hasCrypto = hasCrypto
  }

  /// The architecture this program was built for.
  package static var builtArchitecture: String {
    #if arch(arm64)
      "arm64"
    #elseif arch(arm)
      "arm"
    #elseif arch(x86_64)
      "x86_64"
    #else
      "unknown"
    #endif
  }
}

/// A run of cores of one kind.
package struct ProcessorPart: Equatable, Sendable {
  /// `CPU part`, as 0xd03 for a Cortex-A53, with its maker where that is not Arm (`corePart`); 0 on x86.
  package var part: Int
  /// x86's `model name`; empty on ARM, where the kernel gives none or only the architecture's.
  package var name: String
  /// x86's `cpu MHz` of its first core when this was read; 0 where there is none.
  package var megahertz: Int
  /// How many cores of this kind were online when this was read.
  package var count: Int

  /// A kind of core and how many there are.
  package init(part: Int = 0, name: String = "", megahertz: Int = 0, count: Int) {
    self.part = part
    self.name = name
    self.megahertz = megahertz
    self.count = count
  }
}
