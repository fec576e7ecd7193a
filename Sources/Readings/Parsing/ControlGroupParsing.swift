package import Basics

/// Where this process is in each hierarchy.
package struct GroupPaths: Equatable {
  /// The group in the second generation's only hierarchy.
  package var unified: String?
  /// The group of the old generation's controller `cpu`, which has the quota.
  package var processor: String?
  /// That of `cpuacct`, which counts what was used.
  package var accounting: String?
  /// That of `memory`.
  package var memory: String?
  /// That of `cpuset`.
  package var cores: String?
}

/// `0::/path` (second generation) and `N:controller,controller:/path` lines.
package func parseMembership(_ text: Cursor) -> GroupPaths {
  var text = text
  var paths = GroupPaths()
  while var line = text.line() {
    guard line.unsigned() != nil, line.skip(UInt8(ascii: ":")) else { continue }
    var controllers = line.part(upTo: UInt8(ascii: ":"))
    guard line.peek == UInt8(ascii: "/"), line.count < 1024 else { continue }
    if controllers.isAtEnd {
      paths.unified = line.text(limit: 1024)
      continue
    }
    while !controllers.isAtEnd {
      let controller = controllers.part(upTo: UInt8(ascii: ","))
      if controller.equals("cpu" as StaticString) { paths.processor = line.text(limit: 1024) }
      if controller.equals("cpuacct" as StaticString) { paths.accounting = line.text(limit: 1024) }
      if controller.equals("memory" as StaticString) { paths.memory = line.text(limit: 1024) }
      if controller.equals("cpuset" as StaticString) { paths.cores = line.text(limit: 1024) }
    }
  }
  return paths
}

/// `max 100000` or `50000 100000`: cores, or nil inside for no limit; nil if malformed.
package func parseProcessorMaximum(_ text: inout Cursor) -> Double?? {
  if text.skipNoLimit() { return .some(nil) }
  guard let quota = text.unsigned() else { return nil }
  text.skipSpaces()
  guard let period = text.unsigned(), period > 0, text.isBlank else { return nil }
  return .some(limitedCores(Double(quota), each: Double(period)))
}

/// A quota in cores; nil where it is none: not positive, or of more cores than a machine has.
package func limitedCores(_ quota: Double, each period: Double) -> Double? {
  let cores = quota / period
  return cores > 0 && cores <= Double(Processors.mostCores) ? cores : nil
}

/// The least that no limit can be, in bytes: 2^31 - 1 pages of 4 KiB, which kernels of 32 bits write where there is none
/// (PAGE_COUNTER_MAX, include/linux/page_counter.h). Those of 64 bits write up to 2^64 - 1; no board has 8 TiB.
private let noMemoryLimit: UInt64 = 0x7fff_ffff << 12

/// Bytes, or nil inside for no limit; nil if malformed.
package func parseMemoryMaximum(_ text: inout Cursor) -> UInt64?? {
  if text.skipNoLimit() { return .some(nil) }
  guard let bytes = text.unsigned(), text.isBlank else { return nil }
  return .some(bytes < noMemoryLimit ? bytes : nil)
}

extension Cursor {
  /// Steps over `max`, or the -1 that other makers of these files write.
  fileprivate mutating func skipNoLimit() -> Bool { skip("max") || skip("-1") }
}

/// The bytes in `memory.stat` that are there as long as nobody else wants them; nil without its lines for pages of
/// files. The old generation counts the groups below only in its `total_` lines.
package func parseReclaimable(_ text: inout Cursor) -> UInt64? {
  var own: UInt64?
  var total: UInt64?
  func add(_ sum: inout UInt64?, _ line: inout Cursor) {
    if let bytes = line.unsigned(), line.isBlank, bytes < 1 << 60 { sum = (sum ?? 0) + bytes }
  }
  while var line = text.wholeLine() {
    if line.skip("active_file ") || line.skip("inactive_file ") || line.skip("slab_reclaimable ") {
      add(&own, &line)
    } else if line.skip("total_active_file ") || line.skip("total_inactive_file ") {
      add(&total, &line)
    }
  }
  return total ?? own
}
