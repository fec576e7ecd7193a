import Containers
import Foundation
import Mesh
import Readings
import Scoring
import TestSupport
import Testing
import Wire

@testable import Agent
@testable import Basics
@testable import CommandLine
@testable import HomeEdge
@testable import Orchestration
@testable import Platform

/// What another node says over the node-to-node API, damaged in every way: read or refused, never a trap, and what was
/// read can be written and read again.
@Suite struct NodeApiFuzzTests {
  private static let run = """
    {"allowsSelf":false,"arguments":["--memory","64m","-e","A=b","busybox","sleep","9"],"attempt":3,\
    "constraints":["node.id==x","board!=y"],"host":"10.0.0.1","hostNode":"edge-orchestration-1","id":"0123456789ab",\
    "node":"edge-orchestration-0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9","onHostLoss":"tell","requester":"hue",\
    "requesterAddress":"10.0.0.2","service":"lamp","state":"pulling","percent":50,"times":{"accepted":1700000000000,\
    "started":1700000000001},"type":"container","environment":{"A":"b"},"files":{"/f":"x=1"},\
    "orphans":[{"attempt":1,"node":"n"}],"placement":{"madeAt":1,"omitted":2,"nodes":[{"address":"a","name":"n",\
    "node":"m","outcome":"refused","answer":"no","place":1,"placed":2,"rank":1.5,"score":99.5,"terms":{"heat":0.5},\
    "tier":0},{"node":"o","filtered":"it is full","tier":9}]}}
    """
  private static let ended = """
    {"arguments":["blink"],"attempt":1,"exitCode":137,"failure":{"kind":"out-of-memory","reason":"too much"},\
    "host":"10.0.0.1","id":"ffffffffffff","requester":"","requesterAddress":"","service":"s","state":"failed",\
    "times":{"accepted":1,"started":2,"ended":3},"type":"native"}
    """
  private static let facts = """
    {"address":"10.0.0.1","architecture":"arm64","cores":4,"hostname":"kitchen","profile":"raspberry-pi-3",\
    "services":[{"name":"lamp","type":"container"},{"name":"blink","type":"native"}]}
    """
  private static let words = [
    "\"id\":", "null", "-1", "9223372036854775807", "-9223372036854775808", "1e308", "-0.0", "[", "]", "{",
    "}", ",",
    "\"\"", "\"\\u001b[2J\"", "true", "\"state\":\"running\"", "\"attempt\":2147483648", "\"times\":{}",
  ]

  private static func corpus(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  @Test func bodiesOfRunsAreReadOrRefusedAndComeBackTheSame() throws {
    #expect(Run(asked: try JSON.parse(Array(Self.run.utf8)), host: "h") != nil)
    fuzz(cases: 10_000, "runs") { random in
      var mutator = Mutator(
        corpus: Self.corpus([Self.run, Self.ended]), dictionary: Self.words, seed: random.next())
      let bytes = mutator.next()
      guard let json = try? JSON.parse(bytes) else { return nil }
      if let run = Run(asked: json, host: "h") {
        guard run.isHosted, run.hostNode == "h", run.callback.isEmpty, run.orphans.isEmpty,
          run.state == .accepted,
          run.attempt >= 0, run.weight > 0
        else { return "asked: " + printable(bytes) }
        guard let again = Run(json: run.journalJSON), again.json.encoded() == run.json.encoded() else {
          return "changed by the journal: " + printable(bytes)
        }
        if case .container(let words) = run.workload {
          _ = try? RunCommand(parsing: words, source: run.source.optionSource)
        }
      }
      if let report = Run(report: json) {
        guard report.times.ended >= 0, report.times.started >= 0 else { return "times: " + printable(bytes) }
        if case .failed(let failure) = report.state, failure.reason.utf8.count > 4096 { return "reason" }
      }
      if let placement = json["placement"].flatMap({ Placement(json: $0) }) {
        guard let again = Placement(json: placement.json), again.rows.count == placement.rows.count else {
          return "placement: " + printable(bytes)
        }
      }
      return nil
    }
  }

  @Test func anOrchestratorHearsAnythingOfItsRuns() throws {
    fuzz(cases: 2000, "reports") { random in
      var orchestrator = Orchestrator(settings: Orchestrator.Settings())
      let moment = Moment(instant: Instant(nanoseconds: 5), wallMilliseconds: 1_700_000_000_000)
      for _ in 0..<20 {
        var mutator = Mutator(
          corpus: Self.corpus([Self.run, Self.ended]), dictionary: Self.words, seed: random.next())
        guard let json = try? JSON.parse(mutator.next()) else { continue }
        if let run = Run(asked: json, host: "h") {
          _ = orchestrator.host(run, command: nil, at: moment)
          _ = orchestrator.persisted(run.id, at: moment)
          _ = orchestrator.commitHosted(
            run.id, attempt: random.below(3), of: run.requesterNode, at: moment)
          _ = orchestrator.stopHosted(run.id, attempt: random.below(5), of: run.requesterNode, at: moment)
        }
        if let report = Run(report: json) {
          _ = orchestrator.hosted(report, on: "n", at: moment)
          _ = orchestrator.hostedSynced("n", at: moment)
        }
      }
      return orchestrator.runsUnderWay >= 0 && orchestrator.runs.count <= 40 ? nil : "it lost count"
    }
  }

  @Test func eventStreamsInAnyPiecesNeverTrapAndStayBounded() {
    let stream = Array(
      "event: run\nid: 1\ndata: \(Self.run)\n\n:\n\nevent: synced\ndata: {}\n\nevent: run\ndata: \(Self.ended)\n\n"
        .utf8)
    fuzz(cases: 5000, "events") { random in
      var mutator = Mutator(
        corpus: [stream], dictionary: Self.words + ["\n", "data: ", "event: synced\n", "\r\n"],
        seed: random.next())
      let bytes = mutator.next()
      var whole = EventLines()
      let expected = whole.feed(bytes)
      var pieces = EventLines()
      var found: [EventLines.Event] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = 1 + random.below(min(rest.count, 200))
        found += pieces.feed(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      return found == expected ? nil : "pieces differ: " + printable(bytes)
    }
  }

  @Test func aLineWithoutEndCostsOneBoundedBuffer() {
    var events = EventLines()
    let piece = [UInt8](repeating: 65, count: 1 << 20)
    let before = residentBytes()
    for _ in 0..<64 { #expect(events.feed(piece).isEmpty) }
    #expect(residentBytes() - before < 48 << 20)
    #expect(events.feed(Array("\nevent: synced\ndata: {}\n".utf8)) == [.synced])
  }

  private func residentBytes() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * 4096
  }

  @Test func factsOfAnyShapeMakeNamesThatCanBeShown() {
    fuzz(cases: 5000, "facts") { random in
      var mutator = Mutator(
        corpus: Self.corpus([Self.facts]), dictionary: Self.words + ["\\u009b", "\\u202e", "\u{1B}"],
        seed: random.next())
      let bytes = mutator.next()
      guard let json = try? JSON.parse(bytes) else { return nil }
      let facts = NodeFacts(json)
      let texts = [facts.name, facts.architecture, facts.board] + facts.services.map(\.name)
      guard texts.allSatisfy({ $0.sanitized() == $0 && $0.utf8.count <= 128 }),
        (0...4096).contains(facts.cores),
        facts.services.count <= 256
      else { return printable(bytes) }
      return nil
    }
  }

  @Test func whatHomeEdgeSaysIsReadOrRefused() {
    let corpus = [
      #"{"ServiceID":9007199254740992,"ServiceName":"lamp","Requester":"x","UserArgs":["docker","run","a","container"]}"#,
      #"{"ServiceID":1,"Status":"Finished"}"#, #"{"devID":"a","ScoreValue":14.5}"#,
      #"{"cpuCount":4,"cpuFreq":1400,"cpuUsage":5.5,"netBandwidth":1000,"rtt":0.002}"#,
    ]
    fuzz(cases: 10_000, "Home Edge") { random in
      var mutator = Mutator(
        corpus: Self.corpus(corpus), dictionary: Self.words + ["1e-308", "1e9", "0.0000001"],
        seed: random.next())
      let bytes = mutator.next()
      guard let json = try? JSON.parse(bytes, limits: HomeEdgeNodeRoutes.jsonLimits) else { return nil }
      if let start = HomeEdgeStart(json: json) {
        guard HomeEdgeStart(json: start.json(target: "t")) == start else {
          return "start: " + printable(bytes)
        }
      }
      if let ended = HomeEdgeNotification(json: json) {
        guard HomeEdgeNotification(json: ended.json)?.number == ended.number else { return printable(bytes) }
        _ = HomeEdgeNumber(ended.number)
      }
      let score = HomeEdgeResource(json: json)?.score ?? 0
      let wire = HomeEdgeScale.score(json["ScoreValue"]?.double ?? score) ?? 1
      return score.isFinite && score >= 0 && wire.isFinite && wire > 0 ? nil : "score: " + printable(bytes)
    }
  }

  @Test func aLogTakesSoManyLinesAMinuteAndSaysHowManyItLeftOut() {
    var budget = LineBudget(limit: 3)
    var now = Instant(nanoseconds: 5)
    #expect((0..<5).map { _ in budget.take(at: now) } == [.line, .line, .line, .none, .none])
    now = now + .seconds(59)
    #expect(budget.take(at: now) == .none)
    now = now + .seconds(1)
    #expect(budget.take(at: now) == .lineAfter(3))
    #expect(budget.take(at: now) == .line)
  }

  @Test func factsThatAreTooMuchAreCut() throws {
    let long = String(repeating: "n", count: 10_000)
    let services = JSON.array(Array(repeating: ["name": "s", "type": "container"], count: 1000))
    let facts = NodeFacts([
      "hostname": .string("\u{1B}]0;owned\u{7}" + long), "cores": 1e300, "services": services,
    ])
    #expect(facts.name.hasPrefix("?]0;owned?nnn") && facts.name.utf8.count == 128)
    #expect(facts.cores == 0 && facts.services.count == 256)
    #expect(NodeFacts("text").services.isEmpty)
  }

  @Test func addressesThatCanOnlyBeOursAreNoPeers() {
    func address(_ text: String) -> PeerAddress? { IPAddress(text).map { PeerAddress(bytes: $0.bytes) } }
    for text in [
      "127.0.0.1", "127.9.9.9", "0.0.0.0", "224.0.0.251", "255.255.255.255", "::", "::1", "ff02::fb",
    ] {
      #expect(address(text)?.isOfAnotherHost == false, "\(text)")
    }
    for text in ["10.0.0.1", "192.168.1.7", "169.254.3.4", "fe80::1", "fd77::1", "2001:db8::1"] {
      #expect(address(text)?.isOfAnotherHost == true, "\(text)")
    }
  }

  @Test func aTableShowsForeignNamesAsTheyAreAndNotAsTheyWish() {
    let table = Columns.table([["NODE", "X"], ["a\u{1B}[2J\nb", "1"]])
    #expect(table == "NODE     X\na?[2J?b  1\n")
  }
}
