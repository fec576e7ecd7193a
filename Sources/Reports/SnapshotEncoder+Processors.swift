import Basics
import Readings
import Wire

// The board, its cores and memory, and what a control group leaves of them.
extension SnapshotEncoder {
  func encode(_ board: Board) -> JSON {
    .object(
      JSONObject()
        .with("architecture", .string(board.architecture))
        .with("model", text(board.model))
        .with("compatible", reading(board.compatible) { .array($0.map { .string($0) }) })
        .with("serial", text(board.serial))
        .with("vendor", text(board.vendor))
        .with("product", text(board.product))
        .with("board", text(board.boardName))
        .with(
          "parts",
          reading(board.processorParts) { parts in
            .array(
              parts.map { part in
                .object(
                  JSONObject()
                    .with("part", whole(part.part))
                    .with("name", .string(part.name))
                    .with("megahertz", whole(part.megahertz))
                    .with("count", whole(part.count)))
              })
          }))
  }

  func encode(_ processors: Processors) -> JSON {
    .object(
      JSONObject()
        .with("utilisation", number(processors.utilisation))
        .with("times", reading(processors.times, encode))
        .with("cores", .array(processors.cores.map(encode)))
        .with("policies", .array(processors.policies.map(encode))))
  }

  func encode(_ core: Core) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(core.number))
        .with("online", .bool(core.isOnline))
        .with("utilisation", number(core.utilisation))
        .with("times", reading(core.times, encode))
        .with("capacity", whole(core.capacity))
        .with("package", whole(core.topology.package))
        .with("cluster", whole(core.topology.cluster))
        .with("core", whole(core.topology.core))
        .with("policy", core.policy.map { whole($0) } ?? .null))
  }

  func encode(_ times: CoreTimes) -> JSON {
    .object(
      JSONObject()
        .with("user", count(times.user))
        .with("nice", count(times.nice))
        .with("system", count(times.system))
        .with("idle", count(times.idle))
        .with("iowait", count(times.iowait))
        .with("irq", count(times.irq))
        .with("softirq", count(times.softirq))
        .with("steal", count(times.steal)))
  }

  func encode(_ policy: FrequencyPolicy) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(policy.number))
        .with("cores", .array(policy.cores.map { whole($0) }))
        .with("minimum", whole(policy.minimum))
        .with("maximum", whole(policy.maximum))
        .with("limit", whole(policy.limit))
        .with("current", whole(policy.current)))
  }

  func encode(_ load: Load) -> JSON {
    .object(
      JSONObject()
        .with("one", .double(load.one))
        .with("five", .double(load.five))
        .with("fifteen", .double(load.fifteen))
        .with("runnable", whole(load.runnable))
        .with("tasks", whole(load.tasks)))
  }

  func encode(_ memory: Memory) -> JSON {
    .object(
      JSONObject()
        .with("total", count(memory.total))
        .with("available", count(memory.available))
        .with("swapTotal", count(memory.swapTotal))
        .with("swapFree", count(memory.swapFree)))
  }

  func encode(_ resource: PressureResource) -> JSON {
    .object(
      JSONObject()
        .with("someShare", number(resource.someShare))
        .with("fullShare", number(resource.fullShare))
        .with(
          "stall",
          reading(resource.stall) { stall in
            .object(
              JSONObject()
                .with("some", stall.some.map { encode($0) } ?? .null)
                .with("full", stall.full.map { encode($0) } ?? .null))
          }))
  }

  func encode(_ line: PressureLine) -> JSON {
    .object(
      JSONObject()
        .with("average10", .double(line.average10))
        .with("average60", .double(line.average60))
        .with("average300", .double(line.average300))
        .with("total", count(line.total)))
  }

  func encode(_ group: ControlGroup) -> JSON {
    var use = JSON.null
    if let reading = group.use { use = self.reading(reading, encode) }
    var reclaimable = JSON.null
    if let reading = group.memoryReclaimable { reclaimable = self.reading(reading) { count($0) } }
    return .object(
      JSONObject()
        .with("version", group.version.map { .integer(Int64($0.rawValue)) } ?? .null)
        .with("cores", reading(group.cores) { $0.map { .double($0) } ?? .null })
        .with("use", use)
        .with("memoryMaximum", reading(group.memoryMaximum) { $0.map { count($0) } ?? .null })
        .with("memoryCurrent", reading(group.memoryCurrent) { count($0) })
        .with("memoryReclaimable", reclaimable)
        .with(
          "allowedCores", reading(group.allowedCores) { $0.map { .array($0.map { whole($0) }) } ?? .null }))
  }

  func encode(_ use: QuotaUse) -> JSON {
    .object(
      JSONObject().with("cores", .double(use.cores)).with(
        "throttled", use.throttled.map { .double($0) } ?? .null))
  }
}
