package import Basics

/// All readings of this board at one time.
package struct Snapshot: Equatable, Sendable {
  /// When the sampler last ran; nil before the first sample.
  package var instant: Instant?
  package var board: Board
  package var processors: Processors
  package var load: Reading<Load>
  package var memory: Reading<Memory>
  package var pressure: Pressure
  package var thermal: Thermal
  package var hwmon: Hwmon
  package var network: Network
  package var storage: Storage
  package var power: PowerSupplies
  package var controlGroup: ControlGroup
  package var firmware: Firmware
  package var sensors: Sensors

  /// A snapshot of nothing: every reading not measured yet, every list empty.
  package init(
    instant: Instant? = nil, board: Board = Board(), processors: Processors = Processors(),
    load: Reading<Load> = .absent(.notYet), memory: Reading<Memory> = .absent(.notYet),
    pressure: Pressure = Pressure(), thermal: Thermal = Thermal(), hwmon: Hwmon = Hwmon(),
    network: Network = Network(), storage: Storage = Storage(), power: PowerSupplies = PowerSupplies(),
    controlGroup: ControlGroup = ControlGroup(), firmware: Firmware = Firmware(),
    sensors: Sensors = Sensors()
  ) {
    self.instant = instant
    self.board = board
    self.processors = processors
    self.load = load
    self.memory = memory
    self.pressure = pressure
    self.thermal = thermal
    self.hwmon = hwmon
    self.network = network
    self.storage = storage
    self.power = power
    self.controlGroup = controlGroup
    self.firmware = firmware
    self.sensors = sensors
  }

  /// Bytes that new work can have, inside the control group's limit; nil where the machine does not tell.
  package var availableMemory: UInt64? {
    memory.value.map { min($0.available, controlGroup.memoryLeft ?? .max) }
  }

  /// How many cores new work can have at once: those online that this process may use, at most as many as the quota
  /// is worth, rounded up; 0 where none is known.
  package var usableCores: Int {
    let allowed = controlGroup.allowedCores.value ?? nil
    var count = 0
    for core in processors.cores where core.isOnline && allowed?.contains(core.number) ?? true { count += 1 }
    guard let quota = controlGroup.cores.value ?? nil, quota > 0, quota < Double(count) else {
      return count
    }
    return max(Int(quota.rounded(.up)), 1)
  }
}
