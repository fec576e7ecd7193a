/// What runs on a node beside a new run, by what it contends for.
package struct Contention: Equatable, Sendable {
  /// Threads that want a core.
  package var threads: Double
  /// Of these, threads of runs that mostly wait for memory.
  package var memoryBound: Double
  /// Runs that mostly wait for the network, and images that are being fetched.
  package var flows: Double

  /// Nothing runs there.
  package static let none = Contention()

  /// Threads, those of them that are bound by memory, and flows; each 0 or more.
  package init(threads: Double = 0, memoryBound: Double = 0, flows: Double = 0) {
    self.threads = threads
    self.memoryBound = memoryBound
    self.flows = flows
  }

  /// What one run adds.
  package init(of bound: Requirements.Bound, cores: Double) {
    self.init(
      threads: bound == .network ? Self.networkThreads : cores, memoryBound: bound == .memory ? cores : 0,
      flows: bound == .network ? 1 : 0)
  }

  /// What a run that waits for the network takes of a core.
  private static let networkThreads = 0.1

  /// Both together.
  package static func + (left: Contention, right: Contention) -> Contention {
    Contention(
      threads: left.threads + right.threads, memoryBound: left.memoryBound + right.memoryBound,
      flows: left.flows + right.flows)
  }
}
