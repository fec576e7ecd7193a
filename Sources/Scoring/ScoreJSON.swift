import Basics
package import Wire

/// A score for programs: the value, the board, and each term with what it comes from.
package func scoreJSON(_ score: Score, _ match: Profiles.Match) -> JSON {
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

/// Four decimals: more is noise, and shorter on the wire.
private func rounded(_ value: Double) -> Double {
  rounded(value, places: 4)
}
