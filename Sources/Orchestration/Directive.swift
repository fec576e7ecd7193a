package import Containers

/// What the orchestrator wants done. The Agent carries it out and reports back by the method each case names.
package enum Directive: Sendable {
  /// Write the run to disk; then `persisted(_:at:)` or `persistFailed(_:)`.
  case persist(RunID)
  /// Write the run to disk when convenient: it saves a question after a crash, and nothing is lost without
  /// it.
  case note(RunID)
  /// Make this call to the engine; every event of it goes to `engine(_:of:for:at:)`.
  case call(RunID, EngineStep, EngineRequest)
  /// End a call under way; no more events of it.
  case cancel(RunID, EngineStep)
  /// Ask the engine for this node's containers; then `engineAvailable(containers:at:)`.
  case listContainers
  /// Start the native program; then `native(_:for:at:)`.
  case spawn(RunID, NativeCommand)
  /// Find the native program of an earlier agent again; then `native(_:for:at:)`.
  case adopt(RunID)
  /// End the native program, politely first; then `native(_:for:at:)`.
  case terminate(RunID)
  /// Keep the last output of a run that ended, for `logs` after its container is gone.
  case keepOutput(RunID, [UInt8])
  /// The run's state changed to that of this copy: tell whoever follows it.
  case changed(Run)
  /// The run is too old to be kept: drop what is on disk of it.
  case forget(RunID)
  /// Whoever waits for an answer to the request gets it now: a host has accepted, or none did and the run has
  /// ended. For a hosted run that is the requester: accepted.
  case placed(RunID)
  /// Ask the node to run it (`PUT hosted/ID` with this body); then `answered(_:node:attempt:_:at:)`.
  case ask(RunID, node: String, attempt: Int, body: [UInt8])
  /// Tell the node that it may start the run (`PUT hosted/ID/commit?attempt=N`); on an answer
  /// `committed(_:node:attempt:isThere:at:)`. Comes again until there is one.
  case commit(RunID, node: String, attempt: Int)
  /// Ask the node to end its copy of this attempt or an earlier one (`DELETE hosted/ID?attempt=N`); then
  /// `revoked(_:node:attempt:isOver:at:)`. Comes again until that says that it is over. Of one whose end is
  /// known, `speed` tells how fast it ran of how fast the node had promised; `isStop` where the run is to stop and goes
  /// on nowhere else.
  case revoke(RunID, node: String, attempt: Int, speed: Double? = nil, isStop: Bool = false)
  /// Hold the stream of hosted runs of this node open, connecting again as needed: `watchOpened(_:)` before
  /// each request, then `hosted(_:on:at:)` for each event and `hostedSynced(_:at:)`.
  case watch(String)
  /// No run of ours is there any more: close the stream.
  case unwatch(String)
  /// A hosted run's state changed to that of this copy: tell its requester's streams and whoever follows
  /// here.
  case report(Run)
}

/// The calls that one container goes through.
package enum EngineStep: UInt8, Sendable, Equatable {
  case pull, create, start, wait, inspect, output, remove, stop
}

/// A program of this node to run without a shell.
package struct NativeCommand: Sendable {
  /// The file and its arguments, the file first; never empty.
  package var arguments: [String]
  /// Added to a minimal environment.
  package var environment: [(name: String, value: String)]

  /// Takes both as they are; `arguments` must not be empty.
  package init(arguments: [String], environment: [(name: String, value: String)]) {
    self.arguments = arguments
    self.environment = environment
  }
}

/// What became of a native program.
package enum NativeEvent: Sendable {
  /// It runs now.
  case started
  /// It could not be started, in the kernel's words.
  case failed(reason: String)
  /// It ended by itself, with this exit code.
  case exited(code: Int)
  /// Ended by this signal.
  case signalled(number: Int)
  /// It ran longer than its limit, and was ended.
  case timeLimitReached(seconds: Int)
  /// It was persisted, but the agent ended before it was started.
  case neverStarted
  /// Nobody knows: its supervisor left no result.
  case lost
}
