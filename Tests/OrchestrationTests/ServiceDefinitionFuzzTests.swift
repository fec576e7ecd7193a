import Basics
import Foundation
import Orchestration
import Testing
import Wire

@Suite struct ServiceDefinitionFuzzTests {
  private static let corpus = [
    "[ServiceInfo]\nServiceName=ls   ; Name\nAllowedRequester=bash,curl\nExecutableFileName=ls\nExecType=native\n",
    "[ServiceInfo]\nServiceName=x\nAllowedRequester=curl\nExecutableFileName=/opt/x\nExecType=native\nExecCmd=x \"a b\"\n",
    "[ServiceInfo]\nServiceName=hello-world\nExecType=container\nExecCmd=docker run -v '/a b:/a' hello-world\n",
  ].map { Array($0.utf8) }
  private static let pieces = [
    "\"", "'", "\\", "/", "..", "../", ";", "|", "$(", "`", "\n", " ", "native", "container", "bash", ",",
    "=", "\0",
  ].map { Array($0.utf8) }

  /// Seconds to go on for, or 20 000 cases.
  private func cases(_ body: (inout SplitMix64) -> Void) {
    let seconds = ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"].flatMap(Double.init)
    let end = seconds.map { Date(timeIntervalSinceNow: $0) }
    var random = SplitMix64(seed: 42)
    var done = 0
    while end.map({ Date() < $0 }) ?? (done < 20_000) {
      body(&random)
      done += 1
    }
  }

  @Test func damagedDefinitionsNeverTrapAndAcceptedOnesAreSafe() {
    cases { random in
      var text = Self.corpus.randomElement(using: &random) ?? []
      for _ in 0...Int.random(in: 0...3, using: &random) {
        let place = Int.random(in: 0...text.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: text.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
        case 1: if place < text.count { text.remove(at: place) }
        case 2: if place < text.count { text[place] = UInt8.random(in: 0...255, using: &random) }
        default: text.removeSubrange(place..<min(place + 5, text.count))
        }
      }
      guard let definition = try? ServiceDefinition.parse(text, path: "a.conf") else { return }
      #expect(!definition.name.isEmpty && definition.name.utf8.count <= ServiceDefinition.nameLimit)
      guard definition.kind == .native, let executable = definition.executable else {
        #expect(definition.kind == .container && definition.executable == nil)
        return
      }
      let words = [executable] + definition.command
      #expect(words.allSatisfy { !$0.utf8.contains { ";&'()#|`$<>\n\0".utf8.contains($0) } })
      #expect(!executable.split(separator: "/").contains("..") && !definition.allowedRequesters.isEmpty)
      // Its own command is always allowed for its own requesters.
      let run = try? ServiceDefinition.checkNative(
        service: definition.name, command: definition.command, requester: definition.allowedRequesters[0],
        among: [definition])
      #expect(run?.isEmpty == false)
    }
  }

  @Test func noCommandGetsPastTheCheckWithACharacterOfTheShell() throws {
    let definitions = try Self.corpus.map { try ServiceDefinition.parse($0, path: "a.conf") }
    cases { random in
      var command: [String] = []
      for _ in 0...Int.random(in: 0...3, using: &random) {
        let bytes = ["ls", "/bin/ls", "/opt/x", "x", "-l", ""].randomElement(using: &random) ?? ""
        let piece =
          Int.random(in: 0...3, using: &random) == 0 ? Self.pieces.randomElement(using: &random) ?? [] : []
        command.append(bytes + String(decoding: piece, as: UTF8.self))
      }
      let service = ["ls", "x", "hello-world", ""].randomElement(using: &random) ?? ""
      let run = try? ServiceDefinition.checkNative(
        service: service, command: command, requester: "curl", among: definitions)
      guard let run else { return }
      #expect(service == "ls" || service == "x")
      #expect(run.allSatisfy { !$0.utf8.contains { ";&'()#|`$<>\n\0".utf8.contains($0) } })
      #expect(service == "x" ? run.first == "/opt/x" : run.first == "ls" || run.first == "/bin/ls")
    }
  }
}
