import Basics
import Foundation
import TestSupport
import Testing

@testable import Agent
@testable import Orchestration
@testable import Platform

/// What waits for something outside: it is bounded, and let go.
@Suite struct WaitingTests {
  /// Runs the loop until `condition` holds or the time is over.
  private func run(_ loop: EventLoop, seconds: Int = 30, until condition: @escaping () -> Bool) {
    loop.after(.seconds(seconds)) { loop.stop() }
    loop.afterRound = { if condition() { loop.stop() } }
    loop.run()
    #expect(condition())
  }

  @Test func manyNamesAreLookedUpByAFewChildrenAndAllAreAnswered() throws {
    let loop = try EventLoop()
    let resolver = Resolver(loop: loop)
    var answers: [String?] = []
    var most = 0
    // A label of more than 63 bytes is no name, so no server is asked.
    for number in 0..<40 {
      resolver.resolve(String(repeating: "x", count: 64) + "\(number)") { answers.append($0) }
      most = max(most, resolver.running)
    }
    run(loop) {
      most = max(most, resolver.running)
      return answers.count == 40
    }
    #expect(most <= Resolver.childLimit && most > 1)
    #expect(answers.allSatisfy { $0 == nil } && resolver.running == 0)
  }

  @Test func thoseWhoAskForOneNameShareAChildAndTheNumberOfNamesIsBounded() throws {
    let loop = try EventLoop()
    let resolver = Resolver(loop: loop)
    var answers: [String?] = []
    for _ in 0..<300 { resolver.resolve("localhost") { answers.append($0) } }
    #expect(resolver.running == 1)
    var refused = 0
    for number in 0..<300 {
      resolver.resolve(String(repeating: "x", count: 64) + "\(number)") { _ in refused += 1 }
    }
    #expect(refused >= 300 - Resolver.waitingLimit - Resolver.childLimit)
    run(loop) { answers.count == 300 && refused == 300 }
    #expect(Set(answers.compactMap { $0 }).isSubset(of: ["127.0.0.1", "::1"]) && answers[0] != nil)
  }

  @Test func anAddressIsNoName() throws {
    let resolver = Resolver(loop: try EventLoop())
    var answer: String?
    resolver.resolve("10.0.0.7") { answer = $0 }
    #expect(answer == "10.0.0.7" && resolver.running == 0)
  }

  @Test func whoLeavesBeforeARunHasStartedMakesRoomForOthers() throws {
    let loop = try EventLoop()
    let folder = try TemporaryFolder()
    let store = OutputStore(folder: folder.path, writer: DiskWriter(state: folder.path, loop: loop))
    let outputs = RunOutputs(store: store, loop: loop)
    let id = RunID(random: 7)
    for _ in 0..<1000 {
      let leave = try #require(outputs.whenStarted(id) { _ in Issue.record("it has left") })
      leave()
    }
    var stayed = 0
    var leaves: [() -> Void] = []
    while let leave = outputs.whenStarted(id, { if $0?.id == id { stayed += 1 } }) { leaves.append(leave) }
    #expect(leaves.count == 256)
    leaves[0]()
    #expect(outputs.whenStarted(id) { _ in stayed += 1 } != nil)
    var run = Run(
      id: id, service: "s", workload: .container(arguments: ["x"]), requester: "", requesterAddress: "",
      callback: "", host: "", times: RunTimes(accepted: 1))
    run.state = .running
    outputs.changed(run)
    #expect(stayed == 256)
    // A second leave, or one after the start, does nothing.
    for leave in leaves { leave() }
    outputs.changed(run)
    #expect(stayed == 256)
  }
}
