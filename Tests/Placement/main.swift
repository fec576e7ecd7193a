import Foundation
import Simulation

if let path = ProcessInfo.processInfo.environment["REAL"] {
  print(try RealHome(path).report())
  exit(0)
}
let settings = Settings(ProcessInfo.processInfo.environment)
let scenarios = try Scenarios.all().filter { $0.name.hasPrefix(settings.scenario) }
guard !scenarios.isEmpty else {
  let message = "placement: no scenario's name begins with '\(settings.scenario)'\n"
  FileHandle.standardError.write(Data(message.utf8))
  exit(2)
}
let contestants = settings.isShort ? Contestant.brief : Contestant.all
let cells = await Trials(
  scenarios: scenarios, contestants: contestants, seeds: settings.seeds, time: settings.time,
  workers: settings.workers
).run()
let comparisons = scenarios.indices.compactMap { index in
  Comparison(
    scenarios[index], contestants,
    cells.filter { $0.scenario == index }.sorted { $0.seed < $1.seed }.map(\.figures))
}
let report = Report(comparisons, isShort: settings.isShort || !settings.scenario.isEmpty)
print(report.text)
if let folder = settings.folder { try Files(report, scenarios, in: folder).write() }
exit(report.verdicts.contains { $0.outcome == .broken } ? 1 : 0)
