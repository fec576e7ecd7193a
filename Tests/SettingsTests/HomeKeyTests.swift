import Foundation
import Mesh
import TestSupport
import Testing

@testable import Basics
@testable import Settings

@Suite struct HomeKeyTests {
  private let folder: TemporaryFolder
  private var configuration = Configuration()
  private var path: String { folder.path + "/home.key" }

  init() throws {
    folder = try TemporaryFolder()
    configuration.state = folder.path
    configuration.homeEdge = folder.path + "/home-edge"
  }

  private func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
    chmod(try folder.write(text, to: name), mode)
  }

  private func message(_ configuration: Configuration) -> String {
    do {
      _ = try HomeKey(configuration: configuration)
      return ""
    } catch {
      return error.message
    }
  }

  @Test func aNewNodeMakesAKeyForItselfAloneAndKeepsIt() throws {
    let first = try HomeKey(configuration: configuration)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.wholeMatch(of: /[0-9a-f]{64}\n/) != nil, "\(text)")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try HomeKey(configuration: configuration).current == first.current)
    try FileManager.default.removeItem(atPath: path)
    #expect(try HomeKey(configuration: configuration).current != first.current)
  }

  @Test(arguments: [0o644, 0o604, 0o602, 0o666])
  func aKeyThatOthersCanReadOrWriteIsRefusedWithTheCommandThatHelps(mode: Int) throws {
    try write("0123456789abcdef", to: "home.key", mode: mode_t(mode))
    #expect(message(configuration).hasSuffix("chmod 600 \(path)"))
  }

  @Test(arguments: [0o600, 0o400, 0o640]) func aKeyOfTheOwnerOrAGroupIsTaken(mode: Int) throws {
    try write("0123456789abcdef", to: "home.key", mode: mode_t(mode))
    #expect(message(configuration) == "")
  }

  @Test func homeEdgesFileIsTakenThoughOthersCanReadIt() throws {
    try write(
      "123e4567-e89b-12d3-a456-426614174000", to: "home-edge/user/orchestration_userID.txt", mode: 0o644)
    let key = try HomeKey(configuration: configuration)
    #expect(key.path.hasSuffix("/home-edge/user/orchestration_userID.txt"))
    #expect(key.current == SealKey(fileContents: Array("123e4567-e89b-12d3-a456-426614174000".utf8)))
    #expect(access(path, F_OK) != 0, "no second key is made")
    var named = configuration
    named.homeKey = path
    try write("0123456789abcdef", to: "home.key")
    #expect(try HomeKey(configuration: named).path == path, "what the settings name comes first")
  }

  @Test(arguments: [
    "", "\n", "0123456789abcde", String(repeating: "x", count: 4097), String(repeating: "\0", count: 65),
  ])
  func whatIsNoKeyIsRefusedAndStays(text: String) throws {
    try write(text, to: "home.key")
    #expect(message(configuration).contains(path))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func aFolderInPlaceOfTheFileIsRefused() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    chmod(path, 0o700)
    #expect(message(configuration).contains(path))
  }

  @Test func theNextAndTheOldKeyAreAcceptedAndRenamingChangesTheKey() throws {
    try write("the first key of all", to: "home.key")
    let key = try HomeKey(configuration: configuration)
    let first = key.current
    #expect(key.accepted.isEmpty && !key.refresh())
    try write("the second key of all", to: "home.key.next")
    #expect(key.refresh() && key.current == first && key.accepted.count == 1)
    let second = key.accepted[0]
    #expect(key.tlsKeys.map { $0.id } == [first.id, second.id])
    #expect(key.tlsKeys.map { $0.secret } == [first.tlsSecret, second.tlsSecret])
    rename(path, path + ".old")
    // Between the two renamings there is no key file; the node keeps the key it has.
    _ = key.refresh()
    #expect(key.current == first)
    rename(path + ".next", path)
    #expect(key.refresh() && key.current == second && key.accepted == [first])
    unlink(path + ".old")
    #expect(key.refresh() && key.current == second && key.accepted.isEmpty)
  }

  @Test func aStartBetweenTheRenamingsTakesTheNextKeyAndMakesNone() throws {
    try write("the second key of all", to: "home.key.next")
    let key = try HomeKey(configuration: configuration)
    #expect(key.current == SealKey(fileContents: Array("the second key of all".utf8)))
    #expect(access(path, F_OK) != 0)
  }

  @Test func aFileThatBecomesUnreadableLeavesTheKeyAsItWas() throws {
    try write("the first key of all", to: "home.key")
    let key = try HomeKey(configuration: configuration)
    let first = key.current
    try write("the second key of all", to: "home.key", mode: 0o644)
    #expect(!key.refresh() && key.current == first)
    try write("the second key of all", to: "home.key")
    #expect(key.refresh() && key.current != first)
  }

  @Test func theIdentityHasFourDigits() throws {
    for number in 0..<200 {
      let key = try #require(SealKey(fileContents: Array("a key with number \(number)".utf8)))
      #expect(HomeKey.identity(of: key).wholeMatch(of: /hearth-[0-9a-f]{4}/) != nil)
    }
  }

  /// Any bytes: a key or words about the file, and never a key of fewer bytes than it must have.
  @Test func fuzzedFilesAreKeysOrErrors() throws {
    let end = Date() + (Double(ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"] ?? "") ?? 0.5)
    var keys = 0
    repeat {
      let bytes = (0..<Int.random(in: 0...40)).map { _ in
        [UInt8(10), 32, 0, 255, .random(in: 0...255)].randomElement() ?? 0
      }
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      chmod(path, 0o600)
      do {
        if try HomeKey.read(path, toleratesReaders: false) != nil { keys += 1 }
        #expect(bytes.count >= SealKey.minimumSize)
      } catch {
        #expect(error.message.contains(path))
      }
    } while Date() < end
    #expect(keys > 0)
  }
}
