import Basics
internal import CLinux
import Containers
import Platform
import Settings
import Wire

// The Docker Engine.
extension Check {
  static func engine(_ context: CheckContext) -> CheckResult {
    guard context.isLive else { return .skipped("a tree has no Engine") }
    let socket = context.configuration.engine
    let start = "Install or start it: apt install docker.io; systemctl start docker."
    let restart = "Look at journalctl -u docker, then start it anew: systemctl restart docker."
    guard access(socket, F_OK) == 0 else { return .fail("no Docker Engine at \(socket)", remedy: start) }
    guard let address = SocketAddress(path: socket) else {
      return .fail(
        "the path \(socket) is too long for a socket", remedy: "Set socket in [engine] to a shorter path.")
    }
    if let engine = context.node?["engine"], engine["state"]?.string == "hanging" {
      return .fail(engine["reason"]?.string ?? "", remedy: restart)
    }
    let client = ApiClient(address: address, timeout: CheckContext.timeout)
    do throws(CommandFailure) {
      return judge(try client.call("GET", "/version"))
    } catch {
      if access(socket, R_OK | W_OK) != 0 {
        // The agent may see what this user may not.
        guard let engine = context.node?["engine"], engine["state"]?.string == "available" else {
          return .skipped("this user may not ask \(socket); see engine-access")
        }
        let version = engine["version"]?.string ?? "?"
        return .ok("Docker \(version) (API \(engine["api"]?.string ?? "?")), says the agent")
      }
      let isNobody = error.kind == .nobodyListens
      return .fail(
        isNobody ? "nobody listens at \(socket)" : "\(socket) does not answer as a Docker Engine does",
        remedy: isNobody ? start : restart)
    }
  }

  /// What `GET /version` answered.
  static func judge(_ answer: JSON) -> CheckResult {
    let version = answer["Version"]?.string ?? "?"
    guard let api = answer["ApiVersion"]?.string.flatMap({ EngineVersion($0) }) else {
      return .fail("what answers is no Docker Engine", remedy: "Set socket in [engine] to the Engine's.")
    }
    do throws(EngineError) {
      _ = try EngineVersion.negotiated(
        maximum: api, minimum: answer["MinAPIVersion"]?.string.flatMap { EngineVersion($0) })
      return .ok("Docker \(version) (API \(api.description))")
    } catch {
      return .fail("Docker \(version): \(error.description)", remedy: "Install a newer Engine.")
    }
  }

  static func engineAccess(_ context: CheckContext) -> CheckResult {
    guard context.isLive else { return .skipped("a tree has no sockets") }
    let socket = context.configuration.engine
    guard access(socket, F_OK) == 0 else { return .skipped("there is no \(socket)") }
    if context.node?["engine"]?["state"]?.string == "available" { return .ok("the agent uses \(socket)") }
    if access(socket, R_OK | W_OK) == 0 { return .ok("this user may use \(socket)") }
    return .warn(
      "this user may not use \(socket)",
      remedy: "If the agent may not either, add it to the socket's group: usermod -aG docker hearth.")
  }
}
