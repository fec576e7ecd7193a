/// Measures what a group does with its quota, from its accounts at two samples.
struct QuotaMeter {
  /// The group's folder.
  let folder: String
  /// What is said before there are two samples.
  let noRate: Absence
  /// `cpu.stat`: in the second generation it has the time that was used as well.
  private var statistics: Attribute
  /// `cpuacct.usage` of the old generation.
  private var accounts: Attribute?
  private var last: ProcessorAccounts?
  private var lastInstant = Instant(nanoseconds: 0)

  /// - Parameter accounts: the path of `cpuacct.usage`; nil in the second generation.
  init(folder: String, accounts: String?) {
    self.folder = folder
    statistics = Attribute(folder + "/cpu.stat")
    self.accounts = accounts.map { Attribute($0) }
    noRate = self.accounts?.absence ?? statistics.absence
  }

  mutating func close(_ reader: FileReader) {
    reader.close(&statistics)
    guard var file = accounts else { return }
    reader.close(&file)
    accounts = file
  }

  /// Replaces `use` by what was done since the last sample.
  mutating func sample(_ use: inout Reading<QuotaUse>?, with reader: FileReader, at now: Instant) {
    var new = ProcessorAccounts()
    if var text = reader.contents(of: &statistics) { new = parseProcessorAccounts(&text) }
    var absence = statistics.absence
    if var file = accounts {
      var used = Reading<UInt64>.absent(file.absence)
      reader.update(&used, from: &file, at: now) { $0.unsigned() }
      new.used = used.value
      absence = file.absence
      accounts = file
    }
    guard let used = new.used else {
      last = nil
      // A file that was read and lacks the line is of another kernel.
      if absence.reason == .notYet { absence = statistics.absent(.notSupported(errno: 0)) }
      use = .absent(absence)
      return
    }
    defer {
      last = new
      lastInstant = now
    }
    guard let old = last, let before = old.used, used >= before else {
      use = .absent(noRate)
      return
    }
    let time = (now - lastInstant).seconds
    guard time > 0 else { return }
    var throttled: Double?
    if let waited = new.throttled, let earlier = old.throttled, waited >= earlier {
      throttled = min(Double(waited - earlier) / 1e9 / time, 1)
    }
    use = .value(QuotaUse(cores: Double(used - before) / 1e9 / time, throttled: throttled), at: now)
  }
}

/// Sums since the group was made, in nanoseconds.
struct ProcessorAccounts: Equatable {
  /// Processor time of all its tasks.
  var used: UInt64?
  /// Time in which it waited for the next period, of all cores together.
  var throttled: UInt64?
}

/// `cpu.stat` of both generations: `usage_usec` and `throttled_usec`, or `throttled_time` in nanoseconds.
func parseProcessorAccounts(_ text: inout Cursor) -> ProcessorAccounts {
  var accounts = ProcessorAccounts()
  while var line = text.wholeLine() {
    if line.skip("usage_usec ") {
      accounts.used = line.nanoseconds(each: 1000)
    } else if line.skip("throttled_usec ") {
      accounts.throttled = line.nanoseconds(each: 1000)
    } else if line.skip("throttled_time ") {
      accounts.throttled = line.nanoseconds(each: 1)
    }
  }
  return accounts
}

extension Cursor {
  /// A whole number of units of `each` nanoseconds.
  fileprivate mutating func nanoseconds(each: UInt64) -> UInt64? {
    guard let count = unsigned(), isBlank else { return nil }
    let product = count.multipliedReportingOverflow(by: each)
    return product.overflow ? nil : product.partialValue
  }
}
