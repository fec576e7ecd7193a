import Basics
package import Wire

// How a placement is shown, and kept in the journal.
extension Placement {
  /// `{"madeAt": …, "nodes": [rows in order], "omitted": …}`.
  package var json: JSON {
    var place = 0
    var list: [JSON] = []
    for row in rows {
      if row.objection == nil { place += 1 }
      list.append(row.json(place: place))
    }
    return ["madeAt": .integer(madeAt), "nodes": .array(list), "omitted": .integer(Int64(omitted))]
  }

  /// Reads a placement back; nil where the object is none.
  package init?(json: JSON) {
    guard let list = json["nodes"]?.array else { return nil }
    var rows: [Row] = []
    for item in list.prefix(Self.rowLimit) {
      guard let row = Row(json: item) else { return nil }
      rows.append(row)
    }
    let omitted = min(max(json["omitted"]?.integer ?? 0, 0), 1 << 20)
    self.init(rows: rows, omitted: Int(omitted), madeAt: json["madeAt"]?.integer ?? 0)
  }
}

extension Placement.Row {
  /// Why it stands where it stands, in words.
  package var reason: String {
    if let objection { return objection }
    switch tier {
    case .late:
      return "done in \(Self.whole(estimate.seconds)) s there, after the deadline"
    case .withoutEngine: return "its container engine is away and would be waited for"
    case .homeEdge: return "a Home Edge node, asked after all others"
    case .suspect: return "it does not answer lately, and is asked last"
    case .ready: break
    }
    return estimate.words(placed: placed, calibration: calibration, failures: failures, terms)
  }

  func json(place: Int) -> JSON {
    var object = JSONObject()
    object["address"] = .string(address)
    object["name"] = .string(name)
    object["node"] = .string(node)
    switch outcome {
    case nil: break
    case .asked: object["outcome"] = "asked"
    case .accepted: object["outcome"] = "accepted"
    case .refused(let words):
      object["outcome"] = "refused"
      object["answer"] = .string(words)
    case .silent(let words):
      object["outcome"] = "silent"
      object["answer"] = .string(words)
    }
    if let objection {
      object["filtered"] = .string(objection)
    } else {
      object["place"] = .integer(Int64(place))
    }
    object["calibration"] = .double(Self.hundredths(calibration))
    object["competing"] = .double(Self.hundredths(estimate.competing))
    object["failures"] = .double(Self.hundredths(failures))
    object["placed"] = .integer(Int64(placed))
    object["rank"] = .double(Self.hundredths(estimate.rank))
    object["reason"] = .string(reason)
    object["score"] = .double(Self.hundredths(score))
    object["seconds"] = .double(Self.hundredths(estimate.seconds))
    object["speed"] = .double(Self.hundredths(estimate.speed))
    object["terms"] = .object(
      JSONObject(terms.map { JSONMember(name: $0.kind.name, value: .double(Self.hundredths($0.effect))) }))
    object["tier"] = .integer(Int64(tier.rawValue))
    object["wait"] = .double(Self.hundredths(estimate.wait))
    return .object(object)
  }

  init?(json: JSON) {
    guard let node = json["node"]?.string else { return nil }
    let answer = json["answer"]?.string ?? ""
    var outcome: Placement.Outcome?
    switch json["outcome"]?.string {
    case "asked": outcome = .asked
    case "accepted": outcome = .accepted
    case "refused": outcome = .refused(answer)
    case "silent": outcome = .silent(answer)
    default: break
    }
    let tier = json["tier"]?.integer ?? 0
    var terms: [HomeNode.Effect] = []
    for member in (json["terms"]?.object?.members ?? []).prefix(16) {
      guard let kind = Term.Kind.allCases.first(where: { $0.name == member.name }) else { continue }
      terms.append(HomeNode.Effect(kind: kind, effect: member.value.double ?? 1))
    }
    func number(_ name: String) -> Double { json[name]?.double ?? 0 }
    self.init(
      node: node, name: json["name"]?.string ?? "", address: json["address"]?.string ?? "",
      score: number("score"), terms: terms,
      estimate: Estimate(
        competing: number("competing"), speed: number("speed"), wait: number("wait"),
        seconds: number("seconds"), rank: number("rank")),
      placed: Int(min(max(json["placed"]?.integer ?? 0, 0), 64)),
      calibration: json["calibration"]?.double ?? 1,
      failures: number("failures"),
      tier: Placement.Tier.allCases.first { Int64($0.rawValue) == tier } ?? .ready,
      objection: json["filtered"]?.string, outcome: outcome)
  }

  static func whole(_ value: Double) -> String {
    value > 0 ? String(Int64(min(value, 1e9) + 0.5)) : "0"
  }

  /// To hundredths, as far as that fits: more digits would pretend.
  private static func hundredths(_ value: Double) -> Double {
    rounded(min(max(value, 0), 1e12), places: 2)
  }
}

extension Estimate {
  init(competing: Double, speed: Double, wait: Double, seconds: Double, rank: Double) {
    self.competing = competing
    self.speed = speed
    self.wait = wait
    self.seconds = seconds
    self.rank = rank
  }

  /// `speed 230 beside 3.0 busy threads, of which 1 run is on its way; heat takes 8 %`.
  func words(placed: Int, calibration: Double, failures: Double, _ terms: [HomeNode.Effect]) -> String {
    func percent(_ effect: Double) -> String { Placement.Row.whole((1 - effect) * 100) + " %" }
    var words = "speed " + Placement.Row.whole(speed)
    if competing >= 0.05 { words += " beside " + decimal(competing, places: 1) + " busy threads" }
    if placed > 0 { words += ", " + String(placed) + " of them on their way" }
    if wait >= 1 { words += ", after " + Placement.Row.whole(wait) + " s to fetch the image" }
    for term in terms where term.effect < Self.large && Self.tells(term.kind) {
      words += "; " + term.kind.name + " takes " + percent(term.effect)
    }
    if (calibration - 1).magnitude >= 0.05 {
      words +=
        "; its runs took " + decimal(1 / max(calibration, 0.01), places: 2) + " times as long as it promised"
    }
    if failures >= 0.1 { words += "; failures of late take " + percent(1 / (1 + failures)) }
    return words
  }

  /// A term that leaves more of the speed than this is not named.
  private static let large = 0.95

  /// Whether the term is part of the speed beside what is said of threads.
  private static func tells(_ kind: Term.Kind) -> Bool {
    switch kind {
    case .cores, .load, .quota, .cpuPressure: false
    default: true
    }
  }
}
