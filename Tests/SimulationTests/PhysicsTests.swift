import Scoring
import Testing

@testable import Basics
@testable import Placement
@testable import Simulation

@Suite struct PhysicsTests {
  @Test func aRunAloneTakesItsWorkOverTheBoardsSpeed() throws {
    // 40 s on a core of a Raspberry Pi 3, there and on a core that is 1.36 x 1500 / 1200 times as fast.
    for (profile, seconds) in [
      ("raspberry-pi-3", 40.0), ("raspberry-pi-4", 40 * 0.72 * 1200 / (0.98 * 1500)),
    ] {
      let board = try Worlds.board(profile)
      let simulation = Simulation(Worlds.scenario([board], Worlds.jobs([40])), seed: 1)
      let outcome = simulation.run(Fixed([0]))
      #expect((outcome.meanResponse - seconds).magnitude < 0.01, "\(profile): \(outcome.meanResponse)")
      #expect((outcome.meanSlowdown - 1).magnitude < 0.001)
    }
  }

  @Test func workIsConserved() throws {
    for profile in ["raspberry-pi-4", "orange-pi-3", "hikey960", "generic-x86-64"] {
      var board = try Worlds.board(profile)
      board.heat = nil
      // As many as there are cores, all alike, so that all cores are busy until all end together.
      let count = Int(board.speeds.count)
      let works = Array(repeating: 30.0, count: 3 * count)
      let outcome = Simulation(Worlds.scenario([board], Worlds.jobs(works)), seed: 1)
        .run(Fixed(works.map { _ in 0 }))
      let all = 30 * Double(works.count) * Estimate.referenceSpeed / board.capacity
      #expect((outcome.makespan - all).magnitude < 0.02 * all, "\(profile): \(outcome.makespan), \(all)")
      #expect(outcome.unfinished == 0 && outcome.nodes[0].finished == works.count)
    }
  }

  @Test(arguments: ["raspberry-pi-zero-2", "raspberry-pi-4", "hikey960", "generic-x86-64"])
  func noMixIsFasterThanItsBoard(_ profile: String) throws {
    let board = try Worlds.board(profile)
    let node = SimulatedNode(board: board, index: 0)
    var random = Randomness(seed: 3)
    for _ in 0..<500 {
      let tasks = (0...random.below(12)).map { number in
        SimulatedNode.Task(
          job: number, bound: [.processor, .memory, .network][random.below(3)],
          threads: Double(1 + random.below(4)), memory: 0, fetching: random.unit() < 0.2 ? 50 : 0, left: 100,
          image: 0)
      }
      let rates = node.rates(of: tasks)
      var (cores, copied, moved) = (0.0, 0.0, 0.0)
      for (task, rate) in zip(tasks, rates) {
        #expect(rate > 0)
        if task.fetching > 0 || task.bound == .network {
          moved += rate
        } else if task.bound == .processor {
          cores += rate
          #expect(rate <= task.threads * board.speeds.share(of: 1) * 1.0001)
        } else {
          copied += rate
        }
      }
      #expect(cores <= board.capacity * 1.0001)
      #expect(copied <= board.memoryRate * Estimate.busRatio * 1.0001)
      #expect(moved <= board.linkRate / 8 * 1.0001)
    }
  }

  @Test func ahotBoardIsSlowerAndCountsTheSeconds() throws {
    let board = try Worlds.board("raspberry-pi-3")
    let works = Array(repeating: 600.0, count: 4)
    let outcome = Simulation(Worlds.scenario([board], Worlds.jobs(works)), seed: 1).run(Fixed([0, 0, 0, 0]))
    #expect(outcome.throttledSeconds > 300)
    #expect((1.02...1.6).contains(outcome.meanSlowdown), "\(outcome.meanSlowdown)")
    var cool = board
    cool.heat = nil
    let other = Simulation(Worlds.scenario([cool], Worlds.jobs(works)), seed: 1).run(Fixed([0, 0, 0, 0]))
    #expect(other.throttledSeconds == 0 && (other.meanSlowdown - 1).magnitude < 0.001)
  }

  @Test func anImageIsFetchedOnceOverTheSlowerOfLinkAndLine() throws {
    let board = try Worlds.board("raspberry-pi-4")
    var jobs = Worlds.jobs([10, 10]) {
      $0.image = 1
      $0.imageMebibytes = 100
    }
    jobs[1].arrival = 100
    let simulation = Simulation(Worlds.scenario([board], jobs), seed: 1)
    _ = simulation.run(Fixed([0, 0]))
    let seconds = simulation.progress.enumerated().map { $1.ended - jobs[$0].arrival }
    #expect((seconds[0] - seconds[1] - 100 * 1.048576 / SimulatedNode.uplink).magnitude < 0.01, "\(seconds)")
    #expect(simulation.nodes[0].images.contains(1))
  }

  @Test func energyIsBetweenIdleAndFull() throws {
    let board = try Worlds.board("raspberry-pi-4")
    let idle = try #require(board.profile.power.idle)
    let full = try #require(board.profile.power.full)
    let simulation = Simulation(Worlds.scenario([board], Worlds.jobs([40, 40])), seed: 1)
    let outcome = simulation.run(Fixed([0, 0]))
    // Two of four cores for the time after the first second.
    let expected = idle * simulation.now + (full - idle) / 2 * outcome.makespan
    #expect((outcome.energy - expected).magnitude < 0.01 * expected)
  }
}
