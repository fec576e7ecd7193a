public import Wire

// How a placement is shown, and kept in the journal.
extension Placement {
  /// `{"madeAt": …, "nodes": [rows in order], "omitted": …}`.
  public var json: JSON {
    var place = 0
    var list: [JSON] = []
    for row in rows {
      if row.objection == nil { place += 1 }
      list.append(row.json(place: place))
    }
    return ["madeAt": .integer(madeAt), "nodes": .array(list), "omitted": .integer(Int64(omitted))]
  }

  /// Reads a placement back; nil where the object is none.
  public init?(json: JSON) {
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
  public var reason: String {
    if let objection { return objection }
    switch tier {
    case .withoutEngine: return "its container engine is away and would be waited for"
    case .homeEdge: return "a Home Edge node, asked after all others"
    case .suspect: return "it does not answer lately, and is asked last"
    case .ready: break
    }
    var words = "score \(Self.rounded(score))"
    var worst: HomeNode.Effect?
    for term in terms where term.effect < worst?.effect ?? Self.large { worst = term }
    if let worst { words += ", most of it lost to \(worst.name)" }
    if placed > 0 { words += ", counted as \(Self.rounded(rank)) with \(placed) runs on their way there" }
    return words
  }

  /// A term that leaves more of the score than this is not named in the reason.
  private static let large = 0.9

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
    object["placed"] = .integer(Int64(placed))
    object["rank"] = .double(Self.rounded(rank))
    object["reason"] = .string(reason)
    object["score"] = .double(Self.rounded(score))
    object["terms"] = .object(
      JSONObject(terms.map { JSONMember(name: $0.name, value: .double(Self.rounded($0.effect))) }))
    object["tier"] = .integer(Int64(tier.rawValue))
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
    let terms = json["terms"]?.object?.members ?? []
    self.init(
      node: node, name: json["name"]?.string ?? "", address: json["address"]?.string ?? "",
      score: json["score"]?.double ?? 0,
      terms: terms.prefix(16).map { HomeNode.Effect(name: $0.name, effect: $0.value.double ?? 1) },
      rank: json["rank"]?.double ?? 0, placed: Int(min(max(json["placed"]?.integer ?? 0, 0), 64)),
      tier: Placement.Tier.allCases.first { Int64($0.rawValue) == tier } ?? .ready,
      objection: json["filtered"]?.string, outcome: outcome)
  }

  /// To hundredths, as far as that fits: more digits would pretend.
  private static func rounded(_ value: Double) -> Double {
    guard value >= 0, value < 1e12 else { return value > 0 ? 1e12 : 0 }
    return Double(Int64(value * 100 + 0.5)) / 100
  }
}
