import Reports
import Scoring
import Settings

/// `hearth score`: what this board can do now, and why.
enum ScoreCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let board = try SampledBoard(values)
    let score = Score(of: board.snapshot, profile: board.match.profile)
    Terminal.write(
      values.has(.json) ? Terminal.pretty(scoreJSON(score, board.match)) : scoreText(score, board.match))
    return 0
  }
}
