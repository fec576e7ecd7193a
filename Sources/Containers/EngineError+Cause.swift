import Basics

extension EngineError {
  /// What a failure lies in, which says who else is worth asking, and whether it speaks against the node.
  package enum Cause: String, Sendable {
    /// The node or its Engine: it counts as a failure of the node, and another may do.
    case node
    /// What this machine has or has not: a port that is taken, a device, a path, a network. Another may do, and nothing
    /// speaks against this one.
    case machine
    /// The request: an option, a program or an image that does not exist. Every Engine says the same.
    case request
  }

  /// What the failure of a pull, a create or a start lies in, by its status and the words of its message.
  package var cause: Cause {
    switch reason {
    case .refused(let status, let message): Self.cause(of: verb, status: status, message)
    case .reported(let message): Self.cause(of: verb, status: 500, message)
    case .closed, .broken, .silent, .malformed, .tooLarge, .tooOld: .node
    }
  }

  /// The same for what an Engine says of a failed call of this kind.
  package static func cause(of verb: EngineVerb, status: Int, _ message: String) -> Cause {
    if has(message, anyOf: nodeWords) { return .node }
    switch verb {
    case .pull:
      // A limit of the registry is one of the home's address, not of the node.
      if status == 429 || has(message, anyOf: otherMachineWords + ["toomanyrequests"]) { return .machine }
      return status == 404 || status == 400 || pullKind(message) == .noSuchImage ? .request : .node
    case .start where has(message, anyOf: programWords) && !message.contains(ignoringCase: "exec format"):
      return .request
    case .create where (400..<500).contains(status) && status != 409:
      let isOfMachine = has(message, anyOf: otherMachineWords + machineWords)
      if status == 404 { return isOfMachine || !has(message, anyOf: ["such image"]) ? .machine : .request }
      return isOfMachine ? .machine : .request
    default:
      return status < 500 || has(message, anyOf: otherMachineWords + machineWords) ? .machine : .node
    }
  }

  private static func has(_ message: String, anyOf words: [String]) -> Bool {
    for word in words where message.contains(ignoringCase: word) { return true }
    return false
  }

  /// Of runc and containerd, for a program that is not in the image, or is none.
  private static let programWords = ["executable file not found", "exec: \"", "container process: exec"]
  /// The image or the program is for another kind of machine.
  private static let otherMachineWords = [
    "no matching manifest", "does not match the specified platform", "exec format",
  ]
  /// What one machine has and another has not: ports, addresses, paths, devices, cores, runtimes, plugins.
  private static let machineWords = [
    "already allocated", "already in use", "assign requested address", "no such file", "no such device",
    "does not exist", "not found", "available", "not support", "could not select device", "runtime name",
  ]
  /// The node's disk, and an Engine that has become another since its version was asked for.
  private static let nodeWords = [
    "no space left", "disk quota exceeded", "read-only file system", "client version",
  ]
}
