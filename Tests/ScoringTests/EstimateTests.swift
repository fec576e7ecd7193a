import Readings
import Testing

@testable import Basics
@testable import Scoring

/// A node of four equal cores, each `speed` hundredths of a Raspberry Pi 3's.
private func node(_ id: String = "a", speed: Double = 100, threads: Double = 0) -> HomeNode {
  var node = HomeNode(id: id)
  node.factsKnown = true
  node.hasEngine = true
  node.cores = 4
  node.score = speed
  node.speeds.add(4, speed: speed / 100 * Estimate.referenceSpeed)
  node.demand = Contention(threads: threads)
  node.linkRate = 100
  node.memoryRate = 1110
  return node
}

private let container = Requirements(kind: "container", service: "s", mustBeRegistered: false)

private func estimate(_ node: HomeNode, imageSize: Int = 0, _ change: (inout Requirements) -> Void = { _ in })
  -> Estimate
{
  var run = container
  change(&run)
  return Estimate(of: run, on: node, imageSize: imageSize)
}

@Suite struct EstimateTests {
  @Test func aRunOnAnIdleRaspberryPi3HasTheSpeed100() {
    let estimate = estimate(node())
    #expect((estimate.speed - 100).magnitude < 1e-9)
    #expect((estimate.seconds - 30.05).magnitude < 1e-9, "30 s of work, and the way there")
    #expect((99.7...100).contains(estimate.rank))
  }

  @Test func whileCoresAreFreeNobodyLosesAndBeyondAllShare() {
    #expect(estimate(node(threads: 3)).speed == estimate(node()).speed)
    #expect((estimate(node(threads: 7)).speed - 50).magnitude < 1e-9)
    // Seven others fall from 4/7 to 4/8 of a core.
    let lost = 7 * (1 / 50.0 - 1 / (400.0 / 7))
    let rank = 1 / (1 / 50 + Estimate.consideration * lost)
    #expect((estimate(node(threads: 7)).rank - rank).magnitude < 0.1)
  }

  @Test func whatIsUrgentDoesNotCountWhatOthersLose() {
    let urgent = estimate(node(threads: 7)) { $0.deadline = 60 }
    #expect((49.5...50).contains(urgent.rank))
  }

  @Test func moreCompetitionAlwaysRanksLowerAndNeverAtNothing() {
    for bound in Requirements.Bound.allCases {
      var last = Double.infinity
      for threads in 0..<40 {
        var node = node(threads: Double(threads))
        node.demand?.memoryBound = Double(threads)
        node.demand?.flows = Double(threads)
        let rank = estimate(node) { $0.bound = bound }.rank
        #expect(rank <= last && rank > 0, "\(bound) beside \(threads)")
        if threads > 4 { #expect(rank < last, "\(bound) beside \(threads)") }
        last = rank
      }
    }
  }

  @Test func placedRunsCountLikeThoseThatRun() {
    var placed = node(threads: 2)
    placed.placedSinceHeard = 3
    placed.placedDemand = Contention(threads: 3)
    #expect(estimate(placed).rank == estimate(node(threads: 5)).rank)
    #expect(estimate(placed).competing == 5)
  }

  @Test func fastCoresComeFirstAndTheSlowOnesAreShared() {
    var unequal = node()
    unequal.speeds = CoreSpeeds()
    unequal.speeds.add(4, speed: 1000)
    unequal.speeds.add(4, speed: 500)
    #expect(unequal.speeds.share(of: 4) == 1000 && unequal.speeds.share(of: 8) == 750)
    #expect(unequal.speeds.share(of: 16) == 375)
    unequal.speeds.quota = 2
    #expect(unequal.speeds.share(of: 1) == 1000 && unequal.speeds.share(of: 4) == 500)
    unequal.speeds.quota = 0.5
    #expect(unequal.speeds.fastest == 500 && unequal.speeds.share(of: 2) == 250)
  }

  @Test func termsBesideTheCoresTakeTheirShare() {
    var hot = node()
    hot.terms = [
      .init(kind: .heat, effect: 0.8), .init(kind: .load, effect: 0.1), .init(kind: .memory, effect: 0.5),
    ]
    #expect((estimate(hot).speed - 40).magnitude < 1e-9, "load is what contends")
    #expect((estimate(hot) { $0.memory = 1 }.speed - 80).magnitude < 1e-9, "memory is asked for before")
    hot.terms.append(.init(kind: .clock, effect: 0.5))
    #expect((estimate(hot) { $0.memory = 1 }.speed - 40).magnitude < 1e-9)
  }

  @Test func anImageThatIsThereIsWorthWhatFetchingItCosts() {
    var near = node("near", speed: 90)
    near.images = [.init(hash: 7, mebibytes: 100)]
    var far = node("far", speed: 110)
    far.images = []
    func first(_ work: Double) -> String? {
      var run = container
      run.image = 7
      run.work = work
      return Placement(run: "1", requirements: run, nodes: [near, far], madeAt: 0).rows.first?.node
    }
    #expect(first(30) == "near" && first(600) == "far")
    near.images = []
    #expect(first(30) == "far", "where nobody has it all must fetch it")
  }

  @Test func stayingHereIsWorthWhatMovingCosts() {
    var own = node("own", speed: 100)
    own.isSelf = true
    let other = node("other", speed: 108)
    func first(_ work: Double) -> String? {
      var run = container
      run.work = work
      return Placement(run: "1", requirements: run, nodes: [own, other], madeAt: 0).rows.first?.node
    }
    #expect(first(0.2) == "own" && first(30) == "other")
  }

  @Test func aNodeThatWouldBeDoneTooLateComesLast() {
    var run = container
    run.deadline = 20
    run.work = 30
    run.workIsKnown = true
    var fast = node("fast", speed: 200)
    fast.state = .alive
    let placement = Placement(
      run: "1", requirements: run, nodes: [node("slow", speed: 100), fast], madeAt: 0)
    #expect(placement.rows.map(\.tier) == [.ready, .late])
    #expect(placement.rows[1].reason.contains("after the deadline"))
    run.workIsKnown = false
    #expect(Placement(run: "1", requirements: run, nodes: [node()], madeAt: 0).rows[0].tier == .ready)
  }

  @Test func whatWaitsForMemoryOrTheNetworkGoesWhereThatIsFast() {
    var copier = node("copier", speed: 100)
    copier.memoryRate = 5000
    var linked = node("linked", speed: 100)
    linked.linkRate = 900
    let fast = node("fast", speed: 300)
    func first(_ bound: Requirements.Bound) -> String? {
      var run = container
      run.bound = bound
      return Placement(run: "1", requirements: run, nodes: [copier, linked, fast], madeAt: 0).rows.first?.node
    }
    #expect(first(.processor) == "fast" && first(.memory) == "copier" && first(.network) == "linked")
  }

  @Test func theReasonSaysEachPartInWords() {
    var seen = node(threads: 3)
    seen.placedSinceHeard = 2
    seen.placedDemand = Contention(threads: 2)
    seen.terms = [.init(kind: .heat, effect: 0.85), .init(kind: .supply, effect: 1)]
    seen.calibration = 0.8
    seen.failures = 1
    let reason = Placement(run: "1", requirements: container, nodes: [seen], madeAt: 0).rows[0].reason
    #expect(
      reason
        == "speed 23 beside 5.0 busy threads, 2 of them on their way; heat takes 15 %; its runs took 1.25 times as long as it promised; failures of late take 50 %"
    )
  }

  @Test(arguments: [Double.nan, .infinity, -1, 0, 1e300])
  func whatIsNoNumberIsHeldInBounds(value: Double) {
    var odd = node()
    odd.speeds.add(1, speed: value)
    odd.demand = Contention(threads: value, memoryBound: value, flows: value)
    odd.linkRate = value
    odd.memoryRate = value
    odd.linkBusy = value
    odd.terms = [.init(kind: .heat, effect: value)]
    for bound in Requirements.Bound.allCases {
      var run = container
      run.bound = bound
      let placement = Placement(run: "1", requirements: run, nodes: [odd, node("b")], madeAt: 0)
      #expect(Placement(json: placement.json)?.rows.count == 2)
    }
  }
}

@Suite struct TrustTests {
  private let start = Instant(nanoseconds: 0)

  @Test func oneSlowRunSaysLittleAndManySayItWithinBounds() {
    var calibration = SpeedCalibration()
    #expect(calibration.factor == 1 && calibration.told == 128)
    calibration.learn(speed: 0.1)
    #expect(calibration.factor > 0.98 && calibration.factor < 1)
    for _ in 0..<500 { calibration.learn(speed: 0.1) }
    #expect(calibration.factor == SpeedCalibration.bounds.lowerBound)
    for _ in 0..<500 { calibration.learn(speed: 100) }
    #expect(calibration.factor == SpeedCalibration.bounds.upperBound)
    for wrong in [Double.nan, 0, -1] { calibration.learn(speed: wrong) }
    #expect(calibration.factor == SpeedCalibration.bounds.upperBound)
    #expect(SpeedCalibration.factor(told: 0) == SpeedCalibration.bounds.lowerBound)
    #expect(SpeedCalibration.factor(told: 255) == SpeedCalibration.bounds.upperBound)
  }

  @Test func failuresAreForgottenInMinutes() {
    var seen = Failures()
    for _ in 0..<20 { seen.add(at: start) }
    #expect(seen.left(at: start) == 1, "of one cause")
    for number in 1...20 { seen.add(at: start + .seconds(number * 3)) }
    let end = start + .seconds(60)
    #expect(seen.left(at: end) == 8)
    var last = 8.0
    for seconds in stride(from: 10, through: 600, by: 10) {
      let now = seen.left(at: end + .seconds(seconds))
      #expect(now <= last && now >= 0)
      last = now
    }
    #expect(seen.left(at: end + .seconds(60)) == 4 && last == 0)
  }

  @Test func theHomeKeepsItsFailuresAndTakesANodesWordForItsTrust() {
    var home = HomeView()
    home.update(node(), at: start)
    home.failed(on: "a", at: start)
    var next = node()
    next.heardAt = start + .seconds(1)
    next.calibration = 0.8
    home.update(next, at: next.heardAt)
    #expect(home.node("a")?.calibration == 0.8 && (home.node("a")?.failures ?? 0) > 0.9)
    home.failed(on: "unknown", at: start)
  }
}

@Suite struct DemandTests {
  private static func snapshot(_ seconds: Int, busy: Double, runnable: Int) -> Snapshot {
    var snapshot = Snapshot.idlePi3
    let at = Instant(nanoseconds: 0) + .seconds(seconds)
    snapshot.instant = at
    snapshot.processors.utilisation = .value(busy, at: at)
    snapshot.load = .value(Load(one: 0, five: 0, fifteen: 0, runnable: runnable), at: at)
    return snapshot
  }

  @Test func idleCoresTellByTheirShareAndFullOnesByWhoWaits() throws {
    let profile = try profile("raspberry-pi-3")
    var demand = Demand()
    demand.sample(Self.snapshot(1, busy: 0.5, runnable: 9), profile: profile)
    #expect(demand.threads == 2, "a short crowd is no load")
    demand.sample(Self.snapshot(2, busy: 1, runnable: 13), profile: profile)
    #expect(demand.threads == 10, "the mean of 8 and 12: the reader does not count")
    demand.sample(Self.snapshot(3, busy: 1, runnable: 1), profile: profile)
    demand.sample(Self.snapshot(4, busy: 1, runnable: 1), profile: profile)
    #expect(demand.threads == 4, "never fewer than are busy")
  }

  @Test func whatBeganInTheWindowShowsInPart() throws {
    let profile = try profile("raspberry-pi-3")
    var demand = Demand()
    let second = Interval.seconds(1)
    #expect(demand.hidden(since: Instant(nanoseconds: 0)) == 1, "nothing was measured")
    demand.sample(Self.snapshot(1, busy: 0, runnable: 1), profile: profile)
    demand.sample(Self.snapshot(2, busy: 0, runnable: 1), profile: profile)
    let end = Instant(nanoseconds: 0) + second + second
    #expect(demand.hidden(since: end) == 1 && demand.hidden(since: end + second) == 1)
    #expect(demand.hidden(since: Instant(nanoseconds: 1_500_000_000)) == 0.5)
    #expect(demand.hidden(since: Instant(nanoseconds: 0)) == 0)
  }

  @Test func insideAQuotaTheGroupsOwnUseCounts() throws {
    let profile = try profile("raspberry-pi-3")
    var snapshot = Self.snapshot(1, busy: 1, runnable: 30)
    snapshot.controlGroup.cores = .now(0.5)
    snapshot.controlGroup.use = .now(QuotaUse(cores: 0.25))
    var demand = Demand()
    demand.sample(snapshot, profile: profile)
    #expect(demand.threads == 0.5 && !demand.isBlind)
    snapshot.controlGroup.use = .now(QuotaUse(cores: 0.52))
    demand.sample(snapshot, profile: profile)
    #expect(demand.threads == 1 && demand.isBlind)
  }

  @Test func theSpeedsOfABoardAreThoseOfItsScore() throws {
    let pi = CoreSpeeds(of: .idlePi3, profile: try profile("raspberry-pi-3"))
    #expect(pi.groups == [.init(count: 4, speed: 864)])
    let hikey = CoreSpeeds(of: .idleHiKey960, profile: try profile("hikey960"))
    #expect(hikey.groups.count == 2 && hikey.count == 8)
    for (snapshot, name) in [(Snapshot.idlePi3, "raspberry-pi-3"), (.idleHiKey960, "hikey960")] {
      let profile = try profile(name)
      let speeds = CoreSpeeds(of: snapshot, profile: profile)
      let all = Score(of: snapshot, profile: profile).terms[.cores].value
      #expect((speeds.share(of: speeds.count) * speeds.count - all).magnitude < 0.01 * all, "\(name)")
    }
  }
}
