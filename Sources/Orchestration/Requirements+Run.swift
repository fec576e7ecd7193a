import Basics
import Containers
import Scoring

extension Requirements {
  /// What a run needs of its host.
  init(of run: Run, command: RunCommand?) {
    var mustBeRegistered = false
    switch run.workload {
    case .native: mustBeRegistered = true
    case .container(let arguments): mustBeRegistered = arguments.isEmpty
    }
    self.init(kind: run.workload.kind, service: run.service, mustBeRegistered: mustBeRegistered)
    allowsSelf = run.allowsSelf
    constraints = run.constraints
    preferredNode = run.preferredNode
    memory = command?.reservedMemory ?? 0
    cores = command?.wantedCores ?? 1
    bound = run.bound
    deadline = run.deadline.map { Double($0) }
    if let image = command?.image { self.image = Self.hash(ofImage: image.description) }
    if let (system, wanted) = command?.platform.flatMap({ Architecture.platform($0) }) {
      architecture = system == "linux" ? wanted.text : system + "-" + wanted.text
    }
  }
}

extension RunCommand {
  /// Cores it may keep busy: as many as `--cpus` allows, else one, as most programs do.
  var wantedCores: Double {
    nanoCPUs.map { min(max(Double($0) / 1e9, 0.01), 64) } ?? 1
  }

  /// Bytes that the run must be able to have: what it reserves, else what it may take at most.
  var reservedMemory: Int64? { memoryReservation ?? memory }
}
