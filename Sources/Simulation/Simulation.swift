import Readings
import Scoring

/// A home in virtual time under one load and one way to choose nodes.
///
/// The nodes tell each other of themselves as the mesh does; what a policy may know is in `seen`. Hearth's own choice is
/// made by the agent's own orchestrators (`HearthDispatch`); everything else is a `Policy`.
public final class Simulation {
  /// What is simulated.
  package let scenario: Scenario
  /// In the order of the scenario's boards.
  package let nodes: [SimulatedNode]
  /// What is asked of the home; others name a job by its index here.
  package let jobs: [Job]
  /// Seconds from the beginning.
  package private(set) var now = 0.0
  /// What each node last heard of each: `seen[observer][node]`.
  package private(set) var seen: [[Sight]]
  /// What became of each job so far.
  package private(set) var progress: [Progress]
  /// Runs that were begun on another node because their host died.
  package internal(set) var moves = 0
  /// How often the kernel killed a run because the node's memory was full.
  package private(set) var memoryKills = 0
  /// How often a request had to be asked again because no node would have it.
  package private(set) var waits = 0
  /// Of the network alone, so that how often nodes speak changes nothing else.
  private var random: Randomness
  /// Of each node's owner: their programs come and go alike, whoever chooses.
  private var owners: [Randomness]
  private var watching: (pause: Double, look: (Simulation) -> Void)?
  private var queue = EventQueue()
  /// Jobs that have not ended, and those that have been asked for.
  private var isOver: Int
  private var asked = 0
  /// It took more effort than was allowed.
  private(set) var isGivenUp = false
  private var hearth: HearthDispatch?
  private var policy: Policy?

  /// What became of a job.
  package struct Progress: Sendable {
    /// Seconds from the beginning when it was last begun; -1 before.
    package var begun = -1.0
    /// When it ended; -1 before.
    package var ended = -1.0
    /// The node that it ran on last.
    package var node = -1
    /// How often it was asked again because no node would have it.
    package var waits = 0
  }

  /// A home's heartbeats come each 600 ms, and up to 100 ms are they waited for (`MembershipSettings`, `Home`).
  static let heartbeatPeriod = 0.6
  static let longestDelay = 0.15
  /// A change of what runs is told at once, but not more often than this.
  static let newsPause = 0.15
  /// A crash is known after this (README: 2.4 s at the 99th percentile).
  static let detection = 2.4
  /// fdatasync on an SD card.
  static let writing = 0.005
  /// A client asks again after this.
  static let patience = 1.0

  /// A scenario as that seed makes it, before anything has happened.
  package init(_ scenario: Scenario, seed: UInt64) {
    self.scenario = scenario
    var random = Randomness(seed: seed &* 0x9e37_79b9 &+ 1)
    let boards = scenario.boards(&random)
    var nodes: [SimulatedNode] = []
    for board in boards { nodes.append(SimulatedNode(board: board, index: nodes.count)) }
    self.nodes = nodes
    jobs = scenario.load(boards, &random)
    var owners: [Randomness] = []
    for _ in nodes { owners.append(Randomness(seed: random.next())) }
    self.owners = owners
    self.random = Randomness(seed: random.next())
    progress = Array(repeating: Progress(), count: jobs.count)
    seen = Array(repeating: nodes.map { Sight($0) }, count: nodes.count)
    isOver = jobs.count
  }

  /// Lets all jobs run to their end, and at most until `limit` seconds.
  ///
  /// - Parameter policy: who chooses; nil for Hearth.
  package func run(_ policy: Policy?, limit: Double = 100_000) -> Outcome {
    pass(policy, limit: limit)
    return Outcome(self)
  }

  /// The same, without the figures of all nodes together.
  ///
  /// - Parameter effort: events, each with the runs that are under way at it for each node, after which it `isGivenUp`.
  func pass(_ policy: Policy?, limit: Double, effort: Int = .max) {
    self.policy = policy
    if policy == nil { hearth = HearthDispatch(self) }
    begin()
    var spent = 0
    while isOver > 0, now < limit, let next = queue.next() {
      spent += 1 + (asked - (jobs.count - isOver)) / max(nodes.count, 1)
      if spent > effort {
        isGivenUp = true
        break
      }
      now = next.at
      next.action()
    }
    queue.removeAll()
    for node in nodes { node.advance(to: now) }
    hearth = nil
  }

  /// Lets somebody look at all nodes each so many seconds, from the beginning on.
  package func watch(each seconds: Double, _ look: @escaping (Simulation) -> Void) {
    watching = (seconds, look)
  }

  private func look() {
    guard let watching else { return }
    for node in nodes { node.advance(to: now) }
    watching.look(self)
    after(watching.pause) { self.look() }
  }

  func after(_ seconds: Double, _ action: @escaping () -> Void) {
    queue.add(at: now + seconds, action)
  }

  // MARK: - Beginning

  /// Whether anybody uses what nodes tell; samples and heartbeats are left out where nobody does.
  private var isTold: Bool { policy?.isClairvoyant != true }

  private func begin() {
    for node in nodes {
      sample(node)
      let phase = random.unit()
      if isTold || node.board.heat != nil { after(phase) { self.eachSecond(node) } }
      let first = random.unit() * Self.heartbeatPeriod
      if isTold { after(first) { self.heartbeat(node) } }
      if node.board.background.threads > 0 {
        let idle = owners[node.index].exponential(mean: node.board.background.idle)
        after(idle) { self.toggle(node) }
      }
      for other in nodes.indices { seen[other][node.index] = sight(of: node) }
    }
    hearth?.begin()
    look()
    for (index, job) in jobs.enumerated() {
      queue.add(at: job.arrival) {
        self.asked += 1
        self.arrive(index)
      }
    }
    for crash in scenario.crashes where crash.node < nodes.count {
      queue.add(at: crash.at) { self.crash(self.nodes[crash.node], for: crash.seconds) }
    }
  }

  // MARK: - Nodes

  private func eachSecond(_ node: SimulatedNode) {
    node.advance(to: now)
    let clock = node.clock
    node.regulate()
    if node.clock != clock { changed(node) }
    if node.isUp, isTold { sample(node) }
    after(1) { self.eachSecond(node) }
  }

  private func sample(_ node: SimulatedNode) {
    node.sample()
    hearth?.sampled(node)
  }

  /// The owner's own programs come and go.
  private func toggle(_ node: SimulatedNode) {
    node.advance(to: now)
    let own = node.board.background
    node.background = node.background == 0 ? own.threads : 0
    changed(node)
    let pause = owners[node.index].exponential(mean: node.background == 0 ? own.idle : own.busy)
    after(pause) { self.toggle(node) }
  }

  private func crash(_ node: SimulatedNode, for seconds: Double) {
    node.advance(to: now)
    let lost = node.tasks.map { $0.job }
    node.isUp = false
    node.tasks = []
    node.background = 0
    node.version += 1
    hearth?.crashed(node)
    for job in lost { policy?.ended(job, on: node.index) }
    after(Self.detection) {
      for observer in self.nodes.indices { self.seen[observer][node.index].isUp = false }
      self.hearth?.died(node)
      guard self.policy != nil else { return }
      for job in lost {
        self.moves += 1
        self.arrive(job)
      }
    }
    after(seconds) {
      node.advance(to: self.now)
      node.isUp = true
      for observer in self.nodes.indices { self.seen[observer][node.index].isUp = true }
      self.hearth?.returned(node)
    }
  }

  // MARK: - Heartbeats

  private func heartbeat(_ node: SimulatedNode) {
    if node.isUp { tell(node) }
    after(Self.heartbeatPeriod * (0.9 + 0.2 * random.unit())) { self.heartbeat(node) }
  }

  /// Sends what the node says of itself to all, of whom some do not hear it.
  func tell(_ node: SimulatedNode) {
    node.advance(to: now)
    let sight = sight(of: node)
    let said = hearth?.saying(of: node)
    let lost = (0..<nodes.count).map { _ in scenario.lossShare > 0 && random.unit() < scenario.lossShare }
    after(random.unit() * Self.longestDelay) {
      for observer in self.nodes.indices where observer == node.index || !lost[observer] {
        self.seen[observer][node.index] = sight
        self.seen[observer][node.index].isUp = node.isUp
        if let said, observer != node.index { self.hearth?.heard(said, of: node.index, by: observer) }
      }
    }
  }

  private func sight(of node: SimulatedNode) -> Sight {
    var sight = Sight(node)
    sight.isUp = node.isUp
    sight.busyShare = node.snapshot.processors.utilisation.value ?? 0
    sight.memoryAvailable = Int64(node.snapshot.memory.value?.available ?? 0)
    sight.runs = node.tasks.count
    return sight
  }

  // MARK: - Jobs

  private func arrive(_ job: Int) {
    guard nodes[jobs[job].origin].isUp else { return again(job) }
    if let hearth { hearth.request(job) } else { place(job) }
  }

  /// No node would have it: its client asks again in a second.
  func again(_ job: Int) {
    waits += 1
    progress[job].waits += 1
    after(Self.patience) { self.arrive(job) }
  }

  /// Lets the policy choose, and begins the job there; asks again in a second where it finds none.
  private func place(_ job: Int) {
    for node in nodes { node.advance(to: now) }
    guard let policy, let choice = policy.choose(job, self), nodes[choice].isUp else { return again(job) }
    policy.placed(job, on: choice)
    if policy.isClairvoyant { return begin(job, on: choice) }
    after(carryingOut(of: job, on: choice)) {
      if self.nodes[choice].isUp { return self.begin(job, on: choice) }
      policy.ended(job, on: choice)
      self.after(Self.detection) {
        self.moves += 1
        self.arrive(job)
      }
    }
  }

  /// What a choice takes until its job begins, as Hearth's own does: it is written down here, and once more on the node
  /// that is asked.
  private func carryingOut(of job: Int, on choice: Int) -> Double {
    let origin = jobs[job].origin
    return origin == choice ? Self.writing : 2 * Self.writing + way(origin, choice)
  }

  /// Seconds between two nodes of the home, one way.
  func way(_ from: Int, _ to: Int) -> Double {
    nodes[from].board.latency + nodes[to].board.latency
  }

  /// The job's container begins there, after its image has come.
  func begin(_ job: Int, on choice: Int) {
    let node = nodes[choice]
    node.advance(to: now)
    if policy == nil, progress[job].begun >= 0 { moves += 1 }
    progress[job].begun = now
    progress[job].node = choice
    node.tasks.append(task(job, on: node))
    seeMemory(node)
    changed(node)
  }

  /// What the job would be on that node.
  package func task(_ job: Int, on node: SimulatedNode) -> SimulatedNode.Task {
    let it = jobs[job]
    let isThere = it.image == 0 || node.images.contains(it.image)
    return SimulatedNode.Task(
      job: job, bound: it.bound, threads: it.threads, memory: it.memory,
      fetching: isThere ? 0 : Double(it.imageMebibytes) * 1.048576, left: it.amount, image: it.image)
  }

  /// Speeds on the node are others now: its next end is foreseen anew.
  private func changed(_ node: SimulatedNode) {
    node.version += 1
    let version = node.version
    guard let seconds = node.untilNext() else { return }
    after(max(seconds, 1e-6)) {
      guard node.version == version else { return }
      self.finish(node)
    }
  }

  /// Takes off what has come to its end.
  private func finish(_ node: SimulatedNode) {
    node.advance(to: now)
    for job in node.fetched { hearth?.fetched(job, on: node) }
    node.fetched = []
    let ended = node.remove {
      $0.fetching <= 0 && $0.left <= SimulatedNode.rest * max(1, $0.threads) * 1000
    }
    for task in ended {
      progress[task.job].ended = now
      node.finished += 1
      isOver -= 1
      policy?.ended(task.job, on: node.index)
      hearth?.ended(task.job, on: node, killed: false)
    }
    seeMemory(node)
    changed(node)
  }

  /// The kernel kills the largest while there is more than fits. Its client asks again.
  private func seeMemory(_ node: SimulatedNode) {
    while node.memoryUsed > node.board.memory {
      var largest: SimulatedNode.Task?
      for task in node.tasks where task.fetching <= 0 {
        if task.memory >= largest?.memory ?? 0 { largest = task }
      }
      guard let largest else { return }
      _ = node.remove { $0.job == largest.job }
      memoryKills += 1
      progress[largest.job].begun = -1
      policy?.ended(largest.job, on: node.index)
      if let hearth { hearth.ended(largest.job, on: node, killed: true) }
      after(Self.patience) { self.arrive(largest.job) }
    }
  }
}

/// What a node's heartbeats tell whoever listens.
package struct Sight: Sendable {
  /// Whether it has power, as far as is known.
  package var isUp = true
  /// Of all cores, in the last second, 0...1.
  package var busyShare = 0.0
  /// How many it has.
  package var cores: Double
  /// Its full clock by the profile.
  package var megahertz: Double
  /// Bytes that programs can have.
  package var memoryAvailable: Int64
  /// Runs that are there or on their way.
  package var runs = 0

  init(_ node: SimulatedNode) {
    cores = node.board.speeds.count
    megahertz = node.board.profile.processor.clock
    memoryAvailable = node.board.memory
  }
}

/// A way to choose a node for each request. Open, as Swift has no other word for a class that other modules of a
/// package extend; and what its methods take is public for that reason alone.
open class Policy {
  public let name: String
  /// Whether it looks at the nodes themselves instead of what they tell, and a job begins at the moment of the choice; else
  /// carrying that out takes what it takes Hearth.
  public let isClairvoyant: Bool

  public init(_ name: String, isClairvoyant: Bool = false) {
    self.name = name
    self.isClairvoyant = isClairvoyant
  }

  /// The node for the job; nil where there is none now, and the client is to ask again.
  open func choose(_ job: Int, _ simulation: Simulation) -> Int? { nil }
  open func placed(_ job: Int, on node: Int) {}
  open func ended(_ job: Int, on node: Int) {}
}
