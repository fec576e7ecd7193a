import TestSupport
import Testing

@testable import Basics
@testable import Orchestration

/// Random faults in a home, and what must hold whatever happened.
@Suite struct HomeExplorationTests {
  /// How long two connected nodes whose requester is there may run the same run: until the death is known, or
  /// the return; then a revocation that is lost a few times, and a stop.
  private static let doubledLimit = 20_000

  private typealias Request = (id: RunID, node: Int)

  static func explore(seed: UInt64, steps: Int) throws {
    let nodes = 2 + Int(seed % 4)
    var home = HomeWorld(nodes: nodes, seed: seed, scores: (0..<nodes).map { [100, 100, 60, 30, 10][$0] })
    home.weather.lostPercent = [0, 5, 20][Int(seed / 4 % 3)]
    home.weather.twicePercent = 5
    home.weather.delay = [20, 300, 2500][Int(seed / 12 % 3)]
    var number = seed << 16
    var requests: [Request] = []
    for _ in 0..<steps {
      try happen(in: &home, &requests, &number)
      home.step()
    }
    try calm(&home)

    let acknowledged = requests.filter { home.worlds[$0.node].placed.contains($0.id) }
    expectEachRunsOnce(acknowledged, home, seed)
    for node in home.worlds.indices {
      home.worlds[node].engine.endPrograms(code: 6)
    }
    home.run(milliseconds: 10_000)
    expectNothingIsLeft(acknowledged, home, seed)
  }

  /// One thing, or nothing.
  private static func happen(
    in home: inout HomeWorld, _ requests: inout [Request], _ number: inout UInt64
  ) throws {
    let nodes = home.worlds.count
    let node = Int.random(in: 0..<nodes, using: &home.random)
    switch Int.random(in: 0..<1000, using: &home.random) {
    case 0..<40 where home.isUp[node]:
      home.worlds[node].engine.program = home.chance(70) ? .runs : .exits(4)
      number += 1
      if requests.count < 12 { requests.append((try home.worlds[node].submit(number), node)) }
    case 40..<50 where home.isUp[node]: home.crash(node, power: home.chance(40))
    case 50..<90: try home.restart(node)
    case 90..<96: home.part(Int.random(in: 0..<(1 << nodes), using: &home.random))
    case 96..<120: home.part(0)
    case 120..<125:
      if let request = requests.randomElement(using: &home.random), home.isUp[request.node] {
        home.worlds[request.node].stop(request.id)
      }
    case 125..<135: home.worlds[node].engine.endPrograms(code: 5)
    case 135..<140 where home.isUp[node]: home.worlds[node].flush(fails: true)
    case 140..<144 where home.isUp[node] && home.worlds[node].engineIsUp:
      home.worlds[node].engineGoes(afterEffect: home.chance(50))
    case 144..<160 where home.isUp[node] && !home.worlds[node].engineIsUp: home.worlds[node].engineReturns()
    case 160..<170: home.breakStream()
    case 170..<173 where home.isUp[node]:
      home.worlds[node].engine.hasImage = false
      home.worlds[node].engine.refusals[.pull] = (500, "no route")
    case 173..<190: home.worlds[node].engine.refusals = [:]
    default: break
    }
  }

  /// All is well again, and stays so for a while.
  private static func calm(_ home: inout HomeWorld) throws {
    try home.heal()
    home.weather.lostPercent = 0
    for node in home.worlds.indices {
      home.worlds[node].engine.refusals = [:]
      home.worlds[node].engine.hasImage = true
    }
    home.run(milliseconds: 100_000)
  }

  private static func expectEachRunsOnce(_ acknowledged: [Request], _ home: HomeWorld, _ seed: UInt64) {
    for (id, node) in acknowledged where !home.worlds[node].forgotten.contains(id) {
      let copies = home.hosts(of: id).count
      if home.state(id, of: node)?.isFinal == true {
        #expect(copies == 0, "seed \(seed): \(id.text) is over and runs")
      } else {
        #expect(copies == 1, "seed \(seed): \(id.text) \(String(describing: home.state(id, of: node)))")
        #expect(home.state(id, of: node) == .running, "seed \(seed): \(id.text)")
      }
      #expect(home.worlds[node].orchestrator.run(id)?.orphans.isEmpty == true, "seed \(seed): orphans")
    }
  }

  private static func expectNothingIsLeft(_ acknowledged: [Request], _ home: HomeWorld, _ seed: UInt64) {
    for (id, node) in acknowledged where !home.worlds[node].forgotten.contains(id) {
      #expect(
        home.state(id, of: node)?.isFinal == true,
        "seed \(seed): \(id.text) is \(String(describing: home.state(id, of: node)))")
    }
    for node in home.worlds.indices {
      #expect(home.worlds[node].orchestrator.runsUnderWay == 0, "seed \(seed): node \(node)")
      #expect(home.worlds[node].engine.containers.isEmpty, "seed \(seed): a container is left on \(node)")
      #expect(home.worlds[node].orchestrator.watches.isEmpty, "seed \(seed): node \(node) watches")
    }
    #expect(home.longestDoubled <= doubledLimit, "seed \(seed): doubled for \(home.longestDoubled) ms")
    #expect(home.allFaults.isEmpty, "seed \(seed): \(home.allFaults)")
  }

  @Test(arguments: 0..<6)
  func whateverHappensToAHomeEveryRunEndsAndNoneIsDoubled(part: UInt64) throws {
    let seeds: UInt64 = isLongForm ? 50 : 4
    for seed in (part * seeds)..<(part * seeds + seeds) { try Self.explore(seed: seed, steps: 700) }
  }
}
