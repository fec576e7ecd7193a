import Basics
internal import CLinux
import EngineClient
import Platform
import Scoring
import Settings

// A drained node takes no new work; what it runs goes on, and it answers as ever. It stays drained until somebody says
// otherwise, over restarts.
extension Node {
  private static func drainedPath(_ state: String) -> String {
    state + "/drained"
  }

  static func wasDrained(state: String) -> Bool {
    access(drainedPath(state), F_OK) == 0
  }

  /// - Throws: where the state cannot be written; then nothing has changed.
  func drain(_ drained: Bool, because reason: String) throws(SystemError) {
    guard drained != isDrained else { return }
    let path = Self.drainedPath(configuration.state)
    if drained {
      try File.replace(path, with: Array("\(reason)\n".utf8), durable: true)
    } else {
      guard unlink(path) == 0 || clinux_errno() == ENOENT else { throw SystemError("unlink", path) }
      File.syncFolder(of: path)
    }
    isDrained = drained
    Log.info(drained ? "drained: no new runs here (\(reason))" : "no longer drained (\(reason))")
    tellHome()
    refreshHome()
    devices?.nodeChanged()
  }

  /// What somebody should look after, in words.
  var faults: [String] {
    var faults: [String] = []
    if let diskError { faults.append("state cannot be written: \(diskError)") }
    faults += home?.complaints ?? []
    if score.terms[.supply].factor < 1 { faults.append("the supply is too weak") }
    if engineWasThere, case .away(_, let reason) = engine.state {
      faults.append("the Docker Engine is away: \(reason)")
    }
    return faults
  }
}
