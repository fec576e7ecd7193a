import Containers
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import Orchestration

/// What becomes of runs that cannot begin, by what that lies in: the request, the machine, or the node.
@Suite struct BlameTests {
  private static func home() -> HomeWorld { HomeWorld(nodes: 3, scores: [10, 100, 50]) }

  /// Nodes that were asked for the run, in the end.
  private static func attempts(_ home: HomeWorld, _ id: RunID) -> Int {
    home.worlds[0].orchestrator.run(id)?.attempt ?? 0
  }

  private static func isBlameless(_ home: HomeWorld) -> Bool {
    home.worlds[0].orchestrator.nodes.allSatisfy { $0.failures == 0 }
  }

  @Test(arguments: [
    (EngineVerb.create, 400, "invalid mode: nosuch", RunFailure.Kind.create),
    (.create, 400, "invalid reference format", .create),
    (.start, 400, "exec: \"nosuch\": executable file not found in $PATH: unknown", .start),
    (.start, 500, "unable to start container process: exec: \"/bin/x\": permission denied", .start),
    (.pull, 404, "manifest for busybox:nosuch not found: manifest unknown", .pull),
    (.pull, 500, "pull access denied for nosuch, repository does not exist", .pull),
  ])
  func whatEveryNodeWouldSayIsAskedOfOneAndIsNoFailureOfIt(
    verb: EngineVerb, status: Int, message: String, kind: RunFailure.Kind
  ) throws {
    for requester in [0, 1] {
      var home = Self.home()
      for index in home.worlds.indices {
        home.worlds[index].engine.hasImage = verb != .pull
        home.worlds[index].engine.refusals[verb] = (status, message)
      }
      let id = try home.worlds[requester].submit()
      home.run(milliseconds: 3000)
      let failure = try #require(ContainerRunTests.failure(home.state(id, of: requester)))
      #expect(failure.kind == kind && failure.reason.contains(message) && failure.cause == .request)
      #expect(home.worlds[requester].orchestrator.run(id)?.attempt == 1, "one node was asked")
      #expect(home.worlds.allSatisfy { $0.orchestrator.nodes.allSatisfy { $0.failures == 0 } })
      home.run(milliseconds: 3000)
      #expect(home.worlds.allSatisfy { $0.engine.containers.isEmpty } && home.allFaults.isEmpty)
    }
  }

  @Test(arguments: [
    (EngineVerb.start, 500, "Bind for 0.0.0.0:8080 failed: port is already allocated"),
    (.start, 500, "Error starting userland proxy: listen tcp4 0.0.0.0:53: bind: address already in use"),
    (.create, 400, "invalid mount config for type \"bind\": bind source path does not exist: /srv/music"),
    (.create, 400, "Range of CPUs is from 0.01 to 1.00, as there are only 1 CPUs available"),
    (.start, 404, "network lan not found"),
    (.pull, 500, "no matching manifest for linux/arm/v6 in the manifest list entries"),
  ])
  func whatOneMachineLacksGoesOnToTheNextAndIsNoFailure(verb: EngineVerb, status: Int, message: String) throws
  {
    var home = Self.home()
    home.worlds[1].engine.hasImage = verb != .pull
    home.worlds[1].engine.refusals[verb] = (status, message)
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 3000)
    #expect(home.hosts(of: id) == [2] && home.state(id, of: 0) == .running)
    #expect(Self.attempts(home, id) == 2 && Self.isBlameless(home) && home.allFaults.isEmpty)
  }

  @Test func aNodeThatFailsIsAFailureOfTheNode() throws {
    var home = Self.home()
    home.worlds[1].engine.refusals[.create] = (500, "write /var/lib/docker/tmp: no space left on device")
    let id = try home.worlds[0].submit()
    home.run(milliseconds: 3000)
    #expect(home.hosts(of: id) == [2])
    let failed = home.worlds[0].orchestrator.nodes.filter { $0.failures > 0 }
    #expect(failed.map(\.id) == [HomeWorld.name(1)])
  }

  @Test func anImageThatNoRegistryGivesIsAskedOfThoseWhoHaveIt() throws {
    var home = HomeWorld(nodes: 4, scores: [10, 100, 90, 50])
    let image = Requirements.hash(
      ofImage: try RunCommand(parsing: ["busybox"], source: .nothing).image.description)
    home.images = [[], [], [], [HomeNode.Image(hash: image, mebibytes: 0)]]
    for index in 0..<3 {
      home.worlds[index].engine.hasImage = false
      home.worlds[index].engine.refusals[.pull] = (404, "pull access denied for busybox")
    }
    home.run(milliseconds: 2000)
    var run = World.run(5, .container(arguments: ["busybox"]))
    run.preferredNode = HomeWorld.name(1)
    let command = try RunCommand(parsing: ["busybox"], source: .nothing)
    home.worlds[0].perform(
      try home.worlds[0].orchestrator.submit(run, command: command, at: home.worlds[0].now))
    home.run(milliseconds: 3000)
    #expect(home.hosts(of: run.id) == [3] && Self.attempts(home, run.id) == 2)
    #expect(Self.isBlameless(home) && home.allFaults.isEmpty)
  }

  @Test func theCauseTravelsWithTheReportAndIsKept() throws {
    var run = World.run(1, .container(arguments: ["busybox"]))
    run.state = .failed(RunFailure(.create, "no", cause: .request))
    #expect(run.json["failure"]?["cause"]?.string == "request")
    #expect(try #require(Run(report: run.json)).state == run.state)
    run.state = .failed(RunFailure(.create, "no"))
    #expect(run.json["failure"]?["cause"] == nil)
    #expect(try #require(Run(report: run.json)).state == run.state)
  }
}
