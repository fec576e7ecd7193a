import Foundation
import Testing

/// Real agents on real sockets, several hosts on one machine. Times have a margin for a machine that does much else.
@Suite(.enabled(if: Lab.hasNamespaces, "needs root and network namespaces")) struct MembershipTests {
  @Test func eightNodesSeeEachOtherAndACrashAnExitAndAReturn() throws {
    let home = try NamespaceHome(8)
    try home.start()
    let seen = try home.assemble()
    home.mark()
    // The host that is killed says nothing more.
    let others = Array(1...7)
    try home.agent(8).kill9()
    let died = try home.all(others, say: "died", of: [8], within: 6)
    home.mark()
    try home.start(8)
    let returned = try home.all(others, say: "returned", of: [8], within: 5)
    try home.all([8], say: "appeared", of: others, within: 5)
    home.mark()
    #expect(try home.agent(7).terminate() == 0)
    let left = try home.all([1, 2, 3, 4, 5, 6, 8], say: "left", of: [7], within: 2)
    for host in 1...6 { #expect(!home.news(host).contains("a peer died:"), "\(home.news(host))") }
    print("home of 8: all seen \(seen) ms, crash \(died) ms, return \(returned) ms, exit \(left) ms")
  }

  @Test func aNodeThatWasStoppedRefutesItsDeath() throws {
    let home = try NamespaceHome(3)
    try home.start()
    try home.assemble()
    home.mark()
    home.agent(3).child?.signal(SIGSTOP)
    try home.all([1, 2], say: "died", of: [3], within: 6)
    Thread.sleep(forTimeInterval: 6)
    home.agent(3).child?.signal(SIGCONT)
    let back = try home.all([1, 2], say: "returned", of: [3], within: 5)
    #expect(!home.news(3).contains("a peer died:"), "who was stopped blames nobody: \(home.news(3))")
    print("a stopped node is back after \(back) ms")
  }

  @Test func aNodeWithAnotherKeyStaysForeignAndIsReportedOnce() throws {
    let home = try NamespaceHome(3)
    try home.write("another home's key of some length", "home.key", 3)
    try home.start()
    try home.all([1, 2], say: "appeared", of: [1, 2], within: 10)
    Thread.sleep(forTimeInterval: 6)
    for host in [1, 2] {
      let text = home.log(host)
      #expect(text.components(separatedBy: "node at 10.77.0.3 has another home key").count == 2, "\(text)")
      #expect(!home.said(host, "appeared", of: 3))
    }
    #expect(!home.log(3).contains("a peer appeared:"))
  }

  @Test func aHomeChangesItsKeyWithoutLosingAnyone() throws {
    let home = try NamespaceHome(3)
    try home.start()
    try home.assemble()
    home.mark()
    for host in 1...3 { try home.write("the next key of this very home", "home.key.next", host) }
    for host in 1...3 {
      try Lab.eventually(within: 15, "host \(host) accepts the next key") {
        home.news(host).contains("accepted too")
      }
    }
    // One seals with the new key while the others still have the old one.
    func renew(_ host: Int) {
      rename(home.file("home.key", host), home.file("home.key.old", host))
      rename(home.file("home.key.next", host), home.file("home.key", host))
    }
    let first = home.news(1)
    renew(1)
    try Lab.eventually(within: 15, "host 1 has the new key") { home.news(1).count > first.count }
    Thread.sleep(forTimeInterval: 3)
    home.expectNoLosses()
    renew(2)
    renew(3)
    Thread.sleep(forTimeInterval: 11)
    for host in 1...3 { unlink(home.file("home.key.old", host)) }
    Thread.sleep(forTimeInterval: 14)
    home.expectNoLosses()
    for host in 1...3 { #expect(!home.log(host).contains("another home key"), "\(home.log(host))") }
    // It is the new key that is in use: the old one opens nothing now.
    try home.agent(3).kill9()
    try home.write(NamespaceHome.key, "home.key", 3)
    try home.start(3)
    try Lab.eventually(within: 6, "host 1 takes host 3 for a stranger") {
      home.log(1).contains("node at 10.77.0.3 has another home key")
    }
  }

  @Test func aCableThatIsPulledAndPluggedInAgain() throws {
    let home = try NamespaceHome(3)
    try home.start()
    try home.assemble()
    home.mark()
    try home.network.link(3, up: false)
    try home.all([1, 2], say: "died", of: [3], within: 6)
    try home.all([3], say: "died", of: [1, 2], within: 6)
    #expect(home.news(3).contains("no network interface serves the home"))
    home.mark()
    try home.network.link(3, up: true)
    let back = try home.all([1, 2, 3], say: "returned", of: [3], within: 6)
    try home.all([3], say: "returned", of: [1, 2], within: 6)
    print("a cable plugged in: back after \(back) ms")
  }

  @Test func aFifthOfAllPacketsLostForHalfAMinuteKillsNobody() throws {
    let home = try NamespaceHome(4)
    try home.start()
    try home.assemble()
    home.mark()
    try home.network.loss(20)
    Thread.sleep(forTimeInterval: 30)
    home.expectNoLosses()
    try home.network.loss(0)
    try home.agent(4).kill9()
    try home.all([1, 2, 3], say: "died", of: [4], within: 6)
  }

  @Test func aPartitionHeals() throws {
    let home = try NamespaceHome(4)
    try home.start()
    try home.assemble()
    home.mark()
    try home.network.partition([1, 2], [3, 4])
    try home.all([1, 2], say: "died", of: [3, 4], within: 8)
    try home.all([3, 4], say: "died", of: [1, 2], within: 8)
    for (one, other) in [(1, 2), (2, 1), (3, 4), (4, 3)] { #expect(!home.said(one, "died", of: other)) }
    home.mark()
    try home.network.heal()
    try home.all([1, 2], say: "returned", of: [3, 4], within: 8)
    try home.all([3, 4], say: "returned", of: [1, 2], within: 8)
  }

  @Test func aKeyThatOthersCanReadIsRefusedInWords() throws {
    let home = try NamespaceHome(1)
    chmod(home.file("home.key", 1), 0o644)
    try home.agent(1).start(awaitsAnswer: false)
    let child = try #require(home.agent(1).child)
    #expect(try child.end() == 1)
    #expect(child.error.contains("chmod 600 \(home.file("home.key", 1))"), "\(child.error)")
    // What follows looks for an agent that runs.
    chmod(home.file("home.key", 1), 0o600)
    try home.start()
  }
}
