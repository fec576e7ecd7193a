import Containers
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// Runs on nodes of Home Edge, which start when they are asked, tell nothing before the end, and of runs at the same time
/// the last one's number for every end (B-12).
@Suite struct HomeEdgeRunTests {
  private static func node(_ number: Int, state: HomeNode.State = .alive) -> HomeNode {
    var node = HomeNode(id: "edge-orchestration-he\(number)")
    node.isHomeEdge = true
    node.factsKnown = true
    node.hasEngine = true
    node.address = "10.0.0.\(number)"
    node.name = node.address
    node.score = 100 / Double(number)
    node.state = state
    return node
  }

  /// A node that asks, and so many of Home Edge.
  private static func world(_ nodes: Int = 1) -> World {
    var world = World()
    for number in 1...nodes { update(&world, node(number)) }
    return world
  }

  private static func update(_ world: inout World, _ node: HomeNode) {
    world.perform(world.orchestrator.update(node: node, at: world.now))
  }

  @discardableResult
  private static func submit(
    _ world: inout World, _ number: UInt64, allowsSelf: Bool = false, onHostLoss: OnHostLoss = .restart
  ) throws -> RunID {
    var run = World.run(number, .container(arguments: ["busybox"]))
    run.allowsSelf = allowsSelf
    run.onHostLoss = onHostLoss
    let command = try RunCommand(parsing: ["busybox"], source: .nothing)
    world.perform(try world.orchestrator.submit(run, command: command, at: world.now))
    world.flush()
    return run.id
  }

  /// Who was asked for what since the last look.
  private static func asked(_ world: inout World) -> [String] {
    let asked = world.outbox.compactMap { directive -> String? in
      guard case .ask(let id, let node, _, _) = directive else { return nil }
      return "\(id.text.suffix(1)) \(node.suffix(3))"
    }
    world.outbox = []
    return asked
  }

  private static func answer(_ world: inout World, _ id: RunID, _ answer: AskResult = .accepted) {
    guard let run = world.orchestrator.run(id) else { return }
    world.perform(
      world.orchestrator.answered(id, node: run.hostNode, attempt: run.attempt, answer, at: world.now))
    world.flush()
  }

  private static func end(_ world: inout World, _ id: RunID, _ state: RunState = .finished(exitCode: 0)) {
    guard var run = world.orchestrator.run(id) else { return }
    run.state = state
    world.perform(world.orchestrator.hosted(run, on: run.hostNode, at: world.now))
    world.flush()
  }

  @Test func aRunIsHandedOverAndNeverSaidToRun() throws {
    var world = Self.world()
    let id = try Self.submit(&world, 1)
    Self.answer(&world, id)
    #expect(world.state(id) == .handedOver && world.placed == [id])
    #expect(world.orchestrator.run(id)?.times.started == 0)
    // Nothing is heard for a day.
    world.tick(after: 86_400)
    #expect(world.state(id) == .handedOver)
    try world.restart()
    Self.update(&world, Self.node(1))
    #expect(world.state(id) == .handedOver, "a new agent knows it")
    Self.end(&world, id)
    #expect(world.state(id) == .finished(exitCode: 0) && world.disk[id]?["host"]?.string == "10.0.0.1")
    #expect(world.faults.isEmpty && world.announced[id] == [.finished(exitCode: 0)])
  }

  @Test func oneRunIsGivenToItAtATimeAndTheOthersWaitInTheirOrder() throws {
    var world = Self.world()
    let ids = try (1...4).map { try Self.submit(&world, UInt64($0)) }
    for (place, id) in ids.enumerated() {
      #expect(Self.asked(&world) == ["\(place + 1) he1"])
      Self.answer(&world, id)
      #expect(world.placed == Array(ids.prefix(place + 1)))
      world.tick(after: 7)
      #expect(Self.asked(&world).isEmpty, "it has one")
      #expect(world.orchestrator.runs.filter { $0.state == .handedOver }.map(\.id) == [id])
      Self.end(&world, id, place == 1 ? .failed(RunFailure(.exit, "no exit code")) : .finished(exitCode: 0))
      world.tick()
      world.flush()
    }
    #expect(ids.allSatisfy { world.state($0)?.isFinal == true } && world.faults.isEmpty)
  }

  @Test func aSecondRunGoesElsewhereWhereThatIsPossible() throws {
    var world = Self.world(2)
    try Self.submit(&world, 1)
    try Self.submit(&world, 2)
    #expect(Set(Self.asked(&world)) == ["1 he1", "2 he2"] || Set(Self.asked(&world)) == ["1 he2", "2 he1"])
    // This node takes what it may take itself.
    let third = try Self.submit(&world, 3, allowsSelf: true)
    #expect(world.orchestrator.run(third)?.hostNode == "node-1")
  }

  @Test func whoWaitsForItGoesOnWhenItDiesOrRefusesAndWaitsNoLongerThanTenMinutes() throws {
    var world = Self.world()
    let first = try Self.submit(&world, 1)
    let second = try Self.submit(&world, 2)
    Self.answer(&world, first)
    for _ in 0..<59 { world.tick(after: 10) }
    #expect(world.state(second)?.isFinal == false && world.orchestrator.run(second)?.host == "")
    world.tick(after: 30)
    world.flush()
    let failure = try #require(ContainerRunTests.failure(world.state(second)))
    #expect(failure.kind == .noHost && failure.reason.contains(Requirements.taken))
    #expect(world.placed == [first, second], "and who asked is told")
    // One that it does not take is told so, whatever was waited for before.
    let third = try Self.submit(&world, 3)
    Self.end(&world, first)
    world.tick()
    world.flush()
    Self.answer(&world, third, .refused("no"))
    #expect(ContainerRunTests.failure(world.state(third))?.reason.contains("no") == true)
  }

  @Test func whatMayHaveEndedThereIsStartedAgainAsTheRequestSaysAndSaysThatItMayBeTheSecondTime() throws {
    var world = Self.world(2)
    let restarted = try Self.submit(&world, 1)
    let told = try Self.submit(&world, 2, onHostLoss: .tell)
    for id in [restarted, told] { Self.answer(&world, id) }
    let host = try #require(world.orchestrator.run(restarted)?.host)
    for number in 1...2 { Self.update(&world, Self.node(number, state: .dead)) }
    world.flush()
    #expect(ContainerRunTests.failure(world.state(told))?.kind == .lost)
    #expect(world.orchestrator.run(restarted)?.earlierHost == host)
    #expect(world.orchestrator.run(restarted)?.host == "", "nobody has it now")
    Self.update(&world, Self.node(2))
    world.flush()
    Self.answer(&world, restarted)
    #expect(world.state(restarted) == .handedOver)
    #expect(world.disk[restarted]?["earlierHost"]?.string == host)
    #expect(world.orchestrator.run(told)?.earlierHost == "")
  }

  @Test func aRunThatIsForgottenThereMakesRoomForTheNext() throws {
    var world = Self.world()
    let first = try Self.submit(&world, 1)
    let second = try Self.submit(&world, 2)
    Self.answer(&world, first)
    _ = Self.asked(&world)
    world.stop(first)
    #expect(
      world.outbox.contains { directive in
        if case .revoke(first, _, _, _, _) = directive { true } else { false }
      })
    // What the bridge makes of it, for Home Edge knows no stop.
    Self.end(&world, first, .failed(RunFailure(.lost, "it may still run")))
    _ = Self.asked(&world)
    world.tick()
    world.flush()
    #expect(Self.asked(&world) == ["2 he1"])
    #expect(world.state(second)?.isFinal == false)
  }

  @Test func oneThatIsStoppedWhileItIsAskedIsHandedOverFirstSoThatTheTruthIsTold() throws {
    var world = Self.world()
    let id = try Self.submit(&world, 1)
    world.stop(id)
    Self.answer(&world, id)
    #expect(world.state(id) == .handedOver)
  }

  @Test(arguments: [AskResult.refused("its parser stops"), .unreachable("it is off"), .silent("no word")])
  func aRunThatNobodyTookHasNoHost(result: AskResult) throws {
    var world = Self.world()
    let id = try Self.submit(&world, 1)
    #expect(world.orchestrator.run(id)?.host == "10.0.0.1")
    Self.answer(&world, id, result)
    let run = try #require(world.orchestrator.run(id))
    #expect(ContainerRunTests.failure(run.state)?.kind == .noHost)
    #expect(run.host == "" && run.hostNode == "" && world.disk[id]?["host"]?.string == "")
  }

  @Test func oneThatWasStoppedWhileItWasAskedHasNone() throws {
    var world = Self.world()
    let id = try Self.submit(&world, 1)
    world.stop(id)
    world.perform(
      world.orchestrator.revoked(id, node: "edge-orchestration-he1", attempt: 1, isOver: true, at: world.now))
    world.flush()
    #expect(world.state(id) == .stopped && world.orchestrator.run(id)?.host == "")
  }
}
