import Readings
import Testing
import Wire

@testable import Basics
@testable import Scoring

private let one = Contention(threads: 1)

/// The choice among nodes for one run.
@Suite struct PlacementTests {
  private static func node(_ id: String, score: Double = 100) -> HomeNode {
    var node = HomeNode(id: id)
    node.name = "name-" + id
    node.address = "10.0.0.1"
    node.architecture = "arm64"
    node.board = "raspberry-pi-3"
    node.cores = 4
    node.score = score
    node.terms = [.init(kind: .load, effect: 1), .init(kind: .heat, effect: 0.9)]
    node.memoryAvailable = 512 << 20
    node.hasEngine = true
    node.runsNative = true
    node.factsKnown = true
    return node
  }

  private static let container = Requirements(kind: "container", service: "hello", mustBeRegistered: false)

  private static func place(
    _ nodes: [HomeNode], _ requirements: Requirements = container, run: String = "000000000001"
  ) -> Placement {
    Placement(run: run, requirements: requirements, nodes: nodes, madeAt: 1)
  }

  private static func order(_ placement: Placement) -> [String] {
    placement.rows.filter { $0.objection == nil }.map(\.node)
  }

  @Test func theHighestScoreComesFirst() {
    let placement = Self.place([
      Self.node("a", score: 20), Self.node("b", score: 90), Self.node("c", score: 50),
    ])
    #expect(Self.order(placement) == ["b", "c", "a"])
    #expect(placement.next { _ in true }?.node == "b")
    #expect(placement.next { $0 != "b" }?.node == "c")
  }

  /// What makes the node unfit for the request, and a word of the reason.
  private static let unfit: [(String, @Sendable (inout HomeNode, inout Requirements) -> Void)] = [
    ("dead", { node, _ in node.state = .dead }),
    ("left", { node, _ in node.state = .left }),
    ("drained", { node, _ in node.isDrained = true }),
    ("not known", { node, _ in node.factsKnown = false }),
    ("excludes", { node, asked in (node.isSelf, asked.allowsSelf) = (true, false) }),
    ("engine", { node, _ in node.hasEngine = false }),
    ("native", { node, asked in (node.runsNative, asked.kind) = (false, "native") }),
    ("registered", { _, asked in asked.mustBeRegistered = true }),
    (
      "registered",
      { node, asked in
        asked.mustBeRegistered = true
        node.services = [.init(name: "hello", kind: "native"), .init(name: "other", kind: "container")]
      }
    ),
    ("architecture", { _, asked in asked.architecture = "amd64" }),
    ("513 MiB", { _, asked in asked.memory = 513 << 20 }),
    (
      "constraint node.hostname!=name-b",
      { _, asked in asked.constraints = (try? Constraint.parse(["node.hostname != name-b"])) ?? [] }
    ),
  ]

  @Test(arguments: 0..<unfit.count)
  func aNodeThatCannotRunItIsNoCandidateAndTheRowSaysWhy(number: Int) {
    let (word, change) = Self.unfit[number]
    var requirements = Self.container
    var node = Self.node("b", score: 1000)
    #expect(requirements.objection(to: node) == nil)
    change(&node, &requirements)
    let placement = Self.place([node], requirements)
    #expect(Self.order(placement).isEmpty)
    #expect(placement.rows.first?.objection?.contains(word) == true)
    #expect(placement.rows.first?.reason.contains(word) == true && placement.refusals.contains(word))
    #expect(placement.next { _ in true } == nil)
  }

  @Test func whatANodeHasIsEnough() throws {
    var requirements = Self.container
    var node = Self.node("b")
    node.services = [.init(name: "hello", kind: "container")]
    requirements.mustBeRegistered = true
    requirements.memory = 512 << 20
    requirements.architecture = "arm64"
    requirements.constraints = try Constraint.parse([
      "node.id==b", "node.platform.arch == AARCH64", "node.board!=raspberry-pi-4", " node.hostname==NAME-B ",
    ])
    #expect(requirements.objection(to: node) == nil)
    node.memoryAvailable = nil
    node.architecture = ""
    requirements.constraints = []
    #expect(requirements.objection(to: node) == nil, "what is not known does not speak against it")
  }

  @Test func suspectsHomeEdgeAndAnOwnNodeWithoutItsEngineComeAfterTheOthers() {
    var suspect = Self.node("suspect", score: 900)
    suspect.state = .suspect
    var old = Self.node("old", score: 900)
    old.isHomeEdge = true
    var own = Self.node("own", score: 900)
    (own.isSelf, own.hasEngine) = (true, false)
    let placement = Self.place([suspect, old, own, Self.node("weak", score: 1)])
    #expect(Self.order(placement) == ["weak", "own", "old", "suspect"])
  }

  @Test func thisNodeIsTriedEvenWhereNothingIsKnownOfIt() {
    var own = HomeNode(id: "own")
    own.isSelf = true
    #expect(Self.order(Self.place([own])) == ["own"])
  }

  @Test func tenRunsAtOnceSpreadOverFiveEqualNodes() {
    var home = HomeView()
    let now = Instant(nanoseconds: 0)
    for name in ["a", "b", "c", "d", "e"] { home.update(Self.node(name), at: now) }
    var counts: [String: Int] = [:]
    for number in 0..<10 {
      let winner = Self.place(home.nodes, run: "run-\(number)").next { _ in true }?.node ?? ""
      home.place(run: "run-\(number)", adding: one, on: winner, at: now)
      counts[winner, default: 0] += 1
    }
    #expect(counts.count == 5 && counts.values.allSatisfy { $0 == 2 })
  }

  @Test func aNodeTwiceAsStrongGetsTwiceAsManyOfABurst() {
    var home = HomeView()
    let now = Instant(nanoseconds: 0)
    home.update(Self.node("strong", score: 200), at: now)
    home.update(Self.node("weak", score: 100), at: now)
    var strong = 0
    for number in 0..<6 {
      let winner = Self.place(home.nodes, run: "run-\(number)").next { _ in true }?.node ?? ""
      home.place(run: "run-\(number)", adding: one, on: winner, at: now)
      if winner == "strong" { strong += 1 }
    }
    #expect((3...5).contains(strong))
  }

  @Test func placedRunsCountUntilAHeartbeatThatShowsThem() throws {
    var home = HomeView()
    var node = Self.node("a")
    home.update(node, at: Instant(nanoseconds: 0))
    home.place(run: "1", adding: one, on: "a", at: Instant(nanoseconds: 0))
    home.place(run: "2", adding: one, on: "a", at: Instant(nanoseconds: 1_500_000_000))
    #expect(home.node("a")?.placedSinceHeard == 2)
    node.heardAt = Instant(nanoseconds: 1_000_000_000)
    home.update(node, at: node.heardAt)
    #expect(home.node("a")?.placedSinceHeard == 2, "a start takes its time to show")
    node.heardAt = Instant(nanoseconds: 2_000_000_000)
    home.update(node, at: node.heardAt)
    #expect(home.node("a")?.placedSinceHeard == 1)
    home.displace(run: "2", from: "a")
    #expect(home.node("a")?.placedSinceHeard == 0)
  }

  @Test func equalNodesShareTheRunsAmongThemTheSameWayEverywhere() {
    let nodes = ["a", "b", "c", "d"].map { Self.node($0) }
    var winners: Set<String> = []
    for number in 0..<64 {
      let placement = Self.place(nodes, run: "run-\(number)")
      #expect(Self.order(placement) == Self.order(Self.place(nodes.reversed(), run: "run-\(number)")))
      winners.insert(Self.order(placement).first ?? "")
    }
    #expect(winners.count == 4)
  }

  @Test func moreScoreNeverRanksLower() {
    var random = Randomness(seed: 7)
    for number in 0..<2000 {
      var nodes: [HomeNode] = []
      for index in 0..<Int.random(in: 2...8, using: &random) {
        var node = Self.node("n\(index)", score: Double.random(in: 0.01...300, using: &random))
        node.terms[0].effect = Double.random(in: 0...1, using: &random)
        node.placedDemand = Contention(threads: Double(Int.random(in: 0...9, using: &random)))
        node.cores = Int.random(in: 0...8, using: &random)
        nodes.append(node)
      }
      let before = Self.order(Self.place(nodes, run: "\(number)"))
      let index = nodes.indices.randomElement(using: &random) ?? 0
      nodes[index].score *= Double.random(in: 1...3, using: &random)
      let after = Self.order(Self.place(nodes, run: "\(number)"))
      let place = { (order: [String]) in order.firstIndex(of: "n\(index)") ?? -1 }
      #expect(place(after) <= place(before))
      for row in Self.place(nodes).rows {
        #expect(row.estimate.rank > 0 && row.estimate.rank <= row.estimate.speed * 1.0001)
      }
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, -1, 0])
  func aScoreThatIsNoneComesLast(score: Double) {
    #expect(
      Self.order(Self.place([Self.node("a", score: score), Self.node("b", score: 0.01)])) == ["b", "a"])
    #expect(Placement(json: Self.place([Self.node("a", score: score)]).json) != nil)
  }

  @Test func ofAThousandNodesTheBestAreKeptAndEightAreAsked() {
    let nodes = (0..<1000).map { Self.node("n\($0)", score: Double($0 + 1)) }
    var placement = Self.place(nodes)
    #expect(placement.rows.count == 32 && placement.omitted == 968)
    #expect(placement.rows.allSatisfy { $0.score > 900 })
    var asked = 0
    while let row = placement.next(isUsable: { _ in true }) {
      placement.note(.refused("no"), of: row.node)
      asked += 1
    }
    #expect(asked == 8)
  }

  @Test func whatIsWrittenOfAPlacementIsReadBack() throws {
    var busy = Self.node("b", score: 90)
    busy.placedSinceHeard = 2
    var dead = Self.node("c")
    dead.state = .dead
    var suspect = Self.node("d")
    suspect.state = .suspect
    var placement = Self.place([Self.node("a"), busy, dead, suspect])
    placement.note(.refused("no room"), of: "a")
    placement.note(.silent("no answer"), of: "b")
    placement.note(.accepted, of: "d")
    let text = placement.json.encoded()
    let read = try #require(Placement(json: JSON.parse(text)))
    #expect(read.json.encoded() == text)
    #expect(read.rows.map(\.node) == placement.rows.map(\.node))
    #expect(read.rows.map(\.outcome) == placement.rows.map(\.outcome))
    #expect(read.rows.map(\.reason) == placement.rows.map(\.reason))
    #expect(read.refusals == placement.refusals)
    #expect(read.refusals == "name-a: no room; name-b: no answer; name-c: it is dead")
  }

  @Test(arguments: [
    "{}", "[]", #"{"nodes":1}"#, #"{"nodes":[{}]}"#, #"{"nodes":[{"node":1}]}"#,
  ])
  func whatIsNoPlacementIsNotReadAsOne(text: String) throws {
    #expect(Placement(json: try JSON.parse(Array(text.utf8))) == nil)
  }

  @Test func numbersOfAForeignPlacementAreHeldInBounds() throws {
    let text = #"{"nodes":[{"node":"a","placed":9e99,"tier":300,"score":1e300}],"omitted":-5}"#
    let placement = try #require(Placement(json: JSON.parse(Array(text.utf8))))
    #expect(placement.omitted == 0 && placement.rows.first?.tier == .ready)
    #expect(Placement(json: placement.json) != nil)
  }
}

@Suite struct ConstraintTests {
  @Test(arguments: [
    "node.id==a", "node.hostname!=kitchen", "node.platform.arch==arm64", "node.board==raspberry-pi-3",
  ])
  func aConstraintIsWrittenAsItWasRead(text: String) throws {
    #expect(try Constraint(parsing: text).text == text)
  }

  @Test(arguments: [
    ("", ConstraintError.noOperator("")), ("node.id", .noOperator("node.id")),
    ("node.id=a", .noOperator("node.id=a")),
    ("node.id=", .noOperator("node.id=")), ("node.id!a", .noOperator("node.id!a")),
    ("node.role==manager", .unknownSubject("node.role==manager")), ("==a", .unknownSubject("==a")),
    ("node.id==", .badValue("node.id==")), ("node.id== ", .badValue("node.id== ")),
    ("node.id==a==b", .badValue("node.id==a==b")), ("node.id===a", .badValue("node.id===a")),
    (String(repeating: "x", count: 257), .tooLong(257)),
  ])
  func aFaultyConstraintIsAnErrorThatNamesIt(text: String, error: ConstraintError) {
    #expect(throws: error) { try Constraint(parsing: text) }
    if text.utf8.count < 200 { #expect(error.description.contains("'\(text)'")) }
  }

  @Test func moreThanSixteenAreRefused() throws {
    let text = "node.id!=a"
    #expect(try Constraint.parse(Array(repeating: text, count: 16)).count == 16)
    #expect(throws: ConstraintError.tooMany(17)) { try Constraint.parse(Array(repeating: text, count: 17)) }
  }

  @Test func programsOfAnOlderKindRunOnNewerOnesOfTheirFamily() {
    for (program, node) in [
      ("arm/v6", "arm/v7"), ("386", "amd64"), ("", "arm64"), ("amd64", ""), ("arm64/v8", "arm64"),
    ] {
      #expect(Requirements.runs(program, on: node))
    }
    for (program, node) in [("arm/v7", "arm/v6"), ("amd64", "386"), ("arm/v7", "arm64"), ("arm64", "amd64")] {
      #expect(!Requirements.runs(program, on: node))
    }
  }
}

@Suite struct HomeMajorityTests {
  @Test func theSideWithMoreThanHalfIsTheHome() {
    for (present, lost, expected) in [(0, 0, true), (0, 1, false), (1, 1, true), (1, 2, false), (2, 2, true)]
    {
      var home = HomeView()
      let now = Instant(nanoseconds: 0)
      for number in 0..<(present + lost) { home.update(HomeNode(id: "n\(number)"), at: now) }
      for number in 0..<lost { _ = home.set(.dead, of: "n\(number)", at: now) }
      #expect(home.hasMajority(at: now) == expected, "\(present) others, \(lost) lost")
      let later = now + HomeView.quorumWindow + .seconds(1)
      #expect(home.hasMajority(at: later), "who has been gone for long does not count")
    }
  }

  @Test func whoLeftDoesNotCount() {
    var home = HomeView()
    let now = Instant(nanoseconds: 0)
    for number in 0..<5 { home.update(HomeNode(id: "n\(number)"), at: now) }
    for number in 0..<4 { _ = home.set(.left, of: "n\(number)", at: now) }
    #expect(home.hasMajority(at: now))
  }
}
