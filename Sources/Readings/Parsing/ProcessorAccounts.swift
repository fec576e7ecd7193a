package import Basics

/// Sums since the group was made, in nanoseconds.
package struct ProcessorAccounts: Equatable {
  /// Processor time of all its tasks.
  package var used: UInt64?
  /// Time in which it waited for the next period, of all cores together.
  package var throttled: UInt64?

  /// Nothing is known yet.
  package init() {}
}

extension QuotaUse {
  /// What a group did between two samples that are `seconds` apart, more than 0; nil where it is not counted.
  package init?(from old: ProcessorAccounts, to new: ProcessorAccounts, over seconds: Double) {
    guard let used = new.used, let before = old.used, used >= before else { return nil }
    var throttled: Double?
    if let waited = new.throttled, let earlier = old.throttled, waited >= earlier {
      throttled = min(Double(waited - earlier) / 1e9 / seconds, 1)
    }
    self.init(cores: Double(used - before) / 1e9 / seconds, throttled: throttled)
  }
}

/// `cpu.stat` of both generations: `usage_usec` and `throttled_usec`, or `throttled_time` in nanoseconds.
package func parseProcessorAccounts(_ text: inout Cursor) -> ProcessorAccounts {
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
