import Basics
internal import Containers
internal import Orchestration
internal import Scoring

/// The agents of a simulated home: an orchestrator on each node, and in place of disk, network and engine the time that
/// they take.
final class HearthDispatch {
  let simulation: Simulation
  var agents: [Agent] = []
  /// The run of each job that is under way.
  var flights: [Flight?]
  /// Jobs whose runs went down with the node that was asked, which has them in its journal.
  var lost: [Int] = []
  var serial: UInt64 = 0
  /// Of each image, by its number.
  var images: [HomeNode.Image] = []

  /// A node's agent, and what it last said and told.
  final class Agent {
    let name: String
    var orchestrator: Orchestrator
    var loadChanges = 0
    var toldAt = -1.0
    var newsIsDue = false
    /// The hosts whose streams it holds.
    var watched: [Int] = []
    /// What it said of itself at its last sample.
    var sample: HomeNode

    init(_ name: String) {
      self.name = name
      var settings = Orchestrator.Settings()
      settings.node = name
      settings.keptRuns = 20
      orchestrator = Orchestrator(settings: settings)
      sample = HomeNode(id: name)
    }
  }

  /// A run that has not ended.
  final class Flight {
    let id: RunID
    let job: Int
    /// The node and the step of a call that waits for its container's end.
    var waiting: (node: Int, step: EngineStep)?
    var isKilled = false
    /// Where its image is fetched; -1 for nowhere.
    var pulling = -1
    /// Who asked a host, until that has it on its disk.
    var asked: (requester: Int, attempt: Int)?

    init(_ id: RunID, _ job: Int) {
      self.id = id
      self.job = job
    }
  }

  init(_ simulation: Simulation) {
    self.simulation = simulation
    flights = Array(repeating: nil, count: simulation.jobs.count)
    for job in simulation.jobs {
      while images.count <= job.image {
        images.append(
          HomeNode.Image(hash: Requirements.hash(ofImage: Self.reference(images.count)), mebibytes: 0))
      }
      images[job.image].mebibytes = job.imageMebibytes
    }
    for node in simulation.nodes { agents.append(Agent("node-" + String(node.index))) }
  }

  static func reference(_ image: Int) -> String { "app:" + String(image) }

  /// A run's identifier ends in the number of its job, in six of its digits.
  func flight(_ id: RunID) -> Flight? {
    var job = 0
    for byte in id.text.utf8.dropFirst(6) { job = job << 4 | Int(byte < 0x3a ? byte & 15 : byte - 0x57) }
    guard job < flights.count, let flight = flights[job], flight.id == id else { return nil }
    return flight
  }

  var nodes: [SimulatedNode] { simulation.nodes }

  var moment: Moment {
    Moment(
      instant: SimulatedNode.instant(simulation.now),
      wallMilliseconds: Int64((simulation.now + 1) * 1000))
  }

  func begin() {
    for node in nodes {
      _ = agents[node.index].orchestrator.engineAvailable(containers: [], at: moment)
      sampled(node)
      for observer in nodes.indices where observer != node.index {
        heard(saying(of: node), of: node.index, by: observer)
      }
      eachSecond(node.index)
    }
  }

  private func eachSecond(_ index: Int) {
    if nodes[index].isUp { perform(index) { $0.tick(at: self.moment) } }
    simulation.after(1) { self.eachSecond(index) }
  }

  func perform(_ index: Int, _ event: (inout Orchestrator) -> [Directive]) {
    for directive in event(&agents[index].orchestrator) { perform(directive, of: index) }
    tellNews(index)
  }

  /// The same for an event that the orchestrator answers at once.
  func perform<Answer>(
    _ index: Int, _ event: (inout Orchestrator) -> (Answer, [Directive])
  ) -> Answer {
    let (answer, directives) = event(&agents[index].orchestrator)
    perform(index) { _ in directives }
    return answer
  }

  func way(_ from: Int, _ to: Int) -> Double { simulation.way(from, to) }

  /// Lets something happen on a node later, if it is up then and was not started anew.
  func later(_ seconds: Double, on index: Int, _ action: @escaping () -> Void) {
    simulation.after(seconds) { if self.nodes[index].isUp { action() } }
  }
}
