import Foundation
import Testing

/// A drained node takes no new runs, keeps those it has, and stays so until somebody says otherwise.
@Suite(.enabled(if: Lab.isRoot, "native programs need root"))
struct DrainTests {
  private func define(_ agent: Agent) throws {
    let program = agent.folder + "/nap"
    try "#!/bin/sh\nexec sleep 60\n".write(toFile: program, atomically: true, encoding: .utf8)
    chmod(program, 0o755)
    let text =
      "[ServiceInfo]\nServiceName=nap\nExecutableFileName=\(program)\nAllowedRequester=curl,hearth\nExecType=native\n"
    try text.write(toFile: agent.folder + "/services/nap.conf", atomically: true, encoding: .utf8)
  }

  @Test func itLastsOverARestartAndRunsGoOn() throws {
    try Agent.with(engine: "/nowhere/docker.sock") { agent in
      try define(agent)
      let run = try agent.hearth("run", "-d", "--native", "--service", "nap")
      #expect(run.code == 0, "\(run.error)")
      let id = run.output.trimmingCharacters(in: .whitespacesAndNewlines)
      try agent.await(id, state: "running")

      let drained = try agent.hearth("drain")
      #expect(drained.output == "no new runs on this node; 1 under way goes on\n", "\(drained.error)")
      #expect(try agent.hearth("drain").code == 0, "again is as good as once")
      #expect(try agent.get("/api/v2/node").json["drained"].any as? Bool == true)
      #expect(try agent.hearth("status").output.contains("no new runs here until 'hearth drain --off'"))
      #expect(try agent.hearth("nodes").output.contains(" drained "))
      let refused = try agent.hearth("run", "-d", "--native", "--service", "nap")
      #expect(refused.code == 125 && refused.error.contains("it is drained"), "\(refused.error)")

      #expect(try agent.terminate() == 0)
      try agent.start()
      #expect(try agent.get("/api/v2/node").json["drained"].any as? Bool == true)
      try agent.await(id, state: "running")
      #expect(try agent.hearth("stop", id).code == 0)

      let off = try agent.hearth("drain", "--off", "--json")
      #expect(off.code == 0 && off.output.contains("\"drained\": false"), "\(off.output)")
      let again = try agent.hearth("run", "-d", "--native", "--service", "nap")
      #expect(again.code == 0, "\(again.error)")
      _ = try agent.hearth("stop", again.output.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  @Test func whatCannotBeKeptIsNotPromised() throws {
    try Agent.with(engine: "/nowhere/docker.sock") { agent in
      // The file's place is taken: it can neither be replaced nor removed.
      mkdir(agent.state + "/drained.new", 0o700)
      defer { rmdir(agent.state + "/drained.new") }
      let drained = try agent.hearth("drain")
      #expect(drained.code == 1 && drained.error.contains("/drained"), "\(drained.error)")
      #expect(try agent.get("/api/v2/node").json["drained"].any as? Bool == false)
    }
  }
}
