import Foundation
import Simulation


let arguments = Array(CommandLine.arguments.dropFirst())
let seeds = arguments.first.flatMap { Int($0) } ?? 3
let only = arguments.dropFirst().first

struct Row {
  var name: String
  var mean: Double
  var p99: Double
  var response: Double
  var kills: Int
  var moves: Int
  var unfinished: Int
  var waits: Int
}

func average(_ name: String, _ outcomes: [Outcome]) -> Row {
  let count = Double(outcomes.count)
  return Row(
    name: name, mean: outcomes.reduce(0) { $0 + $1.meanSlowdown } / count,
    p99: outcomes.reduce(0) { $0 + $1.slowdown(at: 0.99) } / count,
    response: outcomes.reduce(0) { $0 + $1.meanResponse } / count,
    kills: outcomes.reduce(0) { $0 + $1.memoryKills }, moves: outcomes.reduce(0) { $0 + $1.moves },
    unfinished: outcomes.reduce(0) { $0 + $1.unfinished }, waits: outcomes.reduce(0) { $0 + $1.waits })
}

for scenario in try Scenarios().list where only == nil || scenario.name.hasPrefix(only!) {
  let started = Date()
  func run(_ make: (UInt64) -> Policy?) -> [Outcome] {
    (1...seeds).map { Simulation(scenario, seed: UInt64($0)).run(make(UInt64($0)), limit: 30_000) }
  }
  let oracle = average("oracle", run { _ in Oracle(.completion) })
  let byslow = average("oracle by slowdown", run { _ in Oracle(.slowdown) })
  let hearthStart = Date()
  let hearth = average("Hearth", run { _ in nil })
  let hearthTime = Date().timeIntervalSince(hearthStart)
  var rows = [byslow, hearth]
  for index in 0..<10 { rows.append(average(Rivals.all(seed: 1)[index].name, run { Rivals.all(seed: $0)[index] })) }
  let best = rows.dropFirst(2).min { $0.mean < $1.mean }!
  print(
    String(
      format: "%-14@ oracle %.2f p99 %.2f | hearth mean %.3f p99 %.3f resp %.3f kills %d/%d moves %d unf %d waits %d/%d | by slowdown %.3f %.3f | best rival %@ %.3f p99 %.3f | HE-self %.2f | %.1f s (hearth %.1f)",
      scenario.name as NSString, oracle.mean, oracle.p99, hearth.mean / oracle.mean, hearth.p99 / oracle.p99, hearth.response / oracle.response,
      hearth.kills, oracle.kills, hearth.moves, hearth.unfinished, hearth.waits, oracle.waits,
      byslow.mean / oracle.mean, byslow.p99 / oracle.p99, best.name as NSString, best.mean / oracle.mean, best.p99 / oracle.p99,
      rows[3].mean / oracle.mean, Date().timeIntervalSince(started), hearthTime))
}
