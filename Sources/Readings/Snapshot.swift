package import Basics

/// All readings of this board at one time.
package struct Snapshot: Equatable, Sendable {
  /// When the sampler last ran; nil before the first sample.
  package var instant: Instant?
  /// What this board is.
  package var board: Board
  /// Cores, their times and clocks.
  package var processors: Processors
  /// `/proc/loadavg`.
  package var load: Reading<Load>
  /// `/proc/meminfo`.
  package var memory: Reading<Memory>
  /// How long tasks waited for what.
  package var pressure: Pressure
  /// Temperatures and what cools.
  package var thermal: Thermal
  /// Chips that have a driver of the kernel's.
  package var hwmon: Hwmon
  /// Interfaces and their counters.
  package var network: Network
  /// File systems and disks.
  package var storage: Storage
  /// Supplies, and what the board draws.
  package var power: PowerSupplies
  /// The limits around this process.
  package var controlGroup: ControlGroup
  /// What the firmware says of power and heat.
  package var firmware: Firmware
  /// Chips on I2C buses that are read here.
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

  /// The numbers of the cores this process may use; nil for all. A list that meets none of those that are there is no
  /// list of them; where none is known to be there, all are taken to be.
  package var allowedCores: [Int]? {
    guard let list = controlGroup.allowedCores.value ?? nil else { return nil }
    let isAnyOnline = processors.onlineCount > 0
    for core in processors.cores where (core.isOnline || !isAnyOnline) && list.contains(core.number) {
      return list
    }
    return nil
  }

  /// How many cores new work can have at once: those online that this process may use, at most as many as the quota
  /// is worth, rounded up; 0 where none is known.
  package var usableCores: Int {
    let allowed = allowedCores
    var count = 0
    for core in processors.cores where core.isOnline && allowed?.contains(core.number) ?? true { count += 1 }
    guard let quota = controlGroup.cores.value ?? nil, quota > 0, quota < Double(count) else {
      return count
    }
    return max(Int(quota.rounded(.up)), 1)
  }

  /// Says in `power.drawn` what the board draws: the first INA2xx chip with a driver (drivers/hwmon/ina2xx.c), which are
  /// wired into the board's supply, else the first chip of `sensors` that measures the supply and has a value.
  ///
  /// - Parameter noChip: what is said where there is neither.
  package mutating func updateDrawnPower(without noChip: Absence) {
    var drawn = powerOfDriver
    for chip in sensors.chips where drawn?.value == nil && chip.meaning == .supply {
      guard let measured = chip.reading(.power) else { continue }
      if let watts = measured.value {
        if watts == watts { drawn = measured }
      } else {
        drawn = drawn ?? measured
      }
    }
    power.drawn = drawn ?? .absent(noChip)
  }

  /// In watts; nil where no such chip has a driver.
  private var powerOfDriver: Reading<Double>? {
    for chip in hwmon.chips where chip.name.begins(with: "ina2") {
      for sensor in chip.sensors where sensor.kind == .power {
        switch sensor.value {
        case .value(let microwatts, let at): return .value(Double(microwatts) / 1e6, at: at)
        case .absent(let absence): return .absent(absence)
        }
      }
    }
    return nil
  }
}
