import Foundation

/// What `make placement` says and writes: the worst scenario first.
struct Report {
  var comparisons: [Comparison]
  var verdicts: [Verdict]

  init(_ comparisons: [Comparison], isShort: Bool) {
    self.comparisons = comparisons.sorted { $0.mean > $1.mean }
    verdicts = Limits.judge(self.comparisons, isShort: isShort)
  }

  /// One row a scenario. Ratios are Hearth's figure of the oracle's; the others are Hearth's and the oracle's own, of one
  /// seed in the mean.
  var table: Table {
    var table = Table(head: [
      "scenario", "mean", "p99", "of best", "p99", "makespan", "kills", "throttled s", "energy", "moves",
      "best rival", "its mean", "Home Edge",
    ])
    for it in comparisons {
      let (hearth, oracle) = (it.hearth.figures, it.oracle.figures)
      table.rows.append([
        it.scenario, format(it.mean, 3), format(it.p99, 3), format(it.ratioToBest(\.mean), 3),
        format(it.ratioToBest(\.p99), 3), format(it.ratio(it.hearth, \.makespan), 3),
        "\(format(hearth.memoryKills, 0))/\(format(oracle.memoryKills, 0))",
        "\(format(hearth.throttledSeconds, 0))/\(format(oracle.throttledSeconds, 0))",
        oracle.energy > 0 ? format(it.ratio(it.hearth, \.energy), 3) : "-",
        "\(format(hearth.moves, 1))/\(format(oracle.moves, 1))", it.rival.name,
        format(it.ratio(it.rival, \.mean), 3), format(it.ratio(it.homeEdge, \.mean), 2),
      ])
    }
    return table
  }

  private static let explanation = """
    mean, p99, makespan, energy: Hearth's of the oracle's, which takes the node where the sum of all ends grows least.
    of best: the same of the better of two clairvoyant ones, by ends and by slowdowns.
    kills, throttled s, moves: Hearth's and the oracle's, of one seed in the mean. Home Edge: with self excluded.
    """

  var text: String {
    ([table.text, "", Self.explanation, ""] + verdicts.map(\.line)).joined(separator: "\n")
  }

  /// All policies in all scenarios.
  var markdown: String {
    let seeds = comparisons.map(\.seeds).min() ?? 0
    var parts = [
      "# Placement in simulation: \(comparisons.count) scenarios, \(seeds) seeds", Self.explanation,
      table.markdown,
      verdicts.map { "- \($0.line)" }.joined(separator: "\n"),
    ]
    for it in comparisons {
      var table = Table(head: [
        "policy", "mean slowdown", "of oracle", "p99", "of oracle", "makespan s", "response s", "kills",
        "throttled s", "energy Wh", "moves", "waits", "unfinished",
      ])
      for row in it.rows {
        let its = row.figures
        table.rows.append([
          row.name, format(its.mean, 3), format(it.ratio(row, \.mean), 3), format(its.p99, 2),
          format(it.ratio(row, \.p99), 3), format(its.makespan, 0), format(its.response, 1),
          format(its.memoryKills, 1), format(its.throttledSeconds, 0), format(its.energy, 1),
          format(its.moves, 1), format(its.waits, 1), format(its.unfinished, 1),
        ])
      }
      parts.append("## \(it.scenario): \(it.summary)\n\n\(table.markdown)")
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  var json: Data {
    get throws {
      struct Content: Encodable {
        var verdicts: [Verdict]
        var scenarios: [Comparison]
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      return try encoder.encode(Content(verdicts: verdicts, scenarios: comparisons))
    }
  }
}
