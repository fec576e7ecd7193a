package import Basics
package import Readings
package import Scoring

/// Which chips are read when, and what is made of the answers. It touches no bus: who reads takes a round from it.
///
/// A chip that fails loses its readings, says why, and is asked less and less often, up to `longestPause`.
package struct SensorPlan: Sendable {
  /// The chips of one bus that are due.
  package struct Round: Equatable, Sendable {
    /// As `/dev/i2c-1`.
    package let path: String
    /// The adapter's number.
    package let bus: Int
    /// What is read, chip after chip.
    package let jobs: [BusJob]
    fileprivate let members: [Int]

    /// Bytes that a whole answer has.
    package var size: Int {
      jobs.reduce(0) { $0 + $1.count } * MemoryLayout<Int32>.size
    }
  }

  private struct Member: Sendable {
    let spec: SensorSpec
    var due: Instant
    var backoff: Backoff
    var isBeingRead = false

    init(_ spec: SensorSpec, due: Instant) {
      self.spec = spec
      self.due = due
      let usual = spec.interval
      backoff = Backoff(
        first: Interval(nanoseconds: usual.nanoseconds &* 2), longest: max(usual, SensorPlan.longestPause))
    }

    /// When it is asked next, after it has answered or failed.
    mutating func pause(failed: Bool, at now: Instant) {
      if !failed { backoff.reset() }
      due = now + (failed ? backoff.next() : spec.interval)
    }
  }

  /// Chips of one node.
  package static let limit = 32
  /// The longest rest of a chip that fails.
  package static let longestPause = Interval.seconds(600)
  /// How long a chip's turn may be delayed by others.
  static let longestWait = Interval.seconds(20)
  /// A bus that is silent for this long is given up in this round.
  package static let timeout = Interval.seconds(2)

  private let buses: Profile.Buses
  private let folder: String
  private var members: [Member]
  /// The chips' readings as they are now.
  package private(set) var sensors = Sensors()

  /// A plan in which every chip is due at once.
  ///
  /// - Parameters:
  ///   - buses: what may be touched: those of the profile, and those the owner has named; what is forbidden stays so.
  ///   - folder: where the buses' devices are.
  package init(
    _ specs: [SensorSpec], buses: Profile.Buses, folder: String = "/dev", at now: Instant
  ) {
    self.buses = buses
    self.folder = folder
    members = specs.prefix(Self.limit).map { Member($0, due: now) }
    for member in members { sensors.chips.append(member.spec.unread) }
  }

  /// When the next chip is due; nil without chips.
  package var due: Instant? {
    members.lazy.filter { !$0.isBeingRead }.map { $0.due }.min()
  }

  // MARK: - Rounds

  /// What is to be read now, at most one round a bus.
  ///
  /// - Parameters:
  ///   - hwmon: chips that a driver of the kernel has are left to it.
  ///   - busy: buses whose last round is not over.
  package mutating func rounds(
    _ adapters: [Adapter], hwmon: Hwmon, busy: [Int] = [], at now: Instant
  ) -> [Round] {
    var rounds: [Round] = []
    for adapter in adapters where !busy.contains(adapter.number) {
      var found: [Int] = []
      for index in members.indices where isDue(index, now) && finds(index, among: adapters) == adapter {
        let spec = members[index].spec
        let device = "\(adapter.number)-" + hexadecimal(UInt64(spec.address), digits: 4)
        if let chip = hwmon.chips.first(where: { $0.device == device }) {
          let words = "the kernel's driver has it: see \(chip.name) under Sensors"
          fail(index, .unusable(text: words), at: now)
        } else {
          found.append(index)
          members[index].isBeingRead = true
        }
      }
      guard !found.isEmpty else { continue }
      rounds.append(
        Round(
          path: folder + "/i2c-\(adapter.number)", bus: adapter.number,
          jobs: found.map { index in
            let spec = members[index].spec
            return BusJob(
              address: spec.address, marks: spec.chip.marks, accesses: spec.chip.rows.map { $0.access })
          }, members: found))
    }
    for index in members.indices where isDue(index, now) {
      if let adapter = finds(index, among: adapters), busy.contains(adapter.number) {
        // It has to wait for who holds the bus up, but not with a reading that grows old.
        let late = now - members[index].due
        if late > Self.longestWait { fail(index, .unusable(text: "the bus does not answer"), at: now) }
      } else if let reason = obstacle(index, adapters) {
        fail(index, .unusable(text: reason), at: now)
      }
    }
    return rounds
  }

  private func isDue(_ index: Int, _ now: Instant) -> Bool {
    !members[index].isBeingRead && members[index].due <= now
  }

  private func fitting(_ index: Int, _ adapters: [Adapter]) -> [Adapter] {
    var named = Profile.Buses()
    named.allowed = [members[index].spec.adapter]
    return adapters.filter { named.allow($0.name) }
  }

  private func finds(_ index: Int, among adapters: [Adapter]) -> Adapter? {
    let fitting = fitting(index, adapters)
    return fitting.count == 1 && buses.allow(fitting[0].name) ? fitting[0] : nil
  }

  /// Why a chip's bus is not touched.
  private func obstacle(_ index: Int, _ adapters: [Adapter]) -> String? {
    if adapters.isEmpty { return "no I2C bus for programs here: load the module i2c-dev, switch the bus on" }
    let fitting = fitting(index, adapters)
    let wanted = members[index].spec.adapter
    if fitting.isEmpty { return "no I2C bus '\(wanted)'; there are: \(joined(adapters.map { $0.name }))" }
    if fitting.count > 1 { return "several I2C buses fit '\(wanted)': \(joined(fitting.map { $0.name }))" }
    return buses.allow(fitting[0].name)
      ? nil : "the profile or the settings forbid the bus \(fitting[0].name)"
  }

  // MARK: - Answers

  /// Takes what came of a round: all of it, or what there was when its time was over or the reader died.
  package mutating func finish(_ round: Round, _ bytes: [UInt8], at now: Instant) {
    var offset = 0
    var isCutShort = false
    for (job, index) in zip(round.jobs, round.members) where members.indices.contains(index) {
      members[index].isBeingRead = false
      guard !isCutShort else { continue }
      var numbers: [Int32] = []
      while numbers.count < job.count, offset + 4 <= bytes.count {
        numbers.append(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Int32.self) })
        offset += 4
      }
      if numbers.count == job.count {
        take(numbers, index, at: now)
      } else {
        // It holds up the bus; those behind it have had no turn and keep theirs.
        isCutShort = true
        fail(index, .failed(errno: ErrorNumber.ETIMEDOUT), at: now)
      }
    }
  }

  private mutating func take(_ numbers: [Int32], _ index: Int, at now: Instant) {
    let spec = members[index].spec
    for (number, mark) in zip(numbers, spec.chip.marks) {
      if number < 0 { return fail(index, Self.reason(number), at: now) }
      if !mark.fits(UInt16(truncatingIfNeeded: number)) {
        let words = "register \(hex(Int(mark.access.register))) is \(hex(Int(number))): no \(spec.chip.type)"
        return fail(index, .unusable(text: words), at: now)
      }
    }
    let path = "\(spec.adapter) \(hex(Int(spec.address)))"
    var readings: [SensorReading] = []
    var failure: Absence.Reason?
    for (number, row) in zip(numbers.dropFirst(spec.chip.marks.count), spec.chip.rows) {
      var reading = SensorReading(quantity: row.quantity, name: row.name)
      switch value(number, row, spec) {
      case .success(let value): reading.value = .value(value, at: now)
      case .failure(let fault):
        reading.value = .absent(Absence(path: path, reason: fault.reason))
        failure = failure ?? fault.reason
      }
      readings.append(reading)
    }
    for product in spec.chip.products { readings.append(Self.multiply(product, readings, path, at: now)) }
    sensors.chips[index].readings = readings
    members[index].pause(failed: failure != nil, at: now)
  }

  private struct Fault: Error {
    let reason: Absence.Reason
  }

  private func value(_ number: Int32, _ row: ChipRow, _ spec: SensorSpec) -> Result<Double, Fault> {
    guard number >= 0 else { return .failure(Fault(reason: Self.reason(number))) }
    let raw = UInt16(truncatingIfNeeded: number)
    guard let value = row.decode(raw, shunt: spec.shunt) else {
      return .failure(Fault(reason: .unusable(text: "\(hex(Int(raw))) says nothing")))
    }
    guard row.believes(value), Plausible.believes(value, of: row.quantity) else {
      let words = "\(decimal(value, places: 2)) \(row.quantity.unit) is not believed"
      return .failure(Fault(reason: .unusable(text: words)))
    }
    return .success(value)
  }

  private static func multiply(
    _ product: Chip.Product, _ readings: [SensorReading], _ path: String, at now: Instant
  ) -> SensorReading {
    var result = SensorReading(quantity: product.quantity)
    let first = readings.first { $0.quantity == product.first }?.value
    let second = readings.first { $0.quantity == product.second }?.value
    if let left = first?.value, let right = second?.value {
      result.value = .value(left * right, at: now)
    } else if let absence = first?.absence ?? second?.absence {
      result.value = .absent(absence)
    }
    return result
  }

  private static func reason(_ number: Int32) -> Absence.Reason {
    switch -number {
    // Adapters differ in what they call a chip that does not answer.
    case ErrorNumber.ENXIO, ErrorNumber.EREMOTEIO, ErrorNumber.ENODEV:
      .unusable(text: "no answer (\(ErrorNumber.words(-number)))")
    case ErrorNumber.EBUSY: .unusable(text: "a driver of the kernel has it")
    case ErrorNumber.EACCES, ErrorNumber.EPERM: .permission
    case ErrorNumber.ENOENT: .noFile
    default: .failed(errno: -number)
    }
  }

  private mutating func fail(_ index: Int, _ reason: Absence.Reason, at now: Instant) {
    let spec = members[index].spec
    let absence = Absence(path: "\(spec.adapter) \(hex(Int(spec.address)))", reason: reason)
    for place in sensors.chips[index].readings.indices {
      sensors.chips[index].readings[place].value = .absent(absence)
    }
    members[index].pause(failed: true, at: now)
  }
}
