import Basics

/// What a run needs of the node it is placed on.
package struct Requirements: Sendable {
  /// `container` or `native`.
  package var kind: String
  /// What the request calls the service.
  package var service: String
  /// Whether the node's owner must have defined the service there: for native programs, and containers whose command
  /// is the definition's.
  package var mustBeRegistered: Bool
  /// The architecture in containerd's normal form (`Architecture`), behind its system where that is not Linux; empty
  /// where any will do or nothing is known.
  package var architecture = ""
  /// Bytes; 0 where the request does not say.
  package var memory: Int64 = 0
  /// Whether the node that was asked may run it (Home Edge's `SelfSelection`).
  package var allowsSelf = true
  /// All of which a node must meet.
  package var constraints: [Constraint] = []
  /// The candidate that goes before all others, whatever its rank; empty for none.
  package var preferredNode = ""
  /// What it mostly waits for.
  package var bound = Bound.processor
  /// Cores it keeps busy.
  package var cores = 1.0
  /// The hash of the image it needs; nil where none is needed, or any pull is wanted anyway.
  package var image: UInt32?
  /// Seconds of its work on a core of an idle Raspberry Pi 3, as far as is known.
  package var work = Estimate.assumedWork
  /// Whether `work` was learned from earlier runs.
  package var workIsKnown = false
  /// Seconds from the request within which it should have ended; nil where that does not matter.
  package var deadline: Double?

  /// What makes a run fast or slow.
  package enum Bound: String, Sendable, CaseIterable {
    case processor = "cpu"
    case memory
    case network
  }

  /// Whether what it costs other runs does not count.
  var isUrgent: Bool { deadline != nil }

  /// The hash of an image's reference, by which nodes tell what they have.
  package static func hash(ofImage reference: String) -> UInt32 {
    FNV1a.folded(reference)
  }

  /// A run of which nothing is asked but that the node can run it.
  package init(kind: String, service: String, mustBeRegistered: Bool) {
    self.kind = kind
    self.service = service
    self.mustBeRegistered = mustBeRegistered
  }

  /// The objection to a node of Home Edge that has another run of the requester's; it passes.
  package static let taken = "Home Edge there has a run of this node, and tells the end of one at a time"

  /// Why the node cannot run it, in words; nil where it can.
  package func objection(to node: HomeNode) -> String? {
    switch node.state {
    case .dead: return "it is dead"
    case .left: return "it has left"
    case .alive, .suspect: break
    }
    if node.isSelf && !allowsSelf { return "the request excludes the node that was asked" }
    if node.isDrained { return "it is drained" }
    if node.isTaken { return Self.taken }
    guard node.factsKnown else {
      // This node always knows enough of itself to try.
      return node.isSelf && constraints.isEmpty ? nil : "what it can do is not known yet"
    }
    // This node waits for its own engine, as it does without a home.
    if kind == "container" && !node.hasEngine && !node.isSelf { return "it has no container engine" }
    if kind == "native" && !node.runsNative { return "it runs no native programs" }
    if mustBeRegistered && !node.offers(service, kind: kind) { return "the service is not registered there" }
    if !node.architectures.contains(where: { Self.runs(architecture, on: $0) }) {
      return "its architecture is \(node.architecture), asked for is \(architecture)"
    }
    if let available = node.memoryAvailable, memory > available {
      return "\(available >> 20) MiB of memory are available, asked for are \(memory >> 20) MiB"
    }
    for constraint in constraints where !constraint.allows(node) { return "constraint \(constraint.text)" }
    return nil
  }

  /// Whether programs for one architecture run on another, both in any spelling.
  package static func runs(_ program: String, on node: String) -> Bool {
    Architecture(program).runs(on: Architecture(node))
  }
}
