internal import CI2C
internal import CLinux
package import Peripherals

/// Reads the chips of a bus: in a process of its own, because a transfer may take as long as its adapter likes.
package enum BusReader {
  /// How long one transfer may take, where the adapter can be told: several times the 35 ms of SMBus.
  private static let transferMilliseconds: UInt32 = 100

  /// Writes a number for each mark and register of each job to `output`: what was read, or minus an error number. A
  /// chip that fails is not asked again.
  ///
  /// - Parameter path: the bus, as `/dev/i2c-1`.
  package static func read(_ jobs: [BusJob], path: String, output: Int32) {
    let bus = ci2c_open(path, transferMilliseconds)
    for job in jobs {
      var numbers: [Int32] = []
      var failure = bus < 0 ? bus : ci2c_choose(bus, job.address)
      for mark in job.marks {
        let number = failure < 0 ? failure : raw(bus, mark.access)
        numbers.append(number)
        if failure < 0 { continue }
        if number < 0 {
          failure = number
        } else if !mark.fits(UInt16(truncatingIfNeeded: number)) {
          failure = BusJob.unread
        }
      }
      for access in job.accesses {
        let number = failure < 0 ? failure : raw(bus, access)
        numbers.append(number)
        if number < 0 { failure = number }
      }
      // In one piece: less than PIPE_BUF is never parted.
      _ = numbers.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
    }
    if bus >= 0 { close(bus) }
  }

  private static func raw(_ bus: Int32, _ access: RegisterAccess) -> Int32 {
    switch access.kind {
    case .byte: return ci2c_byte(bus, access.register)
    case .wordLittle: return ci2c_word(bus, access.register)
    case .wordBig:
      let word = ci2c_word(bus, access.register)
      return word < 0 ? word : (word & 0xff) << 8 | word >> 8 & 0xff
    case .blockBig:
      var high: UInt8 = 0
      var low: UInt8 = 0
      let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2) { bytes in
        let count = ci2c_block(bus, access.register, 2, bytes.baseAddress)
        if count == 2 { (high, low) = (bytes[0], bytes[1]) }
        return count
      }
      if count < 0 { return count }
      return count == 2 ? Int32(high) << 8 | Int32(low) : -EPROTO
    case .highFirst, .lowFirst:
      let first = ci2c_byte(bus, access.register)
      guard first >= 0 else { return first }
      let second = ci2c_byte(bus, access.second)
      guard second >= 0 else { return second }
      return access.kind == .highFirst ? first << 8 | second : second << 8 | first
    }
  }
}
