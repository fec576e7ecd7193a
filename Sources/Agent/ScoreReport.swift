internal import Scoring
internal import Wire

/// What `hearth score` prints: the value, the board, a line for each term, and why defaults stand in.
func scoreText(_ score: Score, _ match: Profiles.Match) -> String {
  var text = "Score " + decimal(score.value, places: 1) + ", where an idle Raspberry Pi 3 Model B is 100\n"
  text += "Board " + match.profile.title + ", profile " + match.profile.name + ", by " + match.rule.rawValue
  text += match.text.isEmpty ? "\n\n" : " " + match.text + "\n\n"

  let nameWidth = widest(score.terms.map { $0.kind.name })
  let readings = score.terms.map { $0.text + mark($0.source) }
  let readingWidth = widest(readings)
  text += padded("term", nameWidth) + "  " + padded("reading", readingWidth) + "  weight  effect\n"
  for (index, term) in score.terms.enumerated() {
    text += padded(term.kind.name, nameWidth) + "  " + padded(readings[index], readingWidth)
    if term.kind == .cores {
      let points = term.value / Score.referenceCapacity * 100
      text += "          " + decimal(points, places: 1) + "\n"
    } else {
      text += "    " + decimal(term.weight, places: 2) + "   x" + decimal(term.effect, places: 2) + "\n"
    }
  }

  var reasons = ""
  for term in score.terms {
    guard let reason = term.standIn else { continue }
    reasons += "  " + padded(term.kind.name, nameWidth) + "  " + reason + "\n"
  }
  if !reasons.isEmpty { text += "\n* not measured:\n" + reasons }
  return text
}

/// The same for programs.
func scoreJSON(_ score: Score, _ match: Profiles.Match) -> JSON {
  var terms: [JSON] = []
  for term in score.terms {
    var members = JSONObject()
      .with("term", .string(term.kind.name))
      .with("value", amount(term.value, term.kind))
      .with("full", amount(term.full, term.kind))
      .with("unit", .string(term.kind.unit))
      .with("reading", .string(term.text))
      .with("source", .string(sourceName(term.source)))
      .with("weight", .double(rounded(term.weight)))
      .with("factor", .double(rounded(term.factor)))
      .with("effect", .double(rounded(term.effect)))
    if let reason = term.standIn { members = members.with("reason", .string(reason)) }
    terms.append(.object(members))
  }
  let profile = JSONObject()
    .with("name", .string(match.profile.name))
    .with("title", .string(match.profile.title))
    .with("rule", .string(match.rule.rawValue))
    .with("text", .string(match.text))
  return .object(
    JSONObject()
      .with("score", .double(rounded(score.value)))
      .with("profile", .object(profile))
      .with("terms", .array(terms)))
}

/// A term's value; null where it says that there is no such thing, as no quota or no battery in use.
private func amount(_ value: Double, _ kind: Term.Kind) -> JSON {
  value < 0 && kind != .heat ? .null : .double(rounded(value))
}

private func sourceName(_ source: Term.Source) -> String {
  switch source {
  case .measured: "measured"
  case .substitute: "substitute"
  case .assumed: "assumed"
  }
}

private func mark(_ source: Term.Source) -> String {
  source.isMeasured ? "" : " *"
}

/// Four decimals: more is noise, and shorter on the wire.
func rounded(_ value: Double) -> Double {
  let scale = 10_000.0
  guard value.magnitude < 1e12 else { return value.isFinite ? value : 0 }
  return Double(Int64(value * scale + (value < 0 ? -0.5 : 0.5))) / scale
}

private func widest(_ texts: [String]) -> Int {
  var width = 0
  for text in texts { width = max(width, text.unicodeScalars.count) }
  return width
}

private func padded(_ text: String, _ width: Int) -> String {
  var result = text
  for _ in 0..<max(width - text.unicodeScalars.count, 0) { result += " " }
  return result
}
