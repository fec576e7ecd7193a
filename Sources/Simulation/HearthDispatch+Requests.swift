import Basics
internal import Containers
internal import Orchestration
internal import Scoring

// What clients ask of the home.
extension HearthDispatch {
  func request(_ job: Int) {
    let it = simulation.jobs[job]
    serial += 1
    let id = RunID(random: serial << 24 | UInt64(job))
    flights[job] = Flight(id, job)
    var arguments: [String] = []
    if it.memory > 0, it.tellsMemory { arguments += ["--memory", String(it.memory)] }
    if it.threads != 1 { arguments += ["--cpus", String(Int(it.threads))] }
    arguments.append(Self.reference(it.image))
    guard let command = try? RunCommand(parsing: arguments, source: .nothing) else { return }
    var run = Run(
      id: id, service: it.service, workload: .container(arguments: arguments), requester: "",
      requesterAddress: "", callback: "", host: "", times: RunTimes(accepted: moment.wallMilliseconds))
    run.bound = it.bound
    var isRefused = false
    perform(it.origin) { orchestrator in
      do throws(RunRefusal) {
        return try orchestrator.submit(run, command: command, at: self.moment)
      } catch {
        isRefused = true
        return []
      }
    }
    if isRefused {
      flights[job] = nil
      simulation.again(job)
    }
  }
}
