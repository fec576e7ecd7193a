import Foundation
import Readings
import TestSupport
import Testing
import Wire

@testable import Basics
@testable import Platform
@testable import Settings

@Suite struct ConfigurationTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func read(_ text: String) throws -> Configuration {
    try Configuration.read(try folder.write(text, to: "hearth.conf"))
  }

  private func message(_ text: String) throws -> String {
    do {
      _ = try read(text)
      return "no error"
    } catch let error as ConfError {
      return error.message
    }
  }

  @Test func anEmptyFileLeavesTheDefaults() throws {
    let configuration = try read("# nothing\n")
    #expect(configuration.state == "/var/lib/hearth" && configuration.keptRuns == 100)
    #expect(configuration.external == ["127.0.0.1:56001", "[::1]:56001"])
    #expect(
      configuration.joins && configuration.internalAddresses == ["0.0.0.0:56002", "[::]:56002"]
        && !configuration.interoperates
    )
    #expect(
      configuration.heartbeatPort == 56003 && configuration.interfaces.isEmpty
        && configuration.homeKey.isEmpty)
    #expect(configuration.native.user == 65534 && configuration.native.seconds == 0)
  }

  @Test func everyKeyIsTaken() throws {
    let configuration = try read(
      """
      [node]
      state = /s
      sample-interval = 2s
      kept-runs = 7
      home-edge = /h
      services = /v
      boards = /b
      [api]
      external = 0.0.0.0:80, [::]:80
      [engine]
      socket = /e.sock
      data = /d
      [native]
      user = 1000
      group = 1001
      time-limit = 2min
      grace = 500ms
      [home]
      join = no
      internal = 192.168.1.2:1, [::]:2
      heartbeat-port = 3
      interfaces = eth0, wlan0
      key = /k
      [home-edge]
      interoperate = yes
      """)
    #expect(!configuration.joins && configuration.internalAddresses == ["192.168.1.2:1", "[::]:2"])
    #expect(configuration.heartbeatPort == 3 && configuration.interfaces == ["eth0", "wlan0"])
    #expect(configuration.homeKey == "/k" && configuration.interoperates)
    #expect(configuration.state == "/s" && configuration.homeEdge == "/h" && configuration.services == "/v")
    #expect(configuration.boards == "/b" && configuration.sampleInterval == .seconds(2))
    #expect(configuration.keptRuns == 7 && configuration.external == ["0.0.0.0:80", "[::]:80"])
    #expect(configuration.engine == "/e.sock" && configuration.engineData == "/d")
    #expect(configuration.native.user == 1000 && configuration.native.group == 1001)
    #expect(configuration.native.seconds == 120 && configuration.native.grace == .milliseconds(500))
  }

  @Test(arguments: [
    ("[node]\nstat = /s\n", 2), ("\n[nodes]\n", 2), ("[node]\n\nkept-runs = 0\n", 3),
    ("[node]\nkept-runs = many\n", 2), ("[node]\nsample-interval = 1ms\n", 2),
    ("[api]\nexternal = here\n", 2),
    ("[api]\n# two\nexternal = 127.0.0.1:1, 127.0.0.1:65536\n", 3), ("[native]\nuser = 0\n", 2),
    ("[native]\nuser = 4294967295\n", 2), ("[native]\ntime-limit = -1\n", 2), ("[node\n", 1),
    ("[home]\njoin = maybe\n", 2), ("[home]\n\ninternal = here\n", 3), ("[home]\nheartbeat-port = 0\n", 2),
    ("[home]\nheartbeat-port = 65536\n", 2), ("[home-edge]\ninteroperate = 2\n", 2),
    ("[native]\ngrace = nan\n", 2), ("[native]\ngrace = 1e999\n", 2),
  ])
  func anErrorNamesFileAndLine(text: String, line: Int) throws {
    let message = try message(text)
    #expect(message.hasPrefix("\(folder.path)/hearth.conf:\(line):"), "\(message)")
  }

  @Test func aNamedFileThatIsNotThereIsAnError() throws {
    let path = folder.path + "/nosuch.conf"
    #expect { try Configuration.read(path) } throws: { ($0 as? ConfError)?.message.contains(path) == true }
  }
}

@Suite struct IdentityTests {
  private let folder: TemporaryFolder
  private var configuration = Configuration()
  private static let uuid = "0f7a2a6e-9c3b-4d55-8e21-0123456789ab"

  init() throws {
    folder = try TemporaryFolder()
    configuration.state = folder.path
    configuration.homeEdge = folder.path + "/home-edge"
  }

  @Test func aNewNodeGetsAnIdentityAndKeepsIt() throws {
    let first = try Identity.load(configuration: configuration)
    #expect(first.hasPrefix("edge-orchestration-"))
    let uuid = try #require(UUID(uuidString: String(first.dropFirst(19))))
    #expect(uuid.uuid.6 >> 4 == 4 && uuid.uuid.8 >> 6 == 2, "version 4 of RFC 9562")
    #expect(try Identity.load(configuration: configuration) == first)
    try FileManager.default.removeItem(atPath: folder.path + "/node-id")
    #expect(try Identity.load(configuration: configuration) != first)
  }

  @Test(arguments: [uuid, uuid + "\n", "  " + uuid + "\r\n", uuid.uppercased()])
  func theIdentityOfHomeEdgeIsInherited(text: String) throws {
    _ = try folder.write(text, to: "home-edge/device/orchestration_deviceID.txt")
    let expected = "edge-orchestration-" + text.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    #expect(try Identity.load(configuration: configuration) == expected)
  }

  @Test(arguments: [
    "", "\n", "x", uuid + "0", String(uuid.dropLast()), "zf7a2a6e-9c3b-4d55-8e21-0123456789ab",
  ])
  func whatIsNoIdentityIsPassedOver(text: String) throws {
    let path = try folder.write(text, to: "node-id")
    let identity = try Identity.load(configuration: configuration)
    #expect(UUID(uuidString: String(identity.dropFirst(19))) != nil)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == identity.dropFirst(19))
  }

  @Test func whatANodeWasCalledBeforeIsRemembered() throws {
    func names() throws -> [String] {
      let identity = try Identity(configuration: configuration)
      return [identity.name] + identity.formerNames
    }
    let own = try names()
    #expect(try own.count == 1 && names() == own)
    // Damage keeps the name; what the owner removes does not.
    _ = try folder.write(String(repeating: "\0", count: 36), to: "node-id")
    #expect(try names() == own)
    try FileManager.default.removeItem(atPath: folder.path + "/node-id")
    let second = try names()
    #expect(second.count == 2 && second[1] == own[0] && second[0] != own[0])
    // Home Edge's name comes and goes.
    let path = try folder.write(Self.uuid, to: "home-edge/device/orchestration_deviceID.txt")
    let inherited = "edge-orchestration-" + Self.uuid
    #expect(try names() == [inherited, second[0], own[0]])
    try FileManager.default.removeItem(atPath: path)
    #expect(try names() == [second[0], inherited, own[0]])
    for number in 0..<20 {
      _ = try folder.write("0f7a2a6e-9c3b-4d55-8e21-0000000000\(10 + number)", to: "node-id")
      #expect(try names().count <= 9)
    }
    // Rubbish in the list is passed over.
    _ = try folder.write("x\n\n" + Self.uuid + "\n\u{0}\u{1}", to: "node-ids")
    #expect(try names().dropFirst() == [inherited])
  }

  @Test func aFolderThatCannotBeWrittenIsAnErrorThatNamesTheFile() {
    var configuration = configuration
    configuration.state = folder.path + "/nosuch"
    #expect { try Identity.load(configuration: configuration) } throws: {
      ($0 as? SystemError)?.description.contains("/nosuch/node-id") == true
    }
  }
}

@Suite struct AddressTests {
  @Test(arguments: [
    ("127.0.0.1:56001", "127.0.0.1:56001"), ("0.0.0.0:0", "0.0.0.0:0"), ("[::1]:56001", "[::1]:56001"),
    ("[::]:80", "[::]:80"), ("[FE80:0::1]:65535", "[fe80::1]:65535"),
    ("255.255.255.255:1", "255.255.255.255:1"),
  ])
  func anAddressIsReadAndWritten(text: String, expected: String) throws {
    #expect(try #require(SocketAddress.parse(text)).text == expected)
  }

  @Test(arguments: [
    "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1: 1", "127.0.0.256:1",
    "localhost:80", "[::1]", "[::1]:x", "[::1:80", "[]:80", "[", "]:", "1.2.3:80", "[127.0.0.1.1]:5",
  ])
  func whatIsNoAddressAndPortIsNone(text: String) {
    #expect(SocketAddress.parse(text) == nil)
  }

  @Test func familiesAndPartsAreThoseOfTheText() throws {
    let four = try #require(SocketAddress.parse("192.168.1.7:80")),
      six = try #require(SocketAddress.parse("[::1]:81"))
    #expect(four.ip.bytes == [192, 168, 1, 7] && four.port == 80)
    #expect(six.ip.bytes == [UInt8](repeating: 0, count: 15) + [1] && six.port == 81 && six.ip.isLoopback)
    #expect(four.family != six.family && !four.ip.isLoopback)
  }

  @Test func aUnixSocketsPathIsLimitedByTheKernel() {
    #expect(SocketAddress(path: "/" + String(repeating: "x", count: 106)) != nil)
    #expect(SocketAddress(path: "/" + String(repeating: "x", count: 108)) == nil)
  }

  @Test func thisNodeHasItsLoopbackAndOnePreferredAddress() {
    let addresses = LocalAddresses.read(root: "/")
    #expect(addresses.all.contains(IPAddress(bytes: [127, 0, 0, 1])))
    #expect(addresses.preferred.bytes.count == 4)
    #expect(addresses.all.contains(addresses.preferred))
    if addresses.all.contains(where: { $0.bytes.count == 4 && !$0.isLoopback }) {
      #expect(!addresses.preferred.isLoopback)
    }
  }
}
