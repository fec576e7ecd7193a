import Foundation
import Scoring
import Simulation
import TestSupport
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import Reports

private func parse(_ text: String) throws -> HomeFile {
  try HomeFile.parse(Array(text.utf8), file: "home.conf", profiles: Profiles())
}

/// The message of the error with which a text is refused; empty where it is taken.
private func refusal(of text: String) throws -> String {
  let profiles = try Profiles()
  do throws(ConfError) {
    _ = try HomeFile.parse(Array(text.utf8), file: "home.conf", profiles: profiles)
    return ""
  } catch {
    return error.message
  }
}

/// The descriptions of homes that `hearth simulate` reads.
@Suite struct HomeFileTests {
  private static let home = "[node \"a\"]\nboard = raspberry-pi-4\n"
  private static let load = "[load \"x\"]\nevery = 20 s\nwork = 40 s\n"

  @Test func theExampleIsTheFileInDocsAndHasEveryKey() throws {
    let house = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: house.appendingPathComponent("docs/simulate.conf"), encoding: .utf8)
    #expect(text == String(decoding: HomeFile.example, as: UTF8.self))
    let source = try String(
      contentsOf: house.appendingPathComponent("Sources/Simulation/HomeFileParser.swift"), encoding: .utf8)
    var count = 0
    for match in source.matches(of: /ConfShape.Keys\(\s*"([a-z]+)",\s*\[([^\]]*)\]/) {
      for key in match.2.matches(of: /"([a-z-]+)"/) {
        count += 1
        #expect(text.contains("\n\(key.1) = "), "\(key.1)")
      }
    }
    #expect(count == 19)
    let home = try parse(text)
    #expect(home.nodeCount == 3 && home.loads.count == 2 && home.crashes.count == 1)
  }

  @Test func everyKeyIsTaken() throws {
    let home = try parse(
      """
      [load "x"]
      every = 2 min
      evenly = yes
      burst = 4
      work = 500 ms
      spread = 0.5
      bound = network
      memory = 64 MiB
      tells-memory = no
      cores = 2
      from = b
      [node "a"]
      board = raspberry-pi-4
      link = wifi
      memory = 3 GiB
      [node "b"]
      board = raspberry-pi-3
      link = 40 Mbit/s
      count = 2
      [crash "b-2"]
      at = 1 min
      for = 30
      [simulation]
      length = 1 h
      seed = 7
      runs = 5
      """)
    #expect(home.groups.map { $0.name } == ["a", "b"] && home.groups.map { $0.count } == [1, 2])
    #expect(home.groups[0].board.isWireless && home.groups[0].board.linkRate == 80)
    #expect(home.groups[0].board.memory == 3 << 30)
    #expect(!home.groups[1].board.isWireless && home.groups[1].board.linkRate == 40)
    let load = home.loads[0]
    #expect(load.name == "x" && load.every == 120 && load.isEven && load.burst == 4 && load.work == 0.5)
    #expect(load.spread == 0.5 && load.job.bound == .network && load.job.memory == 64 << 20)
    #expect(!load.job.tellsMemory && load.job.threads == 2 && load.from == 1..<3)
    #expect(home.crashes.map { $0.node } == [2] && home.crashes[0].at == 60 && home.crashes[0].seconds == 30)
    #expect(home.length == 3600 && home.seed == 7 && home.runs == 5)
    #expect(home.changes == [.none, .without(0), .without(1), .more(0), .more(1)])
  }

  @Test func withoutAndWithOneMoreTheRequestsAreTheSame() throws {
    let home = try parse(
      Self.home + "[node \"b\"]\nboard = raspberry-pi-3\ncount = 2\n" + Self.load + "spread = 1\n")
    var works: [[Double]] = []
    for change in home.changes {
      var random = Randomness(seed: 1)
      let scenario = home.scenario(change)
      let boards = scenario.boards(&random)
      let jobs = scenario.load(boards, &random)
      #expect(jobs.allSatisfy { boards.indices.contains($0.origin) && $0.arrival < 1800 })
      works.append(jobs.map { $0.arrival + $0.work })
      switch change {
      case .none: #expect(boards.map { $0.name } == ["a", "b-1", "b-2"])
      case .without(0): #expect(boards.map { $0.name } == ["b-1", "b-2"])
      case .without: #expect(boards.map { $0.name } == ["a", "b-1"])
      case .more: #expect(boards.map { $0.name } == ["a", "b-1", "b-2", "one more"])
      }
    }
    #expect(works.count == 5 && works.allSatisfy { $0 == works[0] } && works[0].count > 50)
  }

  private static let wrong: [(String, String)] = [
    ("", "home.conf: no node; add [node \"NAME\"]"),
    ("\(home)", "home.conf: no load; add [load \"NAME\"]"),
    ("[node]\nboard = raspberry-pi-4\n", "home.conf:1: [node] needs a label"),
    (
      "[nodes \"a\"]\n",
      "home.conf:1: unknown section [nodes \"a\"]; known: [node], [load], [crash], [simulation]"
    ),
    (
      "\(home)speed = 3\n",
      "home.conf:3: unknown key 'speed' in [node \"a\"]; known: board, link, memory, count"
    ),
    ("[node \"a\"]\nlink = wifi\n", "home.conf:1: [node \"a\"] needs 'board = …'"),
    ("[node \"a\"]\nboard = vax\n", "home.conf:2: board = vax; expected one of generic-arm64, "),
    (
      "\(home)link = carrier pigeon\n",
      "home.conf:3: link = carrier pigeon; expected ethernet, wifi or a rate"
    ),
    (
      "\(home)link = 0\n",
      "home.conf:3: link = 0; expected ethernet, wifi or a rate from 0.1 to 100000 Mbit/s"
    ),
    ("\(home)memory = 3 GB\n", "home.conf:3: memory = 3 GB; expected a number from"),
    ("\(home)count = 33\n", "home.conf:3: count = 33; expected a whole number from 1 to 32"),
    (
      "\(home)count = 32\n[node \"b\"]\nboard = raspberry-pi-3\n",
      "home.conf:4: more than 32 nodes; take some away"
    ),
    (
      "\(home)count = 2\n[node \"a-2\"]\nboard = raspberry-pi-3\n",
      "home.conf:4: there is a node a-2 already; choose another name"
    ),
    (
      "[node \"a-2\"]\nboard = raspberry-pi-3\n" + "\(home)count = 2\n",
      "home.conf:3: there is a node a-2 already; choose another name"
    ),
    ("\(home)\(home)", "home.conf:3: [node \"a\"] is there already, in line 1"),
    ("\(home)[load \"x\"]\nwork = 40 s\n", "home.conf:3: [load \"x\"] needs 'every = …'"),
    ("\(home)[load \"x\"]\nevery = 40 s\n", "home.conf:3: [load \"x\"] needs 'work = …'"),
    (
      "\(home)[load \"x\"]\nevery = 0\nwork = 1\n",
      "home.conf:4: every = 0; expected a number from 0.01 to 86400 s"
    ),
    (
      "\(home)[load \"x\"]\nevery = 1\nwork = 2 d\n",
      "home.conf:5: work = 2 d; expected a number from 0.01 to 86400 s"
    ),
    ("\(home)\(load)evenly = perhaps\n", "home.conf:6: evenly = perhaps; expected yes or no"),
    ("\(home)\(load)burst = 0\n", "home.conf:6: burst = 0; expected a whole number from 1 to 1000"),
    ("\(home)\(load)spread = 4\n", "home.conf:6: spread = 4; expected a number from 0 to 3"),
    ("\(home)\(load)bound = gpu\n", "home.conf:6: bound = gpu; expected cpu, memory or network"),
    ("\(home)\(load)cores = 1.5\n", "home.conf:6: cores = 1.5; expected a whole number from 1 to 64"),
    (
      "\(home)\(load)memory = 1 GiB\n",
      "home.conf:6: no node has so much memory; say less, or more in a [node]"
    ),
    ("\(home)\(load)from = b\n", "home.conf:3: there is no node 'b'; known: a"),
    ("\(home)\(load)[crash \"b\"]\nat = 1\nfor = 20\n", "home.conf:6: there is no node 'b'; known: a"),
    ("\(home)\(load)[crash \"a\"]\nfor = 20\n", "home.conf:6: [crash \"a\"] needs 'at = …'"),
    (
      "\(home)\(load)[crash \"a\"]\nat = 1\nfor = 1\n",
      "home.conf:8: for = 1; expected a number from 10 to 86400 s"
    ),
    (
      "[node \"a\"]\nboard = raspberry-pi-4\ncount = 2\n\(load)[crash \"a\"]\nat = 1\nfor = 20\n[crash \"a-1\"]\nat = 1\nfor = 20\n",
      "home.conf:10: this node crashes already"
    ),
    (
      "\(home)\(load)[simulation]\nlength = 2 s\n",
      "home.conf:7: length = 2 s; expected a number from 10 to 86400 s"
    ),
    ("\(home)\(load)[simulation]\nseed = -1\n", "home.conf:7: seed = -1; expected a whole number"),
    (
      "\(home)\(load)[simulation]\nruns = 21\n",
      "home.conf:7: runs = 21; expected a whole number from 1 to 20"
    ),
    (
      "\(home)[load \"x\"]\nevery = 1 s\nwork = 1 s\nburst = 10\n[simulation]\nlength = 1 h\n",
      "home.conf:8: about 36000 requests in 3600 s, at most 5000 are simulated; make length shorter or every longer"
    ),
    (
      "\(home)count = 30\n[load \"x\"]\nevery = 1 min\nwork = 1 s\n[simulation]\nlength = 1 d\n",
      "home.conf:8: this would take minutes; make runs or length"
    ),
  ]

  @Test(arguments: wrong)
  func whatIsWrongIsSaidWithItsLine(text: String, expected: String) throws {
    let message = try refusal(of: text)
    #expect(message.hasPrefix(expected), "\(message)")
  }

  @Test func noMoreThanSixteenLoadsAreTaken() throws {
    var text = Self.home
    for number in 1...17 { text += "[load \"x\(number)\"]\nevery = 1 min\nwork = 1\n" }
    #expect(try refusal(of: text) == "home.conf:51: more than 16 loads; take some away")
  }

  @Test func damagedFilesAreHomesWithinTheirBoundsOrErrors() throws {
    let profiles = try Profiles()
    fuzz(cases: 4000, "home file") { random in
      var mutator = Mutator(
        corpus: [HomeFile.example, Array((Self.home + Self.load).utf8)],
        dictionary: [
          "[node \"b\"]\n", "[load \"y\"]\n", "count = 31\n", "from = ", "attic-1", " = ", "0", "9", "-",
          " h\n",
        ],
        seed: random.next())
      let text = mutator.next()
      do throws(ConfError) {
        let home = try HomeFile.parse(text, file: "f", profiles: profiles)
        guard home.nodeCount <= HomeFile.nodeLimit, home.loads.count <= HomeFile.loadLimit else {
          return printable(text)
        }
        for change in home.changes {
          var dice = Randomness(seed: home.seed)
          let scenario = home.scenario(change)
          let boards = scenario.boards(&dice)
          let jobs = scenario.load(boards, &dice)
          guard !boards.isEmpty, jobs.count <= 3 * HomeFile.requestLimit else { return printable(text) }
          for job in jobs where !boards.indices.contains(job.origin) || !(job.work > 0) {
            return printable(text)
          }
          for crash in scenario.crashes where !boards.indices.contains(crash.node) { return printable(text) }
        }
        return nil
      } catch {
        return error.message.hasPrefix("f:") ? nil : printable(text)
      }
    }
  }
}

/// What is simulated of such a home, and what is said of it.
@Suite struct HomeTrialTests {
  private static func report(_ text: String) throws -> SimulationReport {
    let home = try parse(text)
    var trials: [HomeTrial] = []
    for change in home.changes {
      let trial = HomeTrial(home, change)
      for _ in 0..<home.runs { trial.simulate() }
      trials.append(trial)
    }
    return SimulationReport(home, trials)
  }

  private static let light = """
    [node "desk"]
    board = raspberry-pi-4
    [node "attic"]
    board = raspberry-pi-zero-2
    [load "x"]
    every = 30 s
    work = 10 s
    memory = 64 MiB
    [simulation]
    length = 5 min
    runs = 1
    """

  @Test func theSameFileLeadsToTheSameFigures() throws {
    let first = try Self.report(Self.light)
    let second = try Self.report(Self.light)
    #expect(first.text == second.text && first.json == second.json)
    let other = try Self.report(Self.light + "\nseed = 2\n")
    #expect(other.json != first.json)
  }

  @Test func aSlowBoardBesideAFastIdleOneIsNotMissed() throws {
    let report = try Self.report(Self.light)
    #expect(report.json["helpsMost"]?.string == "desk" && report.json["couldBeOff"]?.string == "attic")
    let text = report.text
    #expect(text.contains("\ndesk helps most: without it a run takes "))
    #expect(text.contains("\nattic could be switched off: a run would take "))
    // Both profiles know what their boards draw.
    #expect(text.contains(", and the home would draw 1."))
    #expect(
      text.contains("\nNo request had to wait for room, no runs were killed for memory, none were moved"))
    let homes = report.json["homes"]?.array ?? []
    #expect(homes.count == 5)
    let slowdowns = homes.compactMap { $0["slowdown"]?.double }
    #expect(slowdowns == slowdowns.sorted())
    #expect((slowdowns.first ?? 0) >= 1 && homes.last?["without"]?.string == "desk")
  }

  @Test func whatIsMoreThanAHomeCanDoIsSaid() throws {
    let report = try Self.report(
      """
      [node "attic"]
      board = raspberry-pi-zero-2
      memory = 450 MiB
      [load "x"]
      every = 5 s
      work = 300 s
      memory = 200 MiB
      [simulation]
      length = 5 min
      runs = 1
      """)
    let text = report.text
    #expect(text.contains(" had not ended when the simulation did: attic is overloaded: its runs want "))
    #expect(text.contains(" MiB of memory at a time, it has 450.\n"))
    #expect(text.contains("over ") && text.contains("One more raspberry-pi-zero-2 would help most"))
    #expect((report.json["loads"]?.array?.first?["waitedShare"]?.double ?? 0) > 0.5)
    #expect(report.json["couldBeOff"] == nil && report.json["helpsMost"] == nil)
  }

  /// What is said instead of a simulation.
  private static func overload(_ nodes: String, _ load: String) throws -> String {
    try parse(nodes + "\n[load \"x\"]\n" + load).refusedOverload?.text ?? ""
  }

  @Test func aLoadFarBeyondAHomeIsAnsweredWithWhatIsAskedAndWhatItCanDo() throws {
    let one = "[node \"a\"]\nboard = raspberry-pi-4"
    let two = one + "\n[node \"b\"]\nboard = raspberry-pi-3"
    let begin = "a is overloaded: 100 s of "
    #expect(
      try Self.overload(one, "every = 1 s\nwork = 100 s")
        .hasPrefix(begin + "work arrive each second, it can do "))
    #expect(
      try Self.overload(one, "every = 10 s\nburst = 10\nwork = 100 s\nbound = network\nfrom = a")
        .hasPrefix(begin + "transfer arrive each second, it can do "))
    #expect(
      try Self.overload(one, "every = 1 s\nwork = 100 s\nbound = memory")
        .hasPrefix(begin + "copying arrive each second, it can do "))
    #expect(
      try Self.overload(two, "every = 1 s\nwork = 100 s")
        .hasPrefix("this home is overloaded: 100 s of work arrive each second, it can do "))
    let memory = try Self.overload(one, "every = 1 s\nwork = 5 s\nmemory = 512 MiB")
    #expect(
      memory.hasPrefix("a is overloaded: its runs want ")
        && memory.contains(" MiB of memory at a time, it has "))
    // Enough, and a little too much: that is simulated.
    #expect(try Self.overload(one, "every = 30 s\nwork = 10 s") == "")
    #expect(try Self.overload(one, "every = 60 s\nwork = 1000 s") == "")
  }

  @Test func aSimulationInWhichTooManyWaitIsGivenUpAndTheExampleIsNot() throws {
    let home = try parse(
      """
      [node "a"]
      board = raspberry-pi-4
      memory = 1 GiB
      [load "x"]
      every = 900 s
      evenly = yes
      burst = 500
      work = 3 s
      memory = 1 GiB
      [simulation]
      runs = 1
      """)
    #expect(home.refusedOverload == nil)
    #expect(!HomeTrial(home, .none).simulate())
    let example = try HomeFile.parse(HomeFile.example, file: "f", profiles: Profiles())
    #expect(HomeTrial(example, .none).simulate())
  }

  @Test func requestsOutliveACrashOfTheNodeThatWasAsked() throws {
    let report = try Self.report(
      """
      [node "a"]
      board = raspberry-pi-4
      [node "b"]
      board = raspberry-pi-4
      [load "x"]
      every = 5 s
      work = 20 s
      from = a
      [crash "a"]
      at = 2 min
      for = 1 min
      [simulation]
      length = 5 min
      runs = 2
      """)
    let all = report.json["loads"]?.array?.first
    #expect(all?["unfinishedShare"]?.double == 0)
    #expect((all?["waitedShare"]?.double ?? 0) > 0.1)
  }
}
