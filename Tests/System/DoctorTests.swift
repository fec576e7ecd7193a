import Foundation
import TestSupport
import Testing

/// `hearth doctor` as the shipping program, beside an agent, without one, and as a user who may do little.
@Suite struct DoctorCommandTests {
  private func doctor(_ agent: Agent, prefix: [String] = []) throws -> (code: Int32, checks: [String: Value])
  {
    let begun = Date()
    let finished = try Child(
      prefix + [Lab.program, "doctor", "--json", "--config", agent.folder + "/hearth.conf"]
    ).finish()
    #expect(Date().timeIntervalSince(begun) < 5, "three seconds, and what a busy machine adds")
    let json = Value(try JSONSerialization.jsonObject(with: Data(finished.output.utf8)))
    var checks: [String: Value] = [:]
    for check in json["checks"].array { checks[check["id"].string ?? ""] = check }
    #expect(checks.count >= 20 && (finished.code == 0) == (json["fail"].int == 0))
    return (finished.code, checks)
  }

  @Test func itFindsTheAgentAndSaysWhenItHangsOrIsGone() throws {
    try Agent.with(engine: "/nowhere/docker.sock") { agent in
      let well = try doctor(agent).checks
      #expect(well["agent"]?["outcome"].string == "ok", "\(well["agent"]?.any ?? "")")
      #expect(well["port-api"]?["found"].string?.contains("the agent's") ?? false)
      #expect(well["engine"]?["outcome"].string == "fail")
      agent.child?.signal(SIGSTOP)
      let hangs = try doctor(agent)
      #expect(hangs.code == 1)
      #expect(hangs.checks["agent"]?["found"].string?.contains("does not answer") ?? false)
      agent.child?.signal(SIGCONT)
      try agent.kill9()
      let gone = try doctor(agent).checks
      #expect(gone["agent"]?["found"].string?.contains("no agent at") ?? false)
    }
  }

  @Test(.enabled(if: Lab.isRoot, "only root can become another user"))
  func anOrdinaryUserIsToldWhatItMayNotSee() throws {
    let folder = Lab.newFolder("access")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder)/docker.sock".utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0 && listen(listener, 8) == 0)
    chmod("\(folder)/docker.sock", 0o600)
    try Agent.with(engine: folder + "/docker.sock") { agent in
      // State and key are the agent's own.
      chmod(agent.state, 0o700)
      let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
      let checks = try doctor(agent, prefix: nobody).checks
      #expect(checks["agent"]?["outcome"].string == "ok", "\(checks["agent"]?.any ?? "")")
      #expect(checks["engine"]?["outcome"].string == "skipped")
      #expect(checks["engine-access"]?["outcome"].string == "warn")
      #expect(checks["engine-access"]?["remedy"].string?.contains("usermod -aG docker hearth") ?? false)
      #expect(checks["home-key"]?["outcome"].string == "skipped")
      // The agent's end would ask it for containers, which it does not answer.
      unlink("\(folder)/docker.sock")
    }
  }

  @Test func peopleGetATableAndScriptsAnExitCode() throws {
    let finished = try Child([Lab.program, "doctor", "--root", Lab.newFolder("tree")]).finish()
    #expect(finished.code == 1, "a tree without control groups")
    #expect(finished.output.contains("\nFAIL  cgroup             the kernel has no control groups\n"))
    #expect(!finished.output.contains("\u{1b}") && finished.error.isEmpty)
    let bad = try Child([Lab.program, "doctor", "--root", "/nowhere"]).finish()
    #expect(bad.code == 1 && bad.error.contains("/nowhere"))
    #expect(try Child([Lab.program, "doctor", "now"]).finish().code == 2)
  }
}
