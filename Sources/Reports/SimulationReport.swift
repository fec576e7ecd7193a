import Basics
import Scoring
package import Simulation
package import Wire

/// What `hearth simulate` prints.
package struct SimulationReport {
  private let home: HomeFile
  private let trials: [HomeTrial]
  private let verdict: HomeVerdict

  /// - Parameter trials: the home as it is comes first, then each change of it.
  package init(_ home: HomeFile, _ trials: [HomeTrial]) {
    self.home = home
    self.trials = trials
    verdict = HomeVerdict(trials)
  }

  // MARK: - For people

  /// Tables and sentences; empty without trials.
  package var text: String {
    guard let own = trials.first else { return "" }
    var text = spanText(seconds: Int64(home.length)) + " of requests, "
    text += count(own.all.requests) + " in a simulation, " + String(home.runs)
    text += home.runs == 1 ? " simulation\n\n" : " simulations\n\n"
    text += nodes(own)
    text += "\n"
    for load in own.loads where !load.name.isEmpty { text += line(of: load) }
    text += remarks(own)
    text += "\n"
    text += homes
    text += "\n"
    text += sentences(own)
    return text
  }

  private func nodes(_ own: HomeTrial) -> String {
    var rows = [["NODE", "BOARD", "RUNS", "BUSY", "HOTTEST", "SLOWED BY HEAT", "MEMORY", "POWER"]]
    for node in own.nodes {
      var row = [node.name, node.board, count(node.finished), percent(own.busy(node))]
      if let celsius = node.celsius {
        row.append(decimal(celsius, places: 0) + " °C")
        row.append(decimal(own.throttled(node), places: 0) + " s")
      } else {
        row.append("-")
        row.append("-")
      }
      row.append(String(node.memoryUsed >> 20) + " of " + String(node.memory >> 20) + " MiB")
      row.append(watts(own.power(of: node)))
      rows.append(row)
    }
    return Columns.table(rows)
  }

  private func line(of load: HomeTrial.Figures) -> String {
    var text = load.name
    if load.requests == 0 { return text + ": no request came\n" }
    text += ": a run takes " + times(load.slowdown)
    text += " as long as on the best node alone, one in a hundred more than " + times(load.slowest)
    return text + "\n"
  }

  private func remarks(_ own: HomeTrial) -> String {
    let all = own.all
    var text = all.waitedShare > 0 ? percent(all.waitedShare) + " of the requests" : "No request"
    text += " had to wait for room, "
    text += (own.kills > 0 ? count(own.kills) : "no") + " runs were killed for memory, "
    text += (own.moves > 0 ? count(own.moves) : "none") + " were moved to another node.\n"
    if all.unfinishedShare > 0 {
      text += percent(all.unfinishedShare)
      text += " had not ended when the simulation did: "
      text += (home.overload?.text ?? "this load is more than the home can do") + ".\n"
    }
    return text
  }

  private var homes: String {
    var rows = [["HOME", "A RUN TAKES", "1 IN 100 MORE THAN", "WAIT", "POWER"]]
    for index in verdict.order {
      let all = trials[index].all
      // What had not ended would have taken longer.
      let sign = all.unfinishedShare > 0 ? "over " : ""
      rows.append([
        name(of: trials[index].change), sign + times(all.slowdown), sign + times(all.slowest),
        percent(all.waitedShare), watts(trials[index].power),
      ])
    }
    return Columns.table(rows)
  }

  private func sentences(_ own: HomeTrial) -> String {
    var text = ""
    let now = times(own.all.slowdown)
    if let best = verdict.best, let trial = trial(.without(best)) {
      text += plain(home.groups[best]) + " helps most: without it a run takes " + times(trial.all.slowdown)
      text += " as long as on the best node alone, not " + now + ".\n"
    }
    if let spare = verdict.spare, let trial = trial(.without(spare)) {
      text +=
        plain(home.groups[spare]) + " could be switched off: a run would take " + times(trial.all.slowdown)
      text += ", not " + now
      if home.groups[spare].board.profile.power.idle == nil {
        text += "; its profile does not know what it draws.\n"
      } else {
        let saved = (own.power ?? 0) - (trial.power ?? 0)
        text += ", and the home would draw " + watts(saved) + " less.\n"
      }
    } else if own.nodes.count > 1 {
      text += "No node could be switched off without being missed.\n"
    }
    if let more = verdict.more, let trial = trial(.more(more)) {
      text += "One more " + home.groups[more].board.profile.name + " would help most: a run would take "
      text += times(trial.all.slowdown) + ".\n"
    } else {
      text += "One more of these boards would not help.\n"
    }
    return text
  }

  private func trial(_ change: HomeFile.Change) -> HomeTrial? {
    for trial in trials where trial.change == change { return trial }
    return nil
  }

  private func plain(_ group: HomeFile.Group) -> String {
    group.count == 1 ? group.name : "One of " + group.name
  }

  private func name(of change: HomeFile.Change) -> String {
    switch change {
    case .none: return "as it is"
    case .without(let index):
      let group = home.groups[index]
      return group.count == 1 ? "without " + group.name : "without one of " + group.name
    case .more(let index): return "with one more " + home.groups[index].board.profile.name
    }
  }

  /// Of all simulations, in one.
  private func count(_ all: Int) -> String {
    let mean = Double(all) / Double(home.runs)
    return decimal(mean, places: mean < 10 && all % home.runs != 0 ? 1 : 0)
  }

  private func times(_ value: Double) -> String {
    decimal(value, places: value < 9.995 ? 2 : value < 99.5 ? 1 : 0) + " times"
  }

  private func percent(_ share: Double) -> String {
    let percent = share * 100
    return decimal(percent, places: percent > 0 && percent < 9.95 ? 1 : 0) + " %"
  }

  private func watts(_ power: Double?) -> String {
    guard let power else { return "-" }
    return decimal(power, places: 1) + " W"
  }

  // MARK: - For programs

  /// An object; null without trials.
  package var json: JSON {
    guard let own = trials.first else { return .null }
    let runs = Double(home.runs)
    var list: [JSON] = []
    for index in verdict.order {
      let trial = trials[index]
      var members: [JSONMember] = []
      add("home", name(of: trial.change), to: &members)
      switch trial.change {
      case .none: break
      case .without(let index): add("without", home.groups[index].name, to: &members)
      case .more(let index): add("more", home.groups[index].board.profile.name, to: &members)
      }
      add(trial.all, to: &members)
      add(
        "killedForMemory moves watts",
        [Double(trial.kills) / runs, Double(trial.moves) / runs, trial.power ?? -1],
        to: &members)
      list.append(.object(JSONObject(members)))
    }
    var nodes: [JSON] = []
    for node in own.nodes {
      var members: [JSONMember] = []
      add("node", node.name, to: &members)
      add("board", node.board, to: &members)
      add(
        "runs busyShare highestCelsius throttledSeconds memoryUsedBytes memoryBytes watts",
        [
          Double(node.finished) / runs, own.busy(node), node.celsius ?? -1,
          node.celsius == nil ? -1 : own.throttled(node), Double(node.memoryUsed), Double(node.memory),
          own.power(of: node) ?? -1,
        ], to: &members)
      nodes.append(.object(JSONObject(members)))
    }
    var loads: [JSON] = []
    for load in own.loads where !load.name.isEmpty {
      var members: [JSONMember] = []
      add("load", load.name, to: &members)
      add(load, to: &members)
      loads.append(.object(JSONObject(members)))
    }
    var members: [JSONMember] = []
    add("seconds simulations", [home.length, runs], to: &members)
    if let best = verdict.best { add("helpsMost", home.groups[best].name, to: &members) }
    if let spare = verdict.spare { add("couldBeOff", home.groups[spare].name, to: &members) }
    if let more = verdict.more { add("wouldHelp", home.groups[more].board.profile.name, to: &members) }
    members.append(JSONMember(name: "nodes", value: .array(nodes)))
    members.append(JSONMember(name: "loads", value: .array(loads)))
    members.append(JSONMember(name: "homes", value: .array(list)))
    return .object(JSONObject(members))
  }

  private func add(_ figures: HomeTrial.Figures, to members: inout [JSONMember]) {
    add(
      "requests slowdown slowdown99 waitedShare unfinishedShare",
      [
        Double(figures.requests) / Double(home.runs), figures.slowdown, figures.slowest, figures.waitedShare,
        figures.unfinishedShare,
      ], to: &members)
  }

  /// Numbers by their names, between which stand blanks; what nobody knows is below 0 and left out.
  private func add(_ names: String, _ values: [Double], to members: inout [JSONMember]) {
    let names = names.words(at: " ")
    for index in values.indices where values[index] >= 0 {
      let value = rounded(values[index], places: 4)
      let whole = Int64(value)
      let json = Double(whole) == value ? JSON.integer(whole) : .double(value)
      members.append(JSONMember(name: names[index], value: json))
    }
  }

  @inline(never)
  private func add(_ name: String, _ text: String, to members: inout [JSONMember]) {
    members.append(JSONMember(name: name, value: .string(text)))
  }
}
