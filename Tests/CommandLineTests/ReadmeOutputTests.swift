import Foundation
import TestSupport
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import Platform
@testable import Settings

/// What the README shows of the commands is what they print, to the letter, of what they were told then.
@Suite struct ReadmeOutputTests {
  private static let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private let readme: String

  init() throws {
    readme = try String(contentsOf: Self.house.appendingPathComponent("README.md"), encoding: .utf8)
  }

  /// The lines below `command` as it is shown for the `number`-th time, up to the next prompt or the block's end.
  private func shown(_ command: String, _ number: Int = 1) throws -> String {
    let lines = readme.components(separatedBy: "\n")
    let places = lines.indices.filter { lines[$0] == command }
    let place = try #require(places.dropFirst(number - 1).first, "the README does not show '\(command)'")
    let output = lines[(place + 1)...].prefix { !$0.contains(/^[a-z]*\$ |^```/) }
    return output.joined(separator: "\n") + "\n"
  }

  private func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

  @Test func status() throws {
    let node = try json(
      #"""
      {"id":"edge-orchestration-a679b293-3061-4174-9fc6-4d83f7f8c3ca","version":"\#(Version.text)","uptimeSeconds":42,
      "address":"192.168.1.20","board":"Generic x86-64 machine","score":{"score":94.2},
      "engine":{"state":"available","version":"20.10.24+dfsg1","api":"1.41","socket":"/var/run/docker.sock"},
      "home":{"joined":true,"nodes":1,"key":"hearth-bae6","complaints":[],"strangers":[]},"drained":false,"services":[]}
      """#)
    #expect(try StatusCommand.text(node, []) == shown("$ hearth status"))
  }

  private func run(
    _ id: String, _ service: String, _ arguments: String, _ state: String, secondsAgo: Int64
  ) throws -> JSON {
    let time = Clock.wallMilliseconds() - secondsAgo * 1000 - 300
    let times = state == "running" ? #""started":\#(time)"# : #""ended":\#(time)"#
    let code = state == "finished" ? #","exitCode":0"# : ""
    return try json(
      #"""
      {"id":"\#(id)","service":"\#(service)","type":"container","arguments":\#(arguments),"state":"\#(state)",
      "host":"192.168.1.20","times":{\#(times)}\#(code)}
      """#)
  }

  @Test func ps() throws {
    let words = #"["--memory","64m","busybox","sleep","1000"]"#
    let radio = try run("5b82ba7b7d7b", "radio", words, "running", secondsAgo: 2)
    #expect(try PsCommand.table([radio]) == shown("$ hearth ps"))
    let older = try run("5b82ba7b7d7b", "radio", words, "running", secondsAgo: 9)
    let script = #"["busybox","sh","-c","for n in 1 2 3; do echo $n; sleep 1; done"]"#
    let counter = try run("5c9a9e68aed6", "counter", script, "finished", secondsAgo: 1)
    // Cells are as wide as the widest; the README has room for other spans of time.
    let table = PsCommand.table([older, counter]).components(separatedBy: "\n").map { $0.words(at: " ") }
    #expect(try table == shown("$ hearth ps -a").components(separatedBy: "\n").map { $0.words(at: " ") })
  }

  @Test func nodes() throws {
    func node(_ name: String, _ id: String, _ state: String, _ score: Int, _ address: String, _ more: String)
      -> String
    {
      #"""
      {"hostname":"\#(name)","id":"edge-orchestration-\#(id)-0000-0000-0000-000000000000","state":"\#(state)",
      "score":\#(score),"runs":1,"memoryAvailableBytes":24000000000,"board":"generic-x86-64","address":"\#(address)",\#(more)}
      """#
    }
    let nodes = try json(
      "["
        + [
          node("kitchen", "38a1d9e0", "alive", 177, "10.77.0.1", #""self":true"#),
          node("attic", "d8869980", "alive", 173, "10.77.0.2", #""ageMilliseconds":400"#),
          node("cellar", "96e6d7b6", "dead", 171, "10.77.0.3", #""ageMilliseconds":5210"#),
        ].joined(separator: ",") + "]")
    #expect(try NodesCommand.table(nodes.array ?? []) == shown("kitchen$ hearth nodes"))
  }

  @Test func explain() throws {
    let answer = try json(
      #"""
      {"run":"5688d0250315","service":"radio","state":"running","host":"10.77.0.2","attempt":1,"nodes":[
      {"place":1,"name":"attic","speed":90.3,"rank":56.1,"outcome":"accepted","reason":"speed 90 beside 7.0 busy threads"},
      {"name":"kitchen","filtered":"constraint","reason":"constraint node.hostname!=kitchen"},
      {"name":"cellar","filtered":"dead","reason":"it is dead"}]}
      """#)
    #expect(try ExplainCommand.text(answer) == shown("kitchen$ hearth explain 5688d0250315"))
  }

  @Test func doctor() throws {
    #expect(readme.contains("`hearth doctor` looks at \(Check.all.count) things"))
    let tree = try DoctorTree()
    try tree.write("/proc/device-tree/compatible", "raspberrypi,3-model-b\0brcm,bcm2837\0")
    let pressure = try DoctorReport.entry("pressure", tree.result("pressure"), colours: false)
    #expect(readme.contains("```text\n" + pressure), "\(pressure)")
    // Of this machine, whose Engine the settings look for elsewhere.
    let context = try CheckContext.live("[engine]\nsocket = /none\n", in: tree.folder)
    guard case .fail(let found, let remedy) = try context.result("engine") else {
      Issue.record("an Engine at /none")
      return
    }
    let place = found.replacingOccurrences(of: "/none", with: Configuration().engine)
    let engine = DoctorReport.entry("engine", .fail(place, remedy: remedy), colours: false)
    #expect(readme.contains(engine + "```\n"), "\(engine)")
  }
}
