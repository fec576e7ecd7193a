import Foundation

/// How far it is, on standard error, for people who wait.
enum Progress {
  private static let isTerminal = isatty(STDERR_FILENO) == 1

  static func tell(_ done: Int, of all: Int, since begun: Date) {
    guard isTerminal || done == all || done % max(all / 20, 1) == 0 else { return }
    let seconds = Int(Date().timeIntervalSince(begun))
    let line = "placement: \(done) of \(all) simulations' seeds, \(seconds) s"
    FileHandle.standardError.write(Data((isTerminal ? "\r\(line)" : "\(line)\n").utf8))
    if isTerminal && done == all { FileHandle.standardError.write(Data("\n".utf8)) }
  }
}
