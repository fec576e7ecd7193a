import Foundation
import Readings
import TestSupport
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import EngineClient
@testable import Platform
@testable import Settings

/// Checks that try real sockets, and the report of all of them.
@Suite(.serialized) struct DoctorLiveTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  // MARK: - Engine

  private func engine(_ answer: String?, isHTTP: Bool = true, _ body: (CheckResult) throws -> Void) throws {
    let path = "/tmp/hs-doctor-\(UInt32.random(in: 0...UInt32.max))"
    defer { unlink(path) }
    let server = try CannedServer(
      on: try #require(SocketAddress(path: path)), answer: answer, isHTTP: isHTTP)
    defer { server.stop() }
    let begun = Date()
    try body(try CheckContext.live("[engine]\nsocket = \(path)\n", in: folder).result("engine"))
    #expect(Date().timeIntervalSince(begun) < 2.5)
  }

  @Test func engine() throws {
    let none = try CheckContext.live("[engine]\nsocket = \(folder.path)/none\n", in: folder)
    #expect(try none.result("engine").isA("fail", "no Docker Engine at", "apt install docker.io"))
    #expect(try none.result("engine-access").outcome == "skipped")
    let version = #"{"Version":"20.10.24+dfsg1","ApiVersion":"1.41","MinAPIVersion":"1.12"}"#
    try engine(version) { #expect($0.isA("ok", "Docker 20.10.24+dfsg1 (API 1.41)")) }
    try engine(#"{"Version":"1.10","ApiVersion":"1.22"}"#) { #expect($0.isA("fail", "Docker 1.10", "newer")) }
    try engine("{}") { #expect($0.isA("fail", "no Docker Engine")) }
    try engine("SSH-2.0-OpenSSH_9.2\r\n", isHTTP: false) { #expect($0.isA("fail", "does not answer")) }
    try engine(nil) { #expect($0.isA("fail", "does not answer", "systemctl restart docker")) }
  }

  @Test func engineAccess() throws {
    let path = "/tmp/hs-doctor-\(UInt32.random(in: 0...UInt32.max))"
    defer { unlink(path) }
    let server = try CannedServer(on: try #require(SocketAddress(path: path)), answer: "{}")
    defer { server.stop() }
    let context = try CheckContext.live("[engine]\nsocket = \(path)\n", in: folder)
    #expect(try context.result("engine-access").isA("ok", "this user may use"))
    context.agent = .answered(node: ["engine": ["state": "available"]], nodes: [])
    #expect(try context.result("engine-access").isA("ok", "the agent uses"))
  }

  // MARK: - Agent

  private func ask(_ answer: String?, isHTTP: Bool = true) throws -> CheckContext {
    let server = try CannedServer(
      on: try #require(SocketAddress(host: "127.0.0.1", port: 0)), answer: answer, isHTTP: isHTTP)
    defer { server.stop() }
    let context = try CheckContext.live(in: folder)
    let begun = Date()
    context.askAgent(at: server.address)
    #expect(Date().timeIntervalSince(begun) < 2)
    return context
  }

  @Test func whoAnswersAsAnAgentIsOne() throws {
    let context = try ask(#"{"version":"\#(Version.text)","uptimeSeconds":7,"nodes":[{"hostname":"a"}]}"#)
    #expect(try context.result("agent").isA("ok", "up 7 seconds"))
    var count = 0
    if case .answered(_, let nodes) = context.agent { count = nodes.count }
    #expect(count == 1)
  }

  @Test func whoAnswersOtherwiseIsNone() throws {
    #expect(try ask("{}").result("agent").isA("fail", "is no Hearth agent"))
    #expect(try ask("220 mail\r\n", isHTTP: false).result("agent").isA("fail", "not HTTP"))
    #expect(try ask(nil).result("agent").isA("fail", "does not answer", "restart"))
    let context = try CheckContext.live(in: folder)
    // The port of a socket that is bound and does not listen.
    let listener = try Socket.listen(on: try #require(SocketAddress(host: "127.0.0.1", port: 0)))
    let address = Socket.localAddress(listener)
    close(listener)
    context.askAgent(at: address)
    #expect(try context.result("agent").isA("fail", "no agent at 127.0.0.1", "systemctl start"))
  }

  // MARK: - Ports

  private func tcp(_ id: String, section: String, key: String, joined: JSON) throws {
    let listener = try Socket.listen(on: try #require(SocketAddress(host: "127.0.0.1", port: 0)))
    let text = Socket.localAddress(listener).text
    let context = try CheckContext.live("[\(section)]\n\(key) = \(text)\n", in: folder)
    let port = text.components(separatedBy: ":")[1]
    #expect(try context.result(id).isA("fail", "\(text) belongs to another", "grep \(port)"))
    context.agent = .answered(node: ["home": ["joined": joined], "version": "1"], nodes: [])
    #expect(try context.result(id).isA("ok", "the agent's"))
    close(listener)
    context.agent = .absent("")
    // A program that another test starts just now has a copy of the socket until it is the program.
    for _ in 0..<100 where try !context.result(id).isA("ok", "free") { usleep(50_000) }
    #expect(try context.result(id).isA("ok", "free"))
    let foreign = try CheckContext.live("[\(section)]\n\(key) = 203.0.113.7:1\n", in: folder)
    #expect(try foreign.result(id).isA("fail", "address of this machine"))
  }

  @Test func portOfAPI() throws {
    try tcp("port-api", section: "api", key: "external", joined: false)
  }

  @Test func portOfHome() throws {
    try tcp("port-home", section: "home", key: "internal", joined: true)
    let alone = try CheckContext.live("[home]\njoin = no\n", in: folder)
    for id in ["port-home", "port-heartbeat", "port-discovery"] {
      #expect(try alone.result(id).outcome == "skipped")
    }
  }

  /// A UDP socket that has its port for itself.
  private func exclusive(_ port: UInt16) throws -> (Int32, UInt16)? {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0 else {
      close(descriptor)
      return nil
    }
    return (descriptor, Socket.localAddress(descriptor).port)
  }

  @Test func portOfHeartbeats() throws {
    let (taken, port) = try #require(try exclusive(0))
    let context = try CheckContext.live("[home]\nheartbeat-port = \(port)\n", in: folder)
    #expect(try context.result("port-heartbeat").isA("fail", "UDP \(port) belongs to another"))
    context.agent = .answered(node: ["home": ["joined": true]], nodes: [])
    #expect(try context.result("port-heartbeat").isA("ok", "the agent's"))
    close(taken)
    #expect(try context.result("port-heartbeat").isA("ok", "free"))
  }

  @Test func portOfDiscovery() throws {
    let context = try CheckContext.live(in: folder)
    // Whoever has it here already shares it, or has it alone.
    guard let (taken, _) = try exclusive(5353) else {
      let result = try context.result("port-discovery")
      return #expect(result.outcome == "ok" || result.isA("fail", "belongs to another"))
    }
    #expect(try context.result("port-discovery").isA("fail", "UDP 5353 belongs to another"))
    close(taken)
    #expect(try context.result("port-discovery").isA("ok", "shared"))
  }

  // MARK: - The whole

  @Test func idsAreWordsThatAreThereOnceAndEachHasATestOfBothOutcomes() throws {
    let ids = Check.all.map { "\($0.id)" }
    #expect(Set(ids).count == ids.count && ids.count >= 20)
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let tests = try ["DoctorTests", "DoctorBoardTests", "DoctorLiveTests"].map {
      try String(contentsOf: here.appendingPathComponent("\($0).swift"), encoding: .utf8)
    }.joined()
    for id in ids {
      #expect(id.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil)
      #expect(tests.components(separatedBy: "\"\(id)\"").count > 1, "\(id)")
    }
  }

  @Test func theReportFitsEightyColumnsAndEndsWithWhatFails() throws {
    let tree = try DoctorTree()
    try tree.write("/proc/sys/kernel/hostname", "localhost\n")
    try tree.write("/proc/mounts", "/dev/mmcblk0p2 / ext4 ro 0 0\n")
    let report = DoctorReport(try tree.context())
    let lines = report.text(colours: false).components(separatedBy: "\n")
    for line in lines where line.split(separator: " ").count > 3 {
      #expect(line.unicodeScalars.count <= 80, "\(line)")
    }
    let order = lines.compactMap { line in
      ["ok ", "skip ", "WARN ", "FAIL "].firstIndex { line.hasPrefix($0) }
    }
    #expect(order == order.sorted() && order.last == 3 && order.count == Check.all.count)
    #expect(lines[lines.count - 2].wholeMatch(of: /\d+ ok, \d+ skipped, \d+ warnings?, \d+ failures?/) != nil)
    #expect(report.exitCode == 1)
    #expect(!report.text(colours: false).contains("\u{1b}"))
    #expect(report.text(colours: true).contains("\u{1b}[31;1mFAIL\u{1b}[0m  root-filesystem"))
  }

  @Test func whatOthersWroteDoesNotMoveTheCursor() throws {
    let tree = try DoctorTree()
    try tree.write("/proc/sys/kernel/hostname", "a\u{1b}[2Jb\n")
    let text = DoctorReport(try tree.context()).text(colours: false)
    #expect(text.contains("a?[2Jb") && !text.contains("\u{1b}"))
  }

  @Test func theJSONHasEveryCheckWithItsRemedy() throws {
    let tree = try DoctorTree()
    let json = DoctorReport(try tree.context()).json
    let checks = json["checks"]?.array ?? []
    #expect(checks.count == Check.all.count)
    for check in checks {
      func text(_ name: String) -> String { check[name]?.string ?? "" }
      let outcome = text("outcome")
      let needsRemedy = outcome == "warn" || outcome == "fail"
      let id = text("id")
      #expect(needsRemedy == !text("remedy").isEmpty, "\(id)")
      #expect(!text("found").isEmpty, "\(id)")
      if needsRemedy { #expect(text("remedy").hasSuffix(".")) }
      let sum = json[outcome]?.integer ?? 0
      #expect(sum > 0)
    }
  }

  /// Every file that a check reads, with bytes that nobody meant.
  @Test func noTreeMakesACheckFall() throws {
    let paths = [
      "/proc/mounts", "/proc/swaps", "/proc/cgroups", "/proc/meminfo", "/proc/sys/kernel/osrelease",
      "/proc/sys/kernel/hostname", "/proc/sys/kernel/random/entropy_avail", "/proc/net/ip_tables_names",
      "/etc/passwd", "/etc/group", "/sys/class/net/eth0/flags", "/sys/class/net/eth0/carrier",
      "/sys/block/mmcblk0/device/pre_eol_info", "/sys/fs/cgroup/cgroup.controllers",
      "/usr/lib/systemd/system/hearth.service", "/var/lib/hearth/home.key", "/etc/ufw/ufw.conf",
    ]
    let texts = [
      "", "\n", " ", "\0", ":::::", "0x", "0xffffffffffffffffffffffff", "-1 -1 -1 -1", "\n\n\n:\n \t \n",
      "99999999999999999999 99999999999999999999 ,,,, ,,,,", String(repeating: "a ", count: 5000),
      "hearth:x:-5:\nhearth:x:99999999999:", "/ / / /\n/a / x ro,ro", "\u{fffd}\u{feff}é",
    ]
    let tree = try DoctorTree()
    for text in texts {
      for path in paths { try tree.write(path, text) }
      #expect(DoctorReport(try tree.context()).findings.count == Check.all.count)
    }
  }
}
