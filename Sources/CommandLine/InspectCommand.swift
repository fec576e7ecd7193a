import Reports
import Settings

/// `hearth inspect`: every reading of this board.
enum InspectCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let board = try SampledBoard(values)
    Terminal.write(
      values.has(.json)
        ? Terminal.pretty(snapshotJSON(board.snapshot, board.match))
        : snapshotText(board.snapshot, board.match))
    return 0
  }
}
