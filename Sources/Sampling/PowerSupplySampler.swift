import Basics
import Readings

/// Keeps `PowerSupplies` up to date: one consistent read of `uevent` each.
struct PowerSupplySampler {
  static let mostSupplies = 64

  private let folder: String
  private var files: [Attribute] = []
  private var lastFingerprint: UInt64?

  init(root: String) {
    folder = root + "/sys/class/power_supply"
  }

  /// Looks for supplies, if any came or went or `anew`.
  mutating func scan(_ power: inout PowerSupplies, anew: Bool, with reader: FileReader, at now: Instant) {
    let seen = reader.fingerprint(of: folder)
    guard anew || seen != lastFingerprint else { return }
    lastFingerprint = seen
    for index in files.indices { reader.close(&files[index]) }
    files = []
    var names: [String] = []
    let number = reader.files.forEachName(folder) { name in
      if names.count < Self.mostSupplies { names.append(name.text()) }
    }
    names = names.ordered()
    power = PowerSupplies(absence: number == 0 ? nil : Absence(path: folder, reason: absenceReason(number)))
    for name in names {
      let path = folder + "/" + name
      power.supplies.append(
        PowerSupply(name: name, kind: supplyKind(reader.text(path + "/type", at: now).value ?? "")))
      files.append(Attribute(path + "/uevent"))
    }
  }

  mutating func sample(_ power: inout PowerSupplies, with reader: FileReader, at now: Instant) {
    for index in files.indices where index < power.supplies.count {
      reader.update(&power.supplies[index].state, from: &files[index], at: now, parsePowerSupply)
    }
  }
}
