import Basics
import Foundation
import Testing
import Wire

@testable import Containers

/// The real `docker` client and we ask the same Engine for the same container; `docker inspect` tells whether we did.
@Suite(.serialized, .enabled(if: ComparisonLab.isAvailable, "needs HEARTH_ENGINE or root to start an Engine"))
struct DockerComparisonTests {
  static let environment = ["HEARTH_GIVEN": "from outside"]

  static let source = OptionSource(
    readFile: { path in
      guard let data = FileManager.default.contents(atPath: path) else {
        return .failure(.init(reason: "no such file"))
      }
      return .success([UInt8](data))
    },
    environment: { environment[$0] ?? ProcessInfo.processInfo.environment[$0] })

  @Test func theEngineMakesTheSameContainerOfOurBodyAndOfTheClients() throws {
    let lab = try ComparisonLab()
    defer { lab.stop() }
    try prepare(lab)
    for use in DockerComparisonTable.honoured {
      let options = use.map { $0.replacingOccurrences(of: "@DIR", with: lab.folder.path) }
      let arguments = DockerComparisonTable.complete(options)
      let client = try lab.docker(["create"] + arguments, environment: Self.environment)
      guard client.code == 0 else {
        Issue.record("\(use): the client refuses: \(client.error)")
        continue
      }
      let theirs = client.output.trimmingCharacters(in: .whitespacesAndNewlines)
      do {
        let command = try RunCommand(parsing: arguments, source: Self.source)
        let (status, answer) = try lab.call("POST", "/containers/create", body: command.createBody.encoded())
        guard status == 201, let ours = answer["Id"]?.string else {
          Issue.record("\(use): the Engine refuses ours with \(status): \(answer.shown)")
          continue
        }
        let differences = JSON.differences(try inspected(ours, lab), try inspected(theirs, lab))
        #expect(differences.isEmpty, "\(use): \(differences)")
        _ = try lab.call("DELETE", "/containers/\(ours)?v=1")
      } catch let error as RunCommandError {
        Issue.record("\(use): we refuse: \(error)")
      }
      _ = try lab.call("DELETE", "/containers/\(theirs)?v=1")
    }
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/docker"), "needs the docker client"))
  func theBodyAsksForWhatTheClientAsksFor() throws {
    let recorder = try CreateCallRecorder()
    defer { recorder.close() }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hearth-bodies-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try writeFiles(in: folder)
    for use in DockerComparisonTable.honoured + DockerComparisonTable.beyondThisEngine {
      let options = use.map { $0.replacingOccurrences(of: "@DIR", with: folder.path) }
      let arguments = DockerComparisonTable.complete(options)
      let verb = use.contains { $0.hasPrefix("-d") || $0 == "--detach" } ? "run" : "create"
      let client = try run(
        "/usr/bin/docker", ["-H", "unix://\(recorder.path)", verb] + arguments, environment: Self.environment)
      guard client.code == 0, let call = recorder.take() else {
        Issue.record("\(use): the client refuses: \(client.error)")
        continue
      }
      do {
        let command = try RunCommand(parsing: arguments, source: Self.source)
        let differences = JSON.differences(asked(command.createBody), asked(call.body))
        #expect(differences.isEmpty, "\(use): \(differences)")
        let items = call.target.split(separator: "?").dropFirst().first ?? ""
        #expect(
          items.contains("name=\(command.name ?? "")") || command.name == nil && !items.contains("name="))
        #expect(items.contains("platform=") == (command.platform != nil))
      } catch {
        Issue.record("\(use): we refuse: \(error)")
      }
    }
  }

  /// A create body without what says nothing, and lists the client fills in random order sorted.
  private func asked(_ body: JSON) -> JSON {
    switch body {
    case .object(let object):
      return .object(
        JSONObject(
          object.members.compactMap { member in
            var value = asked(member.value)
            let silent: [JSON] = [.null, "", 0, false, [], .object([:]), [0, 0]]
            let speaksWhenEmpty = ["MaskedPaths", "ReadonlyPaths", "Init"].contains(member.name)
            if silent.contains(value), !speaksWhenEmpty || value == .null { return nil }
            if ["Binds", "Env", "Ulimits"].contains(member.name), let list = value.array {
              value = .array(list.sorted { $0.shown < $1.shown })
            }
            return JSONMember(name: member.name, value: value)
          }))
    case .array(let array): return .array(array.map { asked($0) })
    default: return body
    }
  }

  @Test func whatTheClientOrItsEngineRefusesIsRefusedHereAndNamed() throws {
    let lab = try ComparisonLab()
    defer { lab.stop() }
    try prepare(lab)
    for (option, use) in DockerComparisonTable.refused {
      let options = use.map { $0.replacingOccurrences(of: "@DIR", with: lab.folder.path) }
      let arguments = DockerComparisonTable.complete(options)
      let client = try lab.docker(["create"] + arguments, environment: Self.environment)
      #expect(client.code != 0, "\(use): the client takes it")
      do {
        let command = try RunCommand(parsing: arguments, source: Self.source)
        Issue.record("\(use): we take it: \(command.createBody.shown)")
      } catch {
        #expect(error.option == option, "\(use): \(error)")
      }
    }
  }

  @Test func aRunWeStartSaysWhatTheImageSays() throws {
    let lab = try ComparisonLab()
    defer { lab.stop() }
    let command = try RunCommand(parsing: ["--network=none", "-t", "hello-world"], source: Self.source)
    let created = try lab.call("POST", "/containers/create", body: command.createBody.encoded())
    let id = try #require(created.body["Id"]?.string, "\(created.body.shown)")
    #expect(try lab.call("POST", "/containers/\(id)/start").status == 204)
    #expect(try lab.call("POST", "/containers/\(id)/wait").body["StatusCode"] == 0)
    #expect(try lab.docker(["logs", id]).output.contains("Hello from Hearth's lab"))
    #expect(try lab.call("DELETE", "/containers/\(id)").status == 204)
  }

  /// What the options of the table refer to: files, a network and another container.
  private func prepare(_ lab: ComparisonLab) throws {
    try writeFiles(in: lab.folder)
    // Creating copies the image, so the smallest one will do.
    let empty = lab.folder.appendingPathComponent("empty.tar")
    try Data(count: 10240).write(to: empty)
    _ = try lab.docker(["import", empty.path, "boximage"])
    _ = try lab.docker(["network", "create", "--subnet", "172.30.0.0/16", "lab-net"])
    _ = try lab.docker(["create", "--name", "peer", "--network", "none", "-v", "/peer", "boximage", "true"])
  }

  private func writeFiles(in folder: Foundation.URL) throws {
    let files = [
      "env": "\u{feff}# comment\n\nONE=1\n  TWO=two words \nHEARTH_GIVEN\nHEARTH_ABSENT\n",
      "labels": "first=1\nbare\nsecond=2\n",
      "spaces": "\u{a0}A=1\n\u{3000}\u{2003}B=2\r\n\u{b} C=3\r",
      "long": "A=" + String(repeating: "x", count: 65534) + "\n",
      "seccomp.json":
        "{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\",\n  \"syscalls\": [ { \"names\": [\"swapon\"],\n\"action\": \"SCMP_ACT_ERRNO\" } ]\n}\n",
    ]
    try Data([0x41, 0x3d, 0x31, 0x0a, 0x42, 0x3d, 0xe9]).write(to: folder.appendingPathComponent("latin1"))
    for (name, content) in files {
      try Data(content.utf8).write(to: folder.appendingPathComponent(name))
    }
  }

  /// `docker inspect` without what differs between any two containers.
  private func inspected(_ id: String, _ lab: ComparisonLab) throws -> JSON {
    let (_, raw) = try lab.call("GET", "/containers/\(id)/json")
    var text = String(decoding: raw.encoded(), as: UTF8.self)
    text = text.replacingOccurrences(of: id, with: "ID")
    text = text.replacingOccurrences(of: id.prefix(12), with: "ID")
    // Names of anonymous volumes.
    text = text.replacingOccurrences(of: "[0-9a-f]{64}", with: "HEX", options: .regularExpression)
    guard case .object(var container) = try JSON.parse([UInt8](text.utf8)) else { return .null }
    for name in ["Created", "Name", "GraphDriver"] { container[name] = nil }
    sort(&container, "Mounts")
    // The Engine keeps the variables in a map: their order changes from one creation to the next.
    if case .object(var config)? = container["Config"] {
      sort(&config, "Env")
      container["Config"] = .object(config)
    }
    if case .object(var host)? = container["HostConfig"] {
      for name in ["Ulimits", "Binds", "Mounts"] { sort(&host, name) }
      container["HostConfig"] = .object(host)
    }
    return .object(container)
  }

  private func sort(_ object: inout JSONObject, _ name: String) {
    guard let array = object[name]?.array else { return }
    object[name] = .array(array.sorted { $0.shown < $1.shown })
  }
}
