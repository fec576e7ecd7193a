package import Basics
package import Readings

/// Samples the board behind a root folder into one snapshot.
///
/// It keeps its files open and, after a few samples, allocates nothing as long as nothing comes or goes and
/// nobody else holds a copy of the snapshot (a copy makes the next sample duplicate the lists).
package final class Sampler {
  /// Samples between two looks at which cores, zones, chips, interfaces, disks and supplies exist.
  package static let samplesPerScan = 30

  /// What the last sample found.
  package private(set) var snapshot = Snapshot()

  private let reader: FileReader
  private let root: String
  private var processors: ProcessorSampler
  private var system: SystemSampler
  private var thermal: ThermalSampler
  private var hwmon: HwmonSampler
  private var network: NetworkSampler
  private var storage: StorageSampler
  private var power: PowerSupplySampler
  private var controlGroup: ControlGroupSampler
  private var firmware: FirmwareSampler
  private let noPowerChip: Absence
  private var samplesSinceScan = 0
  /// A device that is gone asks for a scan at once; if that does not help, the pause between doubles.
  private var hastyPause = 1

  /// - Parameters:
  ///   - root: the folder that holds `proc` and `sys`; empty or `/` for this machine.
  ///   - statePath: the agent's state folder, below the root.
  ///   - enginePath: the Engine's folder, below the root.
  ///   - files: where all of it is read.
  package init(root: String, statePath: String, enginePath: String, files: FileSource) {
    reader = FileReader(files: files)
    let root = withoutTrailingSlashes(root)
    self.root = root
    processors = ProcessorSampler(root: root)
    system = SystemSampler(root: root)
    thermal = ThermalSampler(root: root)
    hwmon = HwmonSampler(root: root)
    network = NetworkSampler(root: root)
    storage = StorageSampler(root: root, statePath: statePath, enginePath: enginePath)
    power = PowerSupplySampler(root: root)
    controlGroup = ControlGroupSampler(root: root)
    firmware = FirmwareSampler(root: root, files: files)
    noPowerChip = Absence(path: root + "/sys/class/hwmon/*/power1_input", reason: .noFile)
  }

  /// Reads everything once and updates the snapshot in place; `now` becomes the time of all readings.
  package func sample(at now: Instant) {
    let isFirst = snapshot.instant == nil
    if isFirst {
      snapshot.board = readBoard(root: root, with: reader, at: now)
      reader.shrink()
    }
    let isHasty = reader.sawVanished && samplesSinceScan >= hastyPause
    let isScan = isFirst || isHasty || processors.isStale || samplesSinceScan >= Self.samplesPerScan
    if isScan {
      hastyPause = isHasty ? min(hastyPause * 2, Self.samplesPerScan) : 1
      scan(anew: isHasty, at: now)
    }
    samplesSinceScan += 1
    processors.sample(&snapshot.processors, with: reader, at: now)
    system.sample(&snapshot, with: reader, at: now)
    thermal.sample(&snapshot.thermal, with: reader, at: now)
    hwmon.sample(&snapshot.hwmon, with: reader, at: now)
    network.sample(&snapshot.network, anew: isHasty, isScan: isScan, with: reader, at: now)
    storage.sample(&snapshot.storage, with: reader, at: now)
    power.sample(&snapshot.power, with: reader, at: now)
    controlGroup.sample(&snapshot.controlGroup, with: reader, at: now)
    snapshot.updateDrawnPower(without: noPowerChip)
    firmware.sample(&snapshot.firmware, hwmon: snapshot.hwmon, with: reader, at: now)
    snapshot.instant = now
  }

  /// What was read of the chips on I2C buses, which takes its own time.
  package func take(_ sensors: Sensors) {
    snapshot.sensors = sensors
    if snapshot.instant != nil { snapshot.updateDrawnPower(without: noPowerChip) }
  }

  private func scan(anew: Bool, at now: Instant) {
    reader.scan &+= 1
    reader.sawVanished = false
    samplesSinceScan = 0
    processors.scan(&snapshot.processors, with: reader, at: now)
    thermal.scan(&snapshot.thermal, anew: anew, with: reader, at: now)
    hwmon.scan(&snapshot.hwmon, anew: anew, with: reader, at: now)
    power.scan(&snapshot.power, anew: anew, with: reader, at: now)
    controlGroup.scan(&snapshot.controlGroup, cores: snapshot.processors.cores, with: reader, at: now)
  }
}
