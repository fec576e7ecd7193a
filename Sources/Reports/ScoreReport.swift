import Basics
package import Scoring

/// What `hearth score` prints: the value, the board, a line for each term, and why defaults stand in.
package func scoreText(_ score: Score, _ match: Profiles.Match) -> String {
  var text = "Score " + decimal(score.value, places: 1) + ", where an idle Raspberry Pi 3 Model B is 100\n"
  text += "Board " + match.profile.title + ", profile " + match.profile.name + ", by " + match.rule.rawValue
  text += match.text.isEmpty ? "\n\n" : " " + match.text + "\n\n"

  let nameWidth = Columns.widest(score.terms.map { $0.kind.name })
  let readings = score.terms.map { $0.text + mark($0.source) }
  let readingWidth = Columns.widest(readings)
  text += "term".padded(to: nameWidth) + "  " + "reading".padded(to: readingWidth) + "  weight  effect\n"
  for (index, term) in score.terms.enumerated() {
    text += term.kind.name.padded(to: nameWidth) + "  " + readings[index].padded(to: readingWidth)
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
    reasons += "  " + term.kind.name.padded(to: nameWidth) + "  " + reason + "\n"
  }
  if !reasons.isEmpty { text += "\n* not measured:\n" + reasons }
  return text
}

private func mark(_ source: Term.Source) -> String {
  source.isMeasured ? "" : " *"
}
