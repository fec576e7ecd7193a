/// What runs on a node beside a new run, by what it competes for.
package struct Competition: Equatable, Sendable {
  /// Threads that want a core.
  package var threads: Double
  /// Of these, threads of runs that mostly wait for memory.
  package var copiers: Double
  /// Runs that mostly wait for the network, and images that are being fetched.
  package var flows: Double

  /// Nothing runs there.
  package static let none = Competition()

  /// Threads, those of them that are bound by memory, and flows; each 0 or more.
  package init(threads: Double = 0, copiers: Double = 0, flows: Double = 0) {
    self.threads = threads
    self.copiers = copiers
    self.flows = flows
  }

  /// What one run adds.
  package init(of bound: Requirements.Bound, cores: Double) {
    self.init(
      threads: bound == .network ? Self.networkThreads : cores, copiers: bound == .memory ? cores : 0,
      flows: bound == .network ? 1 : 0)
  }

  /// What a run that waits for the network takes of a core.
  private static let networkThreads = 0.1

  /// Both together.
  package static func + (left: Competition, right: Competition) -> Competition {
    Competition(
      threads: left.threads + right.threads, copiers: left.copiers + right.copiers,
      flows: left.flows + right.flows)
  }
}
