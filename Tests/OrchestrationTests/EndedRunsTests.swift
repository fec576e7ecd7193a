import Containers
import Testing
import Wire

@testable import Basics
@testable import Orchestration
@testable import Scoring

@Suite struct EndedRunsTests {
  private static let node = "edge-orchestration-a679b293-3061-4174-9fc6-4d83f7f8c3ca"

  /// A nightly backup, as a home has it.
  private static func run(_ number: UInt64, words: [String] = [], rows: Int = 0) -> Run {
    let arguments =
      [
        "--rm", "--network", "none", "-v", "/srv/data:/data", "-e", "TZ=Europe/Berlin",
        "restic/restic:0.17.3",
        "backup", "--exclude-caches", "--tag", "nightly", "/data",
      ] + words
    var run = Run(
      id: RunID(random: number), service: "backup", workload: .container(arguments: arguments), requester: "",
      requesterAddress: "192.0.2.2", callback: "", host: "192.0.2.2",
      times: RunTimes(accepted: 1_795_958_765_710, started: 1_795_958_765_973, ended: 1_795_958_765_999))
    run.state = .finished(exitCode: 0)
    run.hostNode = node
    run.attempt = 1
    if rows > 0 {
      let list = (0..<rows).map { _ in
        JSON.parseForTest(
          """
          {"address":"192.0.2.2","name":"kitchen","node":"\(node)","outcome":"accepted","place":1,"calibration":1,"competing":0.1,\
          "failures":0,"placed":0,"rank":230.5,"reason":"speed 230","score":99.5,"seconds":1.2,"speed":230,\
          "terms":{"load":0.9},"tier":0,"wait":0}
          """)
      }
      run.placement = Placement(json: ["madeAt": 1, "nodes": .array(list), "omitted": 0])
    }
    return run
  }

  private static func ended(_ count: Int, rows: Int = 0) -> EndedRuns {
    var ended = EndedRuns(node: node)
    for number in 1...count { ended.insert(run(UInt64(number), rows: rows), ordinal: UInt32(number)) }
    return ended
  }

  @Test func whatIsPackedIsTheSameWhenItIsUnpacked() throws {
    let packing = RunPacking(node: Self.node)
    var random = SplitMix64(seed: 5)
    let pieces = [
      "\"", ",", "{", "}", "e", "edge-orchestration-", "\",\"", "\"],\"attempt\":1", ",\"exitCode\":0",
      "Grüße", "x",
      "\",\"hostNode\":\"" + Self.node, "\\u0001", "{\"arguments\":[\"", "\",\"state\":\"finished\"",
      Self.node,
    ]
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }.joined()
      var packed: [UInt8] = []
      packing.pack(Array(text.utf8), into: &packed)
      var again: [UInt8] = []
      packing.unpack(packed[...], into: &again)
      #expect(again == Array(text.utf8), "\(text)")
      #expect(packed.count <= again.count)
    }
  }

  @Test func aRunComesBackAsItWasWithTheTableOfItsChoice() throws {
    for rows in [0, 1, 2, 9] {
      var run = Self.run(7, rows: rows)
      run.endReported = rows == 2
      var ended = EndedRuns(node: Self.node)
      ended.insert(run, ordinal: 3)
      let again = try #require(ended.run(run.id))
      #expect(again.journalJSON.encoded().sorted() == run.journalJSON.encoded().sorted())
      #expect(
        again.placement?.rows.count ?? 0 == (rows > 1 ? rows : 0) && again.endReported == run.endReported)
      var told: [UInt8] = []
      ended.encode(run.id, forJournal: false, into: &told)
      #expect(told == run.json.encoded())
      #expect(ended.run(RunID(random: 8)) == nil)
    }
  }

  @Test func tenThousandHaveRoomAndTheTablesOfTheOldestGoFirst() {
    // A tenth of both.
    let limit = Orchestrator.Settings().endedBytes / 10
    var ended = Self.ended(1000)
    #expect(ended.weight < limit * 9 / 10, "\(ended.weight)")
    #expect(ended.limit(count: 1000, weight: limit).isEmpty && ended.count == 1000)
    // In a home of nine each has a table of nine rows.
    ended = Self.ended(1000, rows: 9)
    #expect(ended.weight > limit)
    #expect(ended.limit(count: 1000, weight: limit).isEmpty)
    #expect(ended.weight <= limit && ended.count == 1000)
    #expect(ended.run(RunID(random: 1))?.placement == nil)
    #expect(ended.run(RunID(random: 1000))?.placement?.rows.count == 9)
    #expect(ended.run(RunID(random: 1))?.workload.arguments.count == 13)
  }

  @Test func theOldestGoWhereTheyAreTooManyOrTooLarge() {
    var ended = Self.ended(10)
    #expect(ended.limit(count: 7, weight: 1 << 20) == (1...3).map { RunID(random: $0) })
    let weight = ended.weight
    ended.insert(Self.run(99, words: [String(repeating: "w", count: 100_000)]), ordinal: 99)
    #expect(
      ended.limit(count: 100, weight: weight + 1000) == (4...10).map { RunID(random: $0) } + [
        RunID(random: 99)
      ])
    #expect(ended.count == 0 && ended.weight == 0)
  }

  @Test func theirOrderIsThatOfTheirOrdinalsHoweverTheyCome() {
    var ended = EndedRuns(node: "n")
    for number in [5, 1, 3, 2, 4] as [UInt32] { ended.insert(Self.run(UInt64(number)), ordinal: number) }
    #expect(Self.ordinals(of: ended) == [1, 2, 3, 4, 5])
    #expect(ended.remove(RunID(random: 3)) == 3 && ended.remove(RunID(random: 3)) == nil)
    ended.insert(Self.run(5), ordinal: 5)
    #expect(Self.ordinals(of: ended) == [1, 2, 4, 5] && ended.count == 4)
    let weight = ended.weight
    for number in [1, 2, 4, 5] as [UInt64] { ended.remove(RunID(random: number)) }
    #expect(ended.weight == 0 && weight > 0)
  }

  private static func ordinals(of ended: EndedRuns) -> [UInt32] {
    var ordinals: [UInt32] = []
    while let next = ended.next(after: ordinals.last ?? 0) { ordinals.append(next.ordinal) }
    return ordinals
  }

  @Test func theNewestOfAServiceIsFoundByItsName() {
    var ended = Self.ended(4)
    #expect(ended.newest(ofService: "backup")?.id == RunID(random: 4))
    #expect(ended.newest(ofService: "backu") == nil && ended.newest(ofService: "") == nil)
    ended.remove(RunID(random: 4))
    #expect(ended.newest(ofService: "backup")?.id == RunID(random: 3))
  }

  // MARK: - In the orchestrator

  /// As the agent does each second: what has ended is put away once a sample shows it.
  private static func sample(_ world: inout World) {
    world.tick(after: 2)
    world.orchestrator.sampled(
      Demand(threads: 0, from: world.now.instant, to: world.now.instant), available: nil)
    world.tick()
  }

  @Test func largeRunsArePutAwayOneAfterTheOtherAndSmallOnesTogether() throws {
    var world = World()
    world.engine.program = .exits(0)
    let word = String(repeating: "w", count: 400_000)
    for number in 1...3 as ClosedRange<UInt64> { try world.submit(number, ["busybox", word]) }
    for number in 4...40 as ClosedRange<UInt64> { try world.submit(number) }
    world.settle()
    var counts: [Int] = []
    for _ in 0..<4 {
      Self.sample(&world)
      counts.append(world.orchestrator.ended.count)
    }
    #expect(counts == [2, 40, 40, 40], "one with each tick, of which a sample has two")
    #expect(world.orchestrator.ids.count == 40)
  }

  @Test func whatHasEndedIsPutAwayAndIsKnownAsBefore() throws {
    var world = World()
    world.engine.program = .exits(3)
    let first = try world.submit(1)
    world.settle()
    let before = world.orchestrator.run(first)
    Self.sample(&world)
    #expect(world.orchestrator.records.isEmpty && world.orchestrator.ended.count == 1)
    #expect(
      world.orchestrator.run(first)?.json == before?.json && world.state(first) == .finished(exitCode: 3))
    #expect(world.orchestrator.ids == [first] && world.orchestrator.runs.count == 1)
    #expect(throws: RunRefusal.identifierInUse) { try world.submit(1) }
    #expect(world.orchestrator.stop(first, at: world.now).isEmpty)
    world.orchestrator.endReported(first)
    #expect(world.orchestrator.run(first)?.endReported == true)
    world.list()
    world.settle()
    #expect(world.faults.isEmpty && world.engine.containers.isEmpty)
  }

  @Test func aHostedRunThatWasPutAwayIsAnsweredAsBefore() throws {
    var world = World()
    world.engine.program = .exits(0)
    var run = World.recorded(1, .container(arguments: ["busybox"]))
    run.requesterNode = "r"
    run.hostNode = "node-1"
    try World.host(&world, run)
    world.settle()
    World.commit(&world, run.id)
    world.settle()
    #expect(World.revoke(&world, run.id))
    world.settle()
    #expect(
      world.disk[run.id]?["endReported"]?.bool == true, "the next agent need not keep it for its requester")
    Self.sample(&world)
    #expect(world.orchestrator.records.isEmpty && world.orchestrator.ended.count == 1)
    #expect(try World.host(&world, run) == .accepted)
    #expect(World.revoke(&world, run.id))
    run.attempt = 2
    #expect(try World.host(&world, run) == .persisting)
    world.settle()
    #expect(world.orchestrator.ended.count == 0 && world.orchestrator.runsUnderWay == 1)
  }

  @Test func linesOfTheJournalCountInTheirOrder() throws {
    var orchestrator = Orchestrator(settings: World.settings)
    func line(_ number: UInt64, _ state: RunState) -> Run {
      var run = World.recorded(number, .container(arguments: ["busybox"]))
      run.state = state
      return run
    }
    for (number, state) in [
      (1, .accepted), (2, .accepted), (1, .finished(exitCode: 4)), (3, .stopped), (3, .accepted),
      (4, .accepted),
    ] as [(UInt64, RunState)] {
      orchestrator.load(line(number, state))
    }
    let command = try RunCommand(parsing: ["busybox"], source: .nothing)
    _ = orchestrator.takeUp { _ in command }
    #expect(orchestrator.ids == (1...4).map { RunID(random: $0) })
    #expect(orchestrator.runs.map(\.state.isFinal) == [true, false, false, false])
    #expect(orchestrator.runsUnderWay == 3 && orchestrator.endedCount == 1)
  }

  @Test func moreThanIsKeptIsForgottenWhileTheJournalIsRead() {
    var settings = World.settings
    settings.keptRuns = 5
    var orchestrator = Orchestrator(settings: settings)
    for number in 0..<20 as Range<UInt64> {
      var run = World.recorded(number, .container(arguments: ["busybox"]))
      run.state = .stopped
      orchestrator.load(run)
    }
    let forgotten = orchestrator.takeUp { _ in nil }.count
    #expect(forgotten == 15 && orchestrator.ids == (15..<20).map { RunID(random: $0) })
  }

  @Test func whatIsUnderWayHasRoomOfItsOwn() throws {
    var settings = World.settings
    settings.underWayBytes = 10_000
    var world = World(settings: settings)
    world.engine.program = .exits(0)
    for number in 0..<20 as Range<UInt64> {
      try world.submit(number, ["busybox", String(repeating: "x", count: 6000)])
      world.settle()
    }
    #expect(world.orchestrator.endedCount == 20, "what has ended takes no room from what comes")
    world.engine.program = .runs
    try world.submit(50, ["busybox", String(repeating: "x", count: 6000)])
    #expect(throws: RunRefusal.noRoom(10_000)) {
      try world.submit(51, ["busybox", String(repeating: "x", count: 6000)])
    }
    try world.submit(52, ["busybox"])
  }
}

extension JSON {
  fileprivate static func parseForTest(_ text: String) -> JSON {
    (try? JSON.parse(Array(text.utf8))) ?? .null
  }
}
