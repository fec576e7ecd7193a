/// A processor architecture in the normal form of containerd's platforms: `amd64`, `arm64`, `arm/v7`.
package struct Architecture: Equatable, Sendable {
  /// Go's word: `amd64`, `arm`; empty where it is not known, or any will do.
  package let name: String
  /// `v7` of arm; empty where it goes without saying, as v8 of arm64, or is not known.
  package private(set) var variant: String

  /// In any spelling of containers and kernels, whatever its case: `arm/v7`, `armhf`, `armv7l`, `x86_64`.
  package init(_ text: String) {
    let text = text.lowered
    var (name, variant) = text.cut(at: "/") ?? (text, "")
    switch name {
    case "i386", "i486", "i586", "i686": name = "386"
    case "x86_64", "x86-64": name = "amd64"
    case "aarch64": name = "arm64"
    case "armhf": (name, variant) = ("arm", "v7")
    case "armel": (name, variant) = ("arm", "v6")
    default:
      // The kernel's `armv7l`, and `armv8l` for 32-bit programs on a 64-bit kernel.
      if name.begins(with: "armv"), let digit = name.utf8.dropFirst(4).first, digit.isDigit {
        (name, variant) = ("arm", "v" + String(decoding: [digit], as: UTF8.self))
      }
    }
    if variant.utf8.first?.isDigit == true { variant = "v" + variant }
    let goesWithoutSaying = name == "arm64" ? "v8" : name == "amd64" ? "v1" : ""
    self.name = name
    self.variant = variant == goesWithoutSaying ? "" : variant
  }

  /// `arm/v7`, or the name alone.
  package var text: String { variant.isEmpty ? name : name + "/" + variant }

  /// Whether programs for it run on a node of the other one: those for an earlier variant of the same family do. What
  /// is not known speaks against nothing.
  package func runs(on node: Architecture) -> Bool {
    if name.isEmpty || node.name.isEmpty { return true }
    if name != node.name { return name == "386" && node.name == "amd64" }
    return variant == node.variant || node.variant.isEmpty || level <= node.level
  }

  /// Whether the node is what is named: without a variant any of that name is.
  package func includes(_ node: Architecture) -> Bool {
    name == node.name && (variant.isEmpty || variant == node.variant)
  }

  /// The number in the variant; 0 where there is none.
  private var level: Int {
    var level = 0
    for digit in variant.utf8.dropFirst().prefix(2) {
      guard digit.isDigit else { break }
      level = level * 10 + Int(digit & 15)
    }
    return level
  }
}

extension Architecture {
  private static let systems =
    "aix|android|darwin|dragonfly|freebsd|ios|linux|macos|netbsd|openbsd|plan9|solaris|wasip1|windows"
  private static let names =
    "386|amd64|arm|arm64|loong64|mips|mips64|mips64le|mipsle|ppc64|ppc64le|riscv64|s390x|wasm"

  /// What `--platform` names, as containerd reads it: `SYSTEM`, `ARCHITECTURE` or
  /// `SYSTEM/ARCHITECTURE[/VARIANT]`; nil where it is none of these.
  package static func platform(_ text: String) -> (system: String, architecture: Architecture)? {
    let parts = text.lowered.pieces(at: "/")
    let isSound = parts.allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy { $0.isLower || $0.isDigit || $0 == 0x2d || $0 == 0x2e || $0 == 0x5f }
    }
    guard isSound, parts.count <= 3 else { return nil }
    guard parts.count == 1 else {
      return (parts[0], Architecture(parts.dropFirst().reduce("") { $0.isEmpty ? $1 : $0 + "/" + $1 }))
    }
    if parts[0].isOne(of: systems) { return (parts[0], Architecture("")) }
    let architecture = Architecture(parts[0])
    return architecture.name.isOne(of: names) ? ("linux", architecture) : nil
  }

  /// What a node runs, itself first. An Engine tells `arm` without the variant, which follows from the cores as
  /// containerd has it.
  ///
  /// - Parameters:
  ///   - engine: the Engine's word.
  ///   - processors: the beginning of `/proc/cpuinfo`.
  ///   - hasCompatibility: whether the kernel of a 64-bit machine runs 32-bit programs.
  package static func ofNode(engine: String, processors: String, hasCompatibility: Bool) -> [Architecture] {
    var own = Architecture(engine)
    if own.name == "arm64", hasCompatibility { return [own, Architecture("arm/v8")] }
    guard own.name == "arm", own.variant.isEmpty else { return [own] }
    var version: UInt8 = 0
    var (isVersion6, hasVersion8) = (false, false)
    for line in processors.words(at: "\n") {
      guard let (key, value) = line.cut(at: ":") else { continue }
      if key.begins(with: "CPU architecture"), version == 0 {
        let value = value.trimmed
        version = value.begins(with: "AArch64") ? 8 : (value.utf8.first ?? 0) & 15
      }
      // An ARM1176 says architecture 7, and the truth in its name (a Raspberry Pi 1 or Zero).
      if key.begins(with: "model name") || key.begins(with: "Processor") {
        isVersion6 = isVersion6 || value.contains(ignoringCase: "armv6")
      }
      // A 32-bit kernel says 7 of an ARMv8 core, too; only those count CRC32 among their features.
      if key.begins(with: "Features") {
        hasVersion8 = hasVersion8 || (value + " ").contains(bytes: " crc32 ")
      }
    }
    if isVersion6 { version = 6 }
    guard (5...8).contains(version) else { return [own] }
    own.variant = "v" + String(version)
    // Only a 64-bit kernel says 8: it runs 64-bit programs whatever the Engine is.
    if version == 8 { return [own, Architecture("arm64")] }
    return version == 7 && hasVersion8 ? [own, Architecture("arm/v8")] : [own]
  }
}
