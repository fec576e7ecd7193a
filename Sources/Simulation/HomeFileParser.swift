import Basics
import Readings
package import Scoring
package import Wire

extension HomeFile {
  /// Reads a file.
  ///
  /// - Parameters:
  ///   - file: how errors name it.
  ///   - profiles: the boards that it may name.
  /// - Throws: the first thing that is unknown, missing or out of range, with its line and what to do.
  package static func parse(
    _ bytes: [UInt8], file: String, profiles: Profiles
  ) throws(ConfError) -> HomeFile {
    let conf = try Conf.parse(bytes, file: file)
    try conf.refuseUnknown(shape)
    var home = HomeFile()
    for section in conf.sections where section.name == "node" { try home.addNode(section, profiles) }
    for section in conf.sections where section.name == "load" { try home.addLoad(section) }
    for section in conf.sections where section.name == "crash" { try home.addCrash(section) }
    if home.groups.isEmpty {
      throw ConfError(file: file, line: 0, text: "no node; add [node \"NAME\"] and below it board = PROFILE")
    }
    if home.loads.isEmpty {
      throw ConfError(
        file: file, line: 0, text: "no load; add [load \"NAME\"] and below it every = 20 s and work = 40 s")
    }
    try home.set(conf.section("simulation"))
    return home
  }

  private static let shape = ConfShape([
    ConfShape.Keys("node", ["board", "link", "memory", "count"], labelled: true),
    ConfShape.Keys(
      "load",
      ["every", "evenly", "burst", "work", "spread", "bound", "memory", "tells-memory", "cores", "from"],
      labelled: true),
    ConfShape.Keys("crash", ["at", "for"], labelled: true),
    ConfShape.Keys("simulation", ["length", "seed", "runs"]),
  ])

  private static let terabyte = 1_099_511_627_776.0
  private static let rates = [Conf.Unit("Mbit/s", 1), Conf.Unit("Gbit/s", 1000)]

  // MARK: - Nodes

  private mutating func addNode(_ section: Conf.Section, _ profiles: Profiles) throws(ConfError) {
    let wanted = try section.required("board")
    let name = section.label ?? ""
    var place = 0
    var known: [String] = []
    while place < profiles.all.count, profiles.all[place].name != wanted {
      known.append(profiles.all[place].name)
      place += 1
    }
    guard place < profiles.all.count else { throw wrong(section, "board", "one of " + joined(known)) }
    var board = SimulatedBoard(name: name, profile: profiles.all[place])
    if let memory = try section.number("memory", in: 16_777_216...Self.terabyte, units: Conf.Unit.memory) {
      board.memory = Int64(memory)
    }
    switch section.text("link") {
    case nil: break
    case "ethernet": board.link(board.profile.link.limit, isWireless: false)
    case "wifi": board.link(board.profile.link.wifi, isWireless: true)
    default:
      guard let rate = try? section.number("link", in: 0.1...100_000, units: Self.rates) else {
        throw wrong(section, "link", "ethernet, wifi or a rate from 0.1 to 100000 Mbit/s")
      }
      board.link(rate, isWireless: board.isWireless)
    }
    let count = try section.integer("count", in: 1...Self.nodeLimit) ?? 1
    guard nodeCount + count <= Self.nodeLimit else {
      throw refusal(section, "more than \(Self.nodeLimit) nodes; take some away")
    }
    let group = Group(name: name, count: count, board: board)
    // As `[node "a"]` of two and `[node "a-1"]`.
    for number in 0..<count where !numbers(of: group.name(of: number)).isEmpty {
      throw refusal(section, "there is a node " + group.name(of: number) + " already; choose another name")
    }
    guard numbers(of: name).isEmpty else {
      throw refusal(section, "there is a node " + name + " already; choose another name")
    }
    groups.append(group)
  }

  /// The numbers of the nodes of that name, one or all of a group; empty where there is none.
  private func numbers(of name: String) -> Range<Int> {
    var first = 0
    for group in groups {
      if group.name == name { return first..<(first + group.count) }
      for number in 0..<group.count where group.name(of: number) == name {
        return (first + number)..<(first + number + 1)
      }
      first += group.count
    }
    return 0..<0
  }

  private func node(_ section: Conf.Section, _ name: String) throws(ConfError) -> Range<Int> {
    let found = numbers(of: name)
    guard found.isEmpty else { return found }
    var names: [String] = []
    for group in groups { names.append(group.name) }
    throw refusal(section, "there is no node '" + name + "'; known: " + joined(names))
  }

  // MARK: - Loads

  private mutating func addLoad(_ section: Conf.Section) throws(ConfError) {
    guard loads.count < Self.loadLimit else {
      throw refusal(section, "more than \(Self.loadLimit) loads; take some away")
    }
    let name = section.label ?? ""
    let every = try seconds(section, "every", in: 0.01...Self.longest)
    let work = try seconds(section, "work", in: Self.shortest...Self.longest)
    var load = Load(
      name: name, every: every, work: work, job: Job(arrival: 0, origin: 0, service: name, work: 0))
    load.isEven = try section.bool("evenly") ?? false
    load.burst = try section.integer("burst", in: 1...1000) ?? 1
    load.spread = try section.number("spread", in: 0...3) ?? 0
    if let text = section.text("bound") {
      guard let bound = Requirements.Bound(rawValue: text) else {
        throw wrong(section, "bound", "cpu, memory or network")
      }
      load.job.bound = bound
    }
    load.job.threads = Double(try section.integer("cores", in: 1...64) ?? 1)
    load.job.memory = Int64(try section.number("memory", in: 0...Self.terabyte, units: Conf.Unit.memory) ?? 0)
    load.job.tellsMemory = try section.bool("tells-memory") ?? true
    if section.entry("from") != nil { load.from = try node(section, try section.required("from")) }
    var roomiest: Int64 = 0
    for group in groups { roomiest = max(roomiest, group.board.memory) }
    guard load.job.memory <= roomiest || groups.isEmpty else {
      throw refusal(section, "no node has so much memory; say less, or more in a [node]", at: "memory")
    }
    loads.append(load)
  }

  // MARK: - Crashes, and the whole

  private mutating func addCrash(_ section: Conf.Section) throws(ConfError) {
    let at = try seconds(section, "at", in: 0...Self.longest)
    let time = try seconds(section, "for", in: 10...Self.longest)
    for node in try node(section, section.label ?? "") {
      for crash in crashes where crash.node == node {
        throw refusal(section, "this node crashes already, as one of several; take one of the two away")
      }
      crashes.append(Scenario.Crash(node: node, at: at, seconds: time))
    }
  }

  private mutating func set(_ section: Conf.Section) throws(ConfError) {
    if section.entry("length") != nil { length = try seconds(section, "length", in: 10...Self.longest) }
    seed = UInt64(try section.integer("seed", in: 0...1_000_000_000) ?? 1)
    runs = try section.integer("runs", in: 1...20) ?? 3
    var requests = 0.0
    for load in loads { requests += load.requests(in: length) }
    guard requests <= Double(Self.requestLimit) else {
      throw refusal(
        section,
        "about " + decimal(requests, places: 0) + " requests in " + decimal(length, places: 0)
          + " s, at most "
          + "\(Self.requestLimit) are simulated; make length shorter or every longer", at: "length")
    }
    guard work <= Self.workLimit else {
      let factor = work / Self.workLimit
      throw refusal(
        section,
        "this would take minutes; make runs or length " + decimal(factor + 0.1, places: 1) + " times less",
        at: "length")
    }
  }

  /// Nodes times seconds, of all simulations. Nodes talk to each other, and so cost more where there are more.
  private var work: Double {
    let nodes = Double(nodeCount)
    return nodes * (1 + nodes / 8) * length * Double(runs * changes.count)
  }

  // MARK: - Errors

  private func seconds(
    _ section: Conf.Section, _ key: String, in range: ClosedRange<Double>
  ) throws(ConfError) -> Double {
    _ = try section.required(key)
    return try section.number(key, in: range, units: Conf.Unit.time) ?? range.lowerBound
  }

  private func wrong(_ section: Conf.Section, _ key: String, _ expected: String) -> ConfError {
    guard let entry = section.entry(key) else { return refusal(section, expected) }
    return section.error(entry, expected)
  }

  /// What cannot be, and what to do about it; where a key is named and there, at its line.
  private func refusal(_ section: Conf.Section, _ text: String, at key: String = "") -> ConfError {
    ConfError(file: section.file, line: section.entry(key)?.line ?? section.line, text: text)
  }
}

extension SimulatedBoard {
  /// Another link than the one that the board is built with.
  fileprivate mutating func link(_ rate: Double, isWireless: Bool) {
    self.isWireless = isWireless
    linkRate = rate
    latency = isWireless ? Self.wirelessLatency : Self.wiredLatency
  }
}
