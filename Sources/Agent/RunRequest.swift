internal import CLinux
import Containers
import Orchestration
import Scoring
import Wire

/// What somebody asks to have run, checked for its form.
struct RunRequest {
  /// Empty for a container that is to be called after its image.
  var service: String
  var workload: Workload
  /// Process name of who asked; empty where it is not known.
  var requester = ""
  /// Where each change of state is to be posted; empty for nowhere.
  var callback = ""
  var source = WorkloadSource()
  /// Conditions on the node that runs it.
  var constraints: [Constraint] = []
  var onHostLoss = OnHostLoss.restart
  /// Whether the node that is asked may run it itself.
  var allowsSelf = true
}

extension WorkloadSource {
  /// The files and variables that came with the request, and nothing of the agent's own.
  var optionSource: OptionSource {
    let files = self.files
    let environment = self.environment
    return OptionSource(
      readFile: { path in
        guard let file = files.first(where: { $0.name == path }) else {
          return .failure(OptionSource.Failure(reason: "the request does not bring the file \(path)"))
        }
        return .success(Array(file.value.utf8))
      },
      environment: { name in environment.first { $0.name == name }?.value })
  }
}

extension RunRefusal {
  var problem: Problem {
    switch self {
    case .tooManyRuns(let limit):
      Problem(status: 503, detail: "\(limit) runs are under way on this node; try again when some have ended")
    case .identifierInUse:
      Problem(status: 503, detail: "the run's identifier is taken; try again")
    }
  }
}
