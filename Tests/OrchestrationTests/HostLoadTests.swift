import Containers
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// What a node has taken on, what it says of that, and what it refuses because of it.
@Suite struct HostLoadTests {
  /// A node that is sampled each second and sees these threads busy.
  private static func world(threads: Double = 0, memory: Int64 = 1000 << 20) -> World {
    var world = World()
    world.seconds = 10
    world.orchestrator.sampled(
      Demand(threads: threads, from: instant(9), to: instant(10)), available: memory)
    world.perform(world.orchestrator.update(node: own(memory), at: world.now))
    return world
  }

  private static func instant(_ seconds: Int) -> Instant { Instant(nanoseconds: 0) + .seconds(seconds) }

  private static func own(_ memory: Int64) -> HomeNode {
    var own = HomeNode(id: "node-1")
    own.isSelf = true
    own.factsKnown = true
    own.hasEngine = true
    own.memoryAvailable = memory
    return own
  }

  private static func asked(
    _ number: UInt64, by node: String = "other", memory: Int = 0, expected: Double? = nil
  ) -> Run {
    var arguments = ["busybox"]
    if memory > 0 { arguments = ["--memory", "\(memory)m"] + arguments }
    var run = World.run(number, .container(arguments: arguments))
    run.requesterNode = node
    run.hostNode = "node-1"
    run.attempt = 1
    run.expectedDemand = expected
    return run
  }

  /// The hosted runs get ready and then hear that they may start.
  private static func commit(_ world: inout World) {
    world.settle()
    for run in world.orchestrator.runs {
      World.commit(&world, run.id, attempt: run.attempt, of: run.requesterNode)
    }
    world.settle()
  }

  @Test func aRunCountsFromItsAcceptanceOnUntilTheSampleShowsIt() throws {
    var world = Self.world(threads: 2)
    #expect(world.orchestrator.demand(at: world.now.instant).threads == 2)
    try World.host(&world, Self.asked(1))
    #expect(world.orchestrator.demand(at: world.now.instant).threads == 3)
    Self.commit(&world)
    #expect(world.orchestrator.demand(at: world.now.instant).threads == 3)
    // The next window has all of it.
    world.seconds = 12
    world.orchestrator.sampled(
      Demand(threads: 3, from: Self.instant(11), to: Self.instant(12)), available: nil)
    #expect(world.orchestrator.demand(at: world.now.instant).threads == 3)
    // It ends: the sample still shows it.
    world.engine.endPrograms(code: 0)
    world.settle()
    #expect(world.orchestrator.demand(at: world.now.instant).threads == 2)
  }

  @Test func eachBeginningAndEndIsNews() throws {
    var world = Self.world()
    let before = world.orchestrator.loadChanges
    try World.host(&world, Self.asked(1))
    let accepted = world.orchestrator.loadChanges
    Self.commit(&world)
    world.engine.endPrograms(code: 0)
    world.settle()
    #expect(before < accepted && accepted < world.orchestrator.loadChanges)
  }

  @Test func insideAFullQuotaTheRunsHereAreTheCrowd() throws {
    var world = Self.world()
    for number in 1...3 as ClosedRange<UInt64> { try World.host(&world, Self.asked(number)) }
    Self.commit(&world)
    world.seconds = 12
    var snapshot = Snapshot(instant: Self.instant(11))
    snapshot.controlGroup.cores = .value(0.5, at: Self.instant(11))
    snapshot.controlGroup.use = .value(QuotaUse(cores: 0.5), at: Self.instant(11))
    var demand = Demand()
    demand.sample(snapshot, profile: .unknown)
    snapshot.instant = Self.instant(12)
    demand.sample(snapshot, profile: .unknown)
    world.orchestrator.sampled(demand, available: nil)
    #expect(world.orchestrator.demand(at: world.now.instant).threads == 3)
  }

  @Test func aHostThatIsBusierThanWasKnownSaysSo() throws {
    var world = Self.world(threads: 1)
    #expect(try World.host(&world, Self.asked(1, by: "a", expected: 1)) == .persisting)
    #expect(try World.host(&world, Self.asked(2, by: "b", expected: 1)) == .busier(Contention(threads: 2)))
    #expect(try World.host(&world, Self.asked(2, by: "b", expected: 2)) == .persisting)
    // Of its own runs a requester knows, whatever it has heard.
    #expect(try World.host(&world, Self.asked(4, by: "a", expected: 2)) == .persisting)
    #expect(try World.host(&world, Self.asked(5, by: "c", expected: 2)) == .busier(Contention(threads: 4)))
    #expect(
      try World.host(&world, Self.asked(5, by: "c")) == .persisting, "asked for the last time it takes it")
  }

  @Test func memoryThatRunsHaveReservedIsNotPromisedTwice() throws {
    var world = Self.world(memory: 1000 << 20)
    #expect(try World.host(&world, Self.asked(1, memory: 600)) == .persisting)
    #expect(world.orchestrator.unreserved(of: 1000 << 20) == 400 << 20)
    Self.commit(&world)
    // It runs, and has not touched its memory yet.
    world.seconds = 12
    world.orchestrator.sampled(
      Demand(threads: 1, from: Self.instant(11), to: Self.instant(12)), available: 990 << 20)
    #expect(world.orchestrator.unreserved(of: 990 << 20) == 400 << 20)
    guard case .refused(let reason) = try World.host(&world, Self.asked(2, memory: 500)) else {
      Issue.record("it was taken")
      return
    }
    #expect(reason == "400 MiB of memory are available, asked for are 500 MiB")
    #expect(try World.host(&world, Self.asked(3, memory: 300)) == .persisting)
    // Other programs took memory: no more than is there.
    #expect(world.orchestrator.unreserved(of: 350 << 20) == 50 << 20)
    #expect(world.orchestrator.unreserved(of: 100 << 20) == 0)
  }

  @Test func theMemoryOfRunsThatHaveEndedIsFreeAgain() throws {
    var world = Self.world(memory: 1000 << 20)
    try World.host(&world, Self.asked(1, memory: 600))
    Self.commit(&world)
    world.engine.endPrograms(code: 0)
    world.settle()
    world.orchestrator.sampled(
      Demand(threads: 0, from: Self.instant(11), to: Self.instant(12)), available: 950 << 20)
    #expect(world.orchestrator.unreserved(of: 950 << 20) == 950 << 20)
    #expect(try World.host(&world, Self.asked(2, memory: 900)) == .persisting)
  }
}

/// What the requester makes of it.
@Suite struct RechoiceTests {
  private static func peer(_ id: String, threads: Double, speed: Double) -> HomeNode {
    var node = HomeNode(id: id)
    node.name = id
    node.address = "10.0.0.1"
    node.factsKnown = true
    node.hasEngine = true
    node.cores = 4
    node.score = 100
    node.speeds.add(4, speed: speed)
    node.demand = Contention(threads: threads)
    return node
  }

  private static func world() -> World {
    var world = World()
    world.perform(world.orchestrator.update(node: peer("a", threads: 0, speed: 3000), at: world.now))
    world.perform(world.orchestrator.update(node: peer("b", threads: 0, speed: 2000), at: world.now))
    return world
  }

  private static func asks(_ world: inout World) -> [(node: String, attempt: Int, body: JSON)] {
    var asks: [(String, Int, JSON)] = []
    for directive in world.outbox {
      if case .ask(_, let node, let attempt, let body) = directive, let json = try? JSON.parse(body) {
        asks.append((node, attempt, json))
      }
    }
    world.outbox = []
    return asks
  }

  @Test func theChoiceIsMadeAnewWithWhatTheHostHasSaid() throws {
    var world = Self.world()
    let id = try world.submit()
    world.settle()
    let first = Self.asks(&world)
    #expect(first.map(\.node) == ["a"] && first[0].body["expectedDemand"]?.double == 0)
    world.perform(
      world.orchestrator.answered(id, node: "a", attempt: 1, .busier(Contention(threads: 9)), at: world.now))
    world.settle()
    let second = Self.asks(&world)
    #expect(second.map(\.node) == ["b"] && second[0].attempt == 2)
    world.perform(world.orchestrator.answered(id, node: "b", attempt: 2, .accepted, at: world.now))
    #expect(world.placed == [id])
    #expect(world.orchestrator.run(id)?.placement?.rows.first?.node == "b")
  }

  @Test func afterThreeSurprisesItIsAskedWithoutACondition() throws {
    var world = Self.world()
    let id = try world.submit()
    for round in 1...4 {
      world.settle()
      let asks = Self.asks(&world)
      #expect(asks.count == 1 && (asks[0].body["expectedDemand"] == nil) == (round == 4), "round \(round)")
      // Each is busier than it was, so that the other one is chosen.
      world.perform(
        world.orchestrator.answered(
          id, node: asks[0].node, attempt: round, .busier(Contention(threads: Double(round * 40))),
          at: world.now))
    }
    // Who says so even then has refused: nobody can keep a requester choosing for ever.
    let outcomes = world.orchestrator.run(id)?.placement?.rows.compactMap(\.outcome) ?? []
    #expect(outcomes.contains(.refused("it is busier than was known, again and again")))
  }

  @Test func whoHasRefusedIsNotAskedAgainAfterASurprise() throws {
    var world = Self.world()
    let id = try world.submit()
    world.settle()
    _ = Self.asks(&world)
    world.perform(world.orchestrator.answered(id, node: "a", attempt: 1, .refused("no room"), at: world.now))
    world.settle()
    #expect(Self.asks(&world).map(\.node) == ["b"])
    world.perform(
      world.orchestrator.answered(id, node: "b", attempt: 2, .busier(Contention(threads: 1)), at: world.now))
    world.settle()
    #expect(Self.asks(&world).map(\.node) == ["b"])
    #expect(
      world.orchestrator.run(id)?.placement?.rows.first { $0.node == "a" }?.outcome == .refused("no room"))
  }

  @Test func whatRunsOfAServiceWereIsExpectedOfTheNext() throws {
    var world = Self.world()
    var told: [String: Double] = [:]
    for number in 1...16 as ClosedRange<UInt64> {
      let id = try world.submit(number)
      world.settle()
      let ask = Self.asks(&world)
      #expect(ask.count == 1)
      let node = ask[0].node
      world.perform(world.orchestrator.answered(id, node: node, attempt: 1, .accepted, at: world.now))
      guard var report = world.orchestrator.run(id) else { continue }
      report.times.started = world.now.wallMilliseconds
      report.state = .running
      world.perform(world.orchestrator.hosted(report, on: node, at: world.now))
      // From the fifth run on it takes twice as long as its speed says.
      world.seconds += number > 4 ? 40 : 20
      report.times.ended = world.now.wallMilliseconds
      report.state = .finished(exitCode: 0)
      world.perform(world.orchestrator.hosted(report, on: node, at: world.now))
      world.settle()
      for case .revoke(_, let node, _, let speed?, _) in world.outbox where number == 5 {
        told[node] = speed
      }
      world.outbox = []
      for peer in [Self.peer("a", threads: 0, speed: 3000), Self.peer("b", threads: 0, speed: 2000)] {
        var peer = peer
        peer.heardAt = world.now.instant
        world.perform(world.orchestrator.update(node: peer, at: world.now))
      }
    }
    // 20 s at 3000 of 864 MIPS are 69 s on a Raspberry Pi 3's core.
    let work = try #require(world.orchestrator.history.work(of: "hello"))
    #expect((69...140).contains(work))
    #expect(
      told.count == 1 && told.values.allSatisfy { (0.45...0.55).contains($0) }, "its host is told: \(told)")
  }

  @Test func theBookOfServicesIsBounded() {
    var history = ServiceHistory()
    for number in 0..<1000 { history.learn("s\(number)", work: 1) }
    #expect(history.work(of: "s999") == nil, "one run says nothing")
    for _ in 0..<3 { history.learn("s999", work: 10) }
    #expect(history.work(of: "s999") != nil && history.work(of: "s0") == nil)
    history.learn("s999", work: .infinity)
    history.learn("s999", work: -1)
    #expect((history.work(of: "s999") ?? 0) <= 10)
  }
}
