import Settings

/// `hearth logs`: what a run has written.
enum LogsCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let printer = OutputPrinter(client: try ApiClient(values[.api]), id: values.operands.first ?? "")
    try printer.print(follow: values.has(.follow), onInterrupt: {})
    return 0
  }
}
