internal import CLinux
import HTTPServer
import Orchestration
import Scoring

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
  /// What it mostly waits for.
  var bound = Requirements.Bound.processor
  /// Seconds within which it should have ended; nil where that does not matter.
  var deadline: Int?
  /// Whether the client waits for what it writes (`Run.isAttached`).
  var isAttached = false
  /// Whether the node that is asked may run it itself.
  var allowsSelf = true
  /// Whether Home Edge's own formula decides among its nodes and this one.
  var scoresByResource = false
  /// The node to be asked first; empty for the best.
  var preferredNode = ""
  /// Address of the Home Edge node that asks; empty where this node's own clients do.
  var requesterAddress = ""
}

extension RunRequest {
  /// What it needs of its host, as far as the request alone says.
  var requirements: Requirements {
    var requirements = Requirements(
      kind: workload.kind, service: service,
      mustBeRegistered: workload.kind == "native" || workload.arguments.isEmpty)
    requirements.allowsSelf = allowsSelf
    requirements.constraints = constraints
    return requirements
  }

  /// Keeps it on this node: who asked by Home Edge's protocol is told that this one runs it.
  mutating func staysHere(on identity: String) {
    if let here = try? Constraint(parsing: "node.id==" + identity) { constraints = [here] }
  }
}

extension RunRefusal {
  var problem: Problem {
    switch self {
    case .tooManyRuns(let limit):
      Problem(status: 503, detail: "\(limit) runs are under way on this node; try again when some have ended")
    case .noRoom(let limit):
      Problem(
        status: 507,
        detail: "with it the runs under way would have more than \(limit) bytes of arguments and files")
    case .identifierInUse:
      Problem(status: 503, detail: "the run's identifier is taken; try again")
    case .noHost(let reasons):
      Problem(status: 503, detail: "no node can run it: \(reasons)")
    }
  }
}
