import Foundation

/// What is asked for, by the environment.
struct Settings {
  /// Seeds of each scenario.
  var seeds = 20
  /// Only scenarios whose name begins so.
  var scenario = ""
  /// Seconds after which no more are begun.
  var time = 2400.0
  var workers = ProcessInfo.processInfo.activeProcessorCount
  /// Where files are written; nil for none.
  var folder: URL?
  /// Few seeds on the way of `make test`: the verdicts are the same, but the number of seeds is none of them.
  var isShort = false

  init(_ environment: [String: String]) {
    if let text = environment["SEEDS"], let value = Int(text) { seeds = max(value, 1) }
    if let text = environment["SCENARIO"] { scenario = text }
    if let text = environment["TIME"], let value = Double(text) { time = value }
    if let text = environment["WORKERS"], let value = Int(text) { workers = max(value, 1) }
    if let text = environment["OUTPUT"], !text.isEmpty { folder = URL(filePath: text) }
    isShort = environment["SHORT"] == "1"
  }
}
