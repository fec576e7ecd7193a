import Containers
import Readings
import Scoring
import Wire

@testable import Basics
@testable import Orchestration

/// Several worlds on one network made of memory: messages come late, twice or never, nodes crash and return,
/// links part and heal, and each node learns of the others' deaths after a while.
struct HomeWorld {
  /// How a message crosses the network.
  struct Weather {
    var lostPercent = 0
    var twicePercent = 0
    /// Milliseconds; each message takes some time up to here.
    var delay = 20
    /// Milliseconds after which a node knows of another's death.
    var detection = 1000...3000
  }

  enum Content {
    case ask(RunID, attempt: Int, body: [UInt8])
    case answer(RunID, attempt: Int, AskResult)
    case commit(RunID, attempt: Int)
    case committed(RunID, attempt: Int, isThere: Bool)
    case revoke(RunID, attempt: Int, speed: Double?, isStop: Bool)
    case revoked(RunID, attempt: Int, isOver: Bool)
    case open(stream: Int)
    case event(stream: Int, [UInt8])
    case synced(stream: Int)
  }

  struct Message {
    var due: Int
    var from: Int
    var to: Int
    var content: Content
  }

  struct Ask {
    var id: RunID
    var attempt: Int
    var from: Int
    var to: Int
    var deadline: Int
  }

  /// One watcher's stream from one host; `number` is that of the present connection.
  struct Stream {
    var watcher: Int
    var host: Int
    var number: Int?
    var isServed = false
    var openAt = 0
    var lastDue = 0
  }

  var worlds: [World] = []
  var isUp: [Bool] = []
  /// Nodes of the same side reach each other.
  var side: [Int] = []
  var scores: [Double]
  /// What images each node tells of; nil for none that it tells.
  var images: [[HomeNode.Image]?]
  var weather = Weather()
  var random: SplitMix64
  private(set) var clock = 0
  var messages: [Message] = []
  var asks: [Ask] = []
  var hostAnswers: [(host: Int, ask: Ask)] = []
  var streams: [Stream] = []
  var streamCount = 0
  /// What a node thinks of another, and when it notices a change.
  private var view: [[HomeNode.State?]] = []
  private var noticeAt: [[Int?]] = []
  /// How long two connected nodes that the requester reaches ran the same run.
  private var doubled: [RunID: Int] = [:]
  private(set) var longestDoubled = 0
  var faults: [String] = []

  static let step = 50

  init(nodes: Int, seed: UInt64 = 1, scores: [Double]? = nil) {
    random = SplitMix64(seed: seed)
    self.scores = scores ?? Array(repeating: 100, count: nodes)
    images = Array(repeating: nil, count: nodes)
    for number in 0..<nodes {
      var settings = Orchestrator.Settings()
      settings.node = Self.name(number)
      worlds.append(World(settings: settings))
      isUp.append(true)
      side.append(0)
      view.append(Array(repeating: nil, count: nodes))
      noticeAt.append(Array(repeating: nil, count: nodes))
    }
    run(milliseconds: 2000)
  }

  static func name(_ number: Int) -> String { "edge-orchestration-\(number)" }

  static func number(_ name: String) -> Int { Int(name.dropFirst(19)) ?? 0 }

  mutating func chance(_ percent: Int) -> Bool {
    percent > 0 && Int.random(in: 0..<100, using: &random) < percent
  }

  func areConnected(_ left: Int, _ right: Int) -> Bool {
    isUp[left] && isUp[right] && side[left] == side[right]
  }

  // MARK: - Time

  mutating func run(milliseconds: Int) {
    for _ in 0..<(milliseconds / Self.step) { step() }
  }

  mutating func step() {
    clock += Self.step
    for index in worlds.indices { worlds[index].milliseconds = clock }
    notice()
    deliver()
    expireAsks()
    openStreams()
    if clock % 1000 == 0 {
      for index in worlds.indices where isUp[index] {
        heartbeats(index)
        worlds[index].perform(worlds[index].orchestrator.tick(at: worlds[index].now))
      }
    }
    for index in worlds.indices where isUp[index] {
      var rounds = 0
      while rounds < 200, worlds[index].advance() { rounds += 1 }
      send(index)
    }
    measure()
  }

  // MARK: - Membership

  private mutating func notice() {
    for watcher in worlds.indices where isUp[watcher] {
      for node in worlds.indices where node != watcher {
        let isThere = areConnected(watcher, node)
        let isAsSeen = isThere == (view[watcher][node] == .alive)
        if isAsSeen || !isThere && view[watcher][node] == nil {
          noticeAt[watcher][node] = nil
        } else if let at = noticeAt[watcher][node] {
          if clock >= at { tell(watcher, node, isThere) }
        } else {
          let wait =
            isThere
            ? Int.random(in: 50...1500, using: &random) : Int.random(in: weather.detection, using: &random)
          noticeAt[watcher][node] = clock + wait
        }
      }
    }
  }

  private mutating func tell(_ watcher: Int, _ node: Int, _ isThere: Bool) {
    noticeAt[watcher][node] = nil
    let now = worlds[watcher].now
    if isThere {
      let isNew = view[watcher][node] == nil
      view[watcher][node] = .alive
      if !isNew {
        worlds[watcher].perform(worlds[watcher].orchestrator.nodeReturned(Self.name(node), at: now))
      }
      worlds[watcher].perform(
        worlds[watcher].orchestrator.update(node: homeNode(node, for: watcher), at: now))
    } else {
      view[watcher][node] = .dead
      worlds[watcher].perform(worlds[watcher].orchestrator.nodeDied(Self.name(node), at: now))
    }
  }

  private mutating func heartbeats(_ watcher: Int) {
    for node in worlds.indices
    where node == watcher || view[watcher][node] == .alive && areConnected(watcher, node) {
      let known = homeNode(node, for: watcher)
      worlds[watcher].perform(worlds[watcher].orchestrator.update(node: known, at: worlds[watcher].now))
    }
  }

  private func homeNode(_ number: Int, for watcher: Int) -> HomeNode {
    var node = HomeNode(id: Self.name(number))
    node.name = "n\(number)"
    node.address = "10.0.0.\(number + 1)"
    node.architecture = "arm64"
    node.cores = 4
    let busy = worlds[number].engine.containers.count { $0.state.running }
    node.score = scores[number] * max(1 - Double(busy) / 4, 0.05)
    node.terms = [.init(kind: .load, effect: max(1 - Double(busy) / 4, 0.05))]
    node.hasEngine = worlds[number].engineIsUp
    node.images = images[number]
    node.runs = worlds[number].orchestrator.runsHere
    node.runsNative = true
    node.factsKnown = true
    node.isSelf = number == watcher
    node.heardAt = worlds[watcher].now.instant
    return node
  }

  // MARK: - Faults

  /// The agent ends without a word; with `power` its containers end too.
  mutating func crash(_ node: Int, power: Bool = false) {
    isUp[node] = false
    if power { worlds[node].engine.endPrograms(code: 137) }
    asks.removeAll { $0.from == node }
    hostAnswers.removeAll { $0.host == node }
    messages.removeAll { $0.to == node }
    streams.removeAll { $0.watcher == node }
    for index in streams.indices where streams[index].host == node {
      streams[index].number = nil
      streams[index].isServed = false
    }
  }

  mutating func restart(_ node: Int) throws {
    guard !isUp[node] else { return }
    isUp[node] = true
    view[node] = Array(repeating: nil, count: worlds.count)
    noticeAt[node] = Array(repeating: nil, count: worlds.count)
    let acknowledged = worlds[node].placed
    try worlds[node].restart()
    worlds[node].adopt()
    for id in acknowledged
    where !worlds[node].orchestrator.isKnown(id) && !worlds[node].forgotten.contains(id) {
      faults.append("\(id.text) is lost")
    }
    heartbeats(node)
  }

  /// Parts the nodes whose bit is set from the others.
  mutating func part(_ mask: Int) {
    for node in worlds.indices { side[node] = (mask >> node) & 1 }
  }

  mutating func heal() throws {
    part(0)
    for node in worlds.indices { try restart(node) }
    for node in worlds.indices where !worlds[node].engineIsUp { worlds[node].engineReturns() }
  }

  // MARK: - Questions

  /// The nodes on which the run's program runs, whether or not their agent does.
  func hosts(of id: RunID) -> [Int] {
    worlds.indices.filter { node in
      worlds[node].engine.containers.contains { $0.run == id && $0.state.running }
    }
  }

  private mutating func measure() {
    for requester in worlds.indices where isUp[requester] {
      for id in worlds[requester].placed {
        guard let run = worlds[requester].orchestrator.records[id]?.run else { continue }
        guard !run.state.isFinal || !run.orphans.isEmpty else { continue }
        let copies = hosts(of: id).filter { areConnected($0, requester) }
        doubled[id] = copies.count > 1 ? doubled[id, default: 0] + Self.step : 0
        longestDoubled = max(longestDoubled, doubled[id] ?? 0)
      }
    }
  }

  func state(_ id: RunID, of requester: Int) -> RunState? {
    worlds[requester].orchestrator.run(id)?.state
  }

  var allFaults: [String] {
    faults + worlds.flatMap(\.faults)
  }
}
