import Basics
import Readings

/// Measures what a group does with its quota, from its accounts at two samples.
final class QuotaMeter {
  /// The group's folder.
  let folder: String
  /// What is said before there are two samples.
  let noRate: Absence
  /// `cpu.stat`: in the second generation it has the time that was used as well.
  private var statistics: Attribute
  /// `cpuacct.usage` of the old generation.
  private var usage: Attribute
  private let hasUsage: Bool
  private var last = ProcessorAccounts()
  private var lastInstant = Instant(nanoseconds: 0)

  /// - Parameter accounts: the folder of `cpuacct.usage`; nil in the second generation.
  init(folder: String, accounts: String?) {
    self.folder = folder
    statistics = Attribute(folder + "/cpu.stat")
    usage = Attribute((accounts ?? folder) + "/cpuacct.usage")
    hasUsage = accounts != nil
    noRate = hasUsage ? usage.absence : statistics.absence
  }

  func close(_ reader: FileReader) {
    reader.close(&statistics)
    reader.close(&usage)
  }

  /// Replaces `use` by what was done since the last sample.
  func sample(_ use: inout Reading<QuotaUse>?, with reader: FileReader, at now: Instant) {
    var new = ProcessorAccounts()
    var absence: Absence?
    if var text = reader.contents(of: &statistics) {
      new = parseProcessorAccounts(&text)
      if new.used == nil, !hasUsage { absence = statistics.absent(.notSupported(errno: 0)) }
    } else if !hasUsage {
      absence = statistics.absence
    }
    if hasUsage {
      var used = Reading<UInt64>.absent(noRate)
      reader.update(&used, from: &usage, at: now) { $0.unsigned() }
      new.used = used.value
      absence = used.absence
    }
    let time = (now - lastInstant).seconds
    if let used = new.used, let before = last.used, used >= before {
      // At the same instant nothing new is known.
      guard time > 0 else { return }
      use = QuotaUse(from: last, to: new, over: time).map { .value($0, at: now) }
    } else {
      use = .absent(absence ?? noRate)
    }
    last = new
    lastInstant = now
  }
}
