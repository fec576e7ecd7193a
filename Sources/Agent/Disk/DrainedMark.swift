internal import CLinux
import Platform

/// Whether the node is drained: the file `drained` in the state folder, which holds the reason, so that it stays so over
/// restarts. A drained node takes no new work; what it runs goes on, and it answers as ever.
struct DrainedMark {
  private let path: String
  private(set) var isSet: Bool

  init(folder: String) {
    path = folder + "/drained"
    isSet = access(path, F_OK) == 0
  }

  /// - Throws: where the file cannot be written; then nothing has changed.
  mutating func set(_ reason: String) throws(SystemError) {
    try File.replace(path, with: Array("\(reason)\n".utf8), durable: true)
    isSet = true
  }

  /// - Throws: where the file cannot be removed; then nothing has changed.
  mutating func clear() throws(SystemError) {
    guard unlink(path) == 0 || clinux_errno() == ENOENT else { throw SystemError("unlink", path) }
    File.syncFolder(of: path)
    isSet = false
  }
}
