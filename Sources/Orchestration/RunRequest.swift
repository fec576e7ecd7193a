package import Scoring
package import Wire

/// What somebody asks to have run, checked for its form.
package struct RunRequest {
  /// Empty for a container that is to be called after its image.
  package var service: String
  /// What is to run.
  package var workload: Workload
  /// Process name of who asked; empty where it is not known.
  package var requester = ""
  /// Where each change of state is to be posted; empty for nowhere.
  package var callback = ""
  /// What its options name of the machine that asks.
  package var source = WorkloadSource()
  /// Whether they name files of this machine, which its owner or a local client of Home Edge may read: they are yet to be
  /// read into `source`.
  package var namesFiles = false
  /// Conditions on the node that runs it.
  package var constraints: [Constraint] = []
  /// What becomes of it where its host is lost.
  package var onHostLoss = OnHostLoss.restart
  /// What it mostly waits for.
  package var bound = Requirements.Bound.processor
  /// Seconds within which it should have ended; nil where that does not matter.
  package var deadline: Int?
  /// Whether the client waits for what it writes (`Run.isAttached`).
  package var isAttached = false
  /// Whether the node that is asked may run it itself.
  package var allowsSelf = true
  /// Whether Home Edge's own formula decides among its nodes and this one.
  package var scoresByResource = false
  /// The node to be asked first; empty for the best.
  package var preferredNode = ""
  /// Address of the Home Edge node that asks; empty where this node's own clients do.
  package var requesterAddress = ""

  /// A request for this; all else is as where nobody says otherwise.
  package init(
    service: String, workload: Workload, requester: String = "", callback: String = "",
    source: WorkloadSource = WorkloadSource()
  ) {
    self.service = service
    self.workload = workload
    self.requester = requester
    self.callback = callback
    self.source = source
  }
}

extension RunRequest {
  /// What it needs of its host, as far as the request alone says.
  package var requirements: Requirements {
    var requirements = Requirements(
      kind: workload.kind, service: service,
      mustBeRegistered: workload.kind == "native" || workload.arguments.isEmpty)
    requirements.allowsSelf = allowsSelf
    requirements.constraints = constraints
    return requirements
  }

  /// Keeps it on this node: who asked by Home Edge's protocol is told that this one runs it.
  package mutating func staysHere(on identity: String) {
    if let here = try? Constraint(parsing: "node.id==" + identity) { constraints = [here] }
  }
}

extension RunRefusal {
  /// What the one who asked is told.
  package var problem: Problem {
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
