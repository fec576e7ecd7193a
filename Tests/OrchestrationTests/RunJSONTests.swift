import Testing
import Wire

@testable import Basics
@testable import Orchestration

@Suite struct RunJSONTests {
  private static let texts = [
    "", "a", "two words", "\"quoted\" \\ and / more", "Grüße 🏠", "line\nbreak\ttab", "\u{0}\u{1f}\u{7f}",
    "\u{2028}",
    "=", "-e", "{}",
  ]

  /// The latest time that is believed.
  private static let latest = RunTimes.latest

  @Test func timesThatCannotBeAreBounded() throws {
    let text =
      #"{"arguments":[],"id":"000000000001","service":"","times":{"accepted":-9223372036854775808,"#
      + #""ended":9223372036854775807,"started":-1},"type":"native"}"#
    let run = try #require(Run(json: JSON.parse(Array(text.utf8))))
    #expect(run.times == RunTimes(accepted: 0, started: 0, ended: RunTimes.latest))
  }

  private static func text(_ random: inout SplitMix64) -> String {
    texts.randomElement(using: &random) ?? ""
  }

  private static func run(_ random: inout SplitMix64) -> Run {
    let words = (0..<Int.random(in: 0...6, using: &random)).map { _ in text(&random) }
    var times = RunTimes(
      accepted: Int64.random(in: 0...latest, using: &random),
      started: [0, 1, latest].randomElement(using: &random) ?? 0)
    if let end = [nil, 5, latest].randomElement(using: &random) ?? nil { times.end(at: end) }
    var run = Run(
      id: RunID(random: random.next()), service: text(&random),
      workload: Bool.random(using: &random) ? .container(arguments: words) : .native(command: words),
      requester: text(&random), requesterAddress: text(&random), callback: text(&random), host: text(&random),
      times: times)
    let failure = RunFailure(
      RunFailure.Kind.allCases.randomElement(using: &random) ?? .pull, text(&random),
      exitCode: [nil, 0, -1, 137].randomElement(using: &random) ?? nil)
    let states: [RunState] = [
      .accepted, .placing, .pulling(percent: -1), .pulling(percent: 40), .starting, .running,
      .finished(exitCode: 0), .finished(exitCode: -7), .failed(failure), .stopped,
    ]
    run.state = states.randomElement(using: &random) ?? .accepted
    return run
  }

  @Test func whatIsWrittenOfARunIsReadBack() throws {
    var random = SplitMix64(seed: 1)
    for _ in 0..<5000 {
      let run = Self.run(&random)
      let read = try #require(Run(json: JSON.parse(run.json.encoded())))
      #expect(read.id == run.id && read.service == run.service && read.requester == run.requester)
      #expect(read.workload.kind == run.workload.kind && read.workload.arguments == run.workload.arguments)
      #expect(read.requesterAddress == run.requesterAddress && read.callback == run.callback)
      #expect(read.host == run.host && read.times == run.times)
      // Where it was on the way is asked of the Engine, not of the journal.
      #expect(read.state == (run.state.isFinal ? run.state : .accepted))
      if run.state.isFinal { #expect(read.json == run.json) }
    }
  }

  @Test func theMembersAreInAlphabeticalOrderApartFromTheStatesOwn() throws {
    var run = World.run(1, .container(arguments: ["busybox"]))
    run.state = .pulling(percent: 40)
    let text = String(decoding: run.json.encoded(), as: UTF8.self)
    #expect(
      text == """
        {"arguments":["busybox"],"attempt":0,"host":"192.168.1.7","id":"000000000001","requester":"curl",\
        "requesterAddress":"192.168.1.7","service":"hello","state":"pulling","percent":40,\
        "times":{"accepted":1},"type":"container"}
        """)
  }

  @Test func secretsAreNotInWhatIsShown() {
    var run = World.run(1, .container(arguments: ["busybox"]))
    run.source.environment = [.init(name: "KEY", value: "hunter2")]
    run.source.files = [.init(name: "/env", value: "A=hunter2")]
    #expect(!String(decoding: run.json.encoded(), as: UTF8.self).contains("hunter2"))
  }

  @Test(arguments: [
    "{}", "[]", "null", "1",
    #"{"id":"000000000001","service":"s","type":"container"}"#,
    #"{"id":"00000000001","service":"s","type":"container","times":{"accepted":1}}"#,
    #"{"id":"00000000000G","service":"s","type":"container","times":{"accepted":1}}"#,
    #"{"id":"000000000001","service":1,"type":"container","times":{"accepted":1}}"#,
    #"{"id":"000000000001","service":"s","type":"android","times":{"accepted":1}}"#,
    #"{"id":"000000000001","service":"s","type":"container","times":{"accepted":"1"}}"#,
    #"{"id":"000000000001","service":"s","type":"container","arguments":[1],"times":{"accepted":1}}"#,
  ])
  func whatIsNoRunIsNotReadAsOne(text: String) throws {
    #expect(Run(json: try JSON.parse(Array(text.utf8))) == nil)
  }

  @Test func anUnknownFailureIsStillAnEnd() throws {
    let text =
      #"{"id":"000000000001","service":"s","type":"native","arguments":["x"],"times":{"accepted":1},"#
      + #""state":"failed","failure":{"kind":"of-the-future","reason":"r"},"exitCode":9223372036854775807}"#
    let run = try #require(Run(json: JSON.parse(Array(text.utf8))))
    #expect(run.state == .failed(RunFailure(.lost, "r", exitCode: Int(Int32.max))))
  }

  @Test func theSourceIsReadBackFromItsMembers() throws {
    var source = WorkloadSource()
    source.environment = [.init(name: "KEY", value: "v"), .init(name: "", value: "")]
    source.files = [.init(name: "/a b", value: "x\ny\n")]
    var object = JSONObject()
    for (name, value) in source.members { object[name] = value }
    #expect(WorkloadSource(json: .object(object)) == source)
    #expect(WorkloadSource().members.isEmpty && WorkloadSource(json: [:])?.isEmpty == true)
  }

  @Test(arguments: [
    #"{"environment":[]}"#, #"{"environment":{"A":1}}"#, #"{"files":"x"}"#, #"{"files":{"a":null}}"#,
  ])
  func aSourceOfAnotherShapeIsNone(text: String) throws {
    #expect(WorkloadSource(json: try JSON.parse(Array(text.utf8))) == nil)
  }

  @Test func identifiersAreTwelveLowerCaseDigits() {
    #expect(RunID(random: 0).text == "000000000000")
    #expect(RunID(random: .max).text == "ffffffffffff")
    #expect(RunID("0123456789ab")?.text == "0123456789ab")
    for text in ["", "0123456789a", "0123456789abc", "0123456789aB", "0123456789a/", "0123456789ä"] {
      #expect(RunID(text) == nil)
    }
  }
}
