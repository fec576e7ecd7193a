import Basics
import Testing
import Wire

private func parse(_ text: String, rules: Conf.Rules = .hearth) throws(ConfError) -> Conf {
  try Conf.parse(Array(text.utf8), file: "hearth.conf", rules: rules)
}

/// The message of the error that `body` throws, or nil.
private func refusal(_ body: () throws(ConfError) -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return error.message
  }
}

private let shape = ConfShape([
  ConfShape.Keys("api", ["address", "port"]),
  ConfShape.Keys("volume", ["path"], labelled: true),
  ConfShape.Keys("peer", ["path"], labelled: nil),
])

@Suite struct ConfTests {
  @Test func sectionsEntriesAndTheirLinesAreKept() throws {
    let conf = try parse(
      "# first\n\n[api]\n  port = 56001\n; other\naddress=::1\n[volume \"data\"]\npath = /a b\n")
    #expect(conf.sections.map { $0.name } == ["api", "volume"])
    #expect(conf.section("api").text("port") == "56001")
    #expect(conf.section("api").entry("port")?.line == 4)
    #expect(conf.section("api").entry("address")?.line == 6)
    #expect(conf.section("api").line == 3)
    #expect(conf.sections(named: "volume").first?.label == "data")
    #expect(conf.sections(named: "volume").first?.text("path") == "/a b")
  }

  @Test func aLabelNeedsNoQuotes() throws {
    let conf = try parse("[volume data]\n[ volume  \"other one\" ] # why\n")
    #expect(conf.sections.map { $0.label } == ["data", "other one"])
  }

  @Test func byteOrderMarkAndCarriageReturnsAreTolerated() throws {
    let conf = try parse("\u{FEFF}[api]\r\nport = 1\r\n\r\naddress = x")
    #expect(conf.section("api").text("port") == "1")
    #expect(conf.section("api").text("address") == "x")
  }

  @Test func aHashAfterABlankEndsAValueAndOneInsideAWordDoesNot() throws {
    let conf = try parse("[api]\nport = 1 # the port\naddress = a#b ; c\n")
    #expect(conf.section("api").text("port") == "1")
    #expect(conf.section("api").text("address") == "a#b ; c")
    #expect(try parse("[api]\nport = # none\n").section("api").text("port") == "")
  }

  @Test func homeEdgeValuesStayVerbatimUpToASemicolonAfterABlank() throws {
    let text = "[ServiceInfo]\nExecCmd = docker run -e A=b # x;y image\nServiceName=a = b      ; Name\n"
    let section = try parse(text, rules: .homeEdge).section("ServiceInfo")
    #expect(section.text("ExecCmd") == "docker run -e A=b # x;y image")
    #expect(section.text("ServiceName") == "a = b")
  }

  @Test func anAbsentSectionIsEmptyAndNamesTheFileWhenAKeyIsRequired() throws {
    let conf = try parse("")
    #expect(conf.section("api").entries.isEmpty)
    #expect(
      refusal { () throws(ConfError) in _ = try conf.section("api").required("port") }
        == "hearth.conf: [api] needs 'port = …'")
  }

  @Test(arguments: [
    ("[api\nport = 1", "hearth.conf:1: expected [section] or [section \"label\"]"),
    ("[]", "hearth.conf:1: expected [section] or [section \"label\"]"),
    ("[a \"b]", "hearth.conf:1: expected [section] or [section \"label\"]"),
    ("[a] b", "hearth.conf:1: expected [section] or [section \"label\"]"),
    ("[a \"\"]", "hearth.conf:1: expected [section] or [section \"label\"]"),
    ("[api]\n\nport", "hearth.conf:3: expected [section] or key = value"),
    ("[api]\n= 1", "hearth.conf:2: expected a key before '='"),
    ("[api]\nport = 1\nport = 2", "hearth.conf:3: 'port' is there already, in line 2"),
    ("[api]\n[b]\n[api]", "hearth.conf:3: [api] is there already, in line 1"),
    ("[api]\nport = \u{1}", "hearth.conf:2: control character 1; expected text"),
    ("[api]\nport = \u{0}", "hearth.conf:2: control character 0; expected text"),
  ])
  func anErrorNamesFileLineAndExpectation(_ text: String, _ message: String) {
    #expect(refusal { () throws(ConfError) in _ = try parse(text) } == message)
  }

  @Test func bytesThatAreNotUTF8AreRefusedWithTheirLine() {
    let bytes = Array("[api]\nport = ".utf8) + [0xC3, 0x28]
    #expect(throws: ConfError(file: "x", line: 2, text: "the line is not UTF-8")) {
      try Conf.parse(bytes, file: "x")
    }
  }

  @Test func everySizeIsBounded() throws {
    var rules = Conf.Rules()
    rules.textLimit = 20
    rules.lineLimit = 10
    rules.entryLimit = 3
    #expect(refusal { () throws(ConfError) in _ = try parse("[api]\na = 1\nb = 2", rules: rules) } == nil)
    #expect(
      refusal { () throws(ConfError) in _ = try parse("[api]\na=1\nb=2\nc=3", rules: rules) }
        == "hearth.conf:4: more than 3 entries")
    #expect(
      refusal { () throws(ConfError) in _ = try parse("[api]\na = 1234567", rules: rules) }
        == "hearth.conf:2: the line has 11 bytes; at most 10 are read")
    #expect(
      refusal { () throws(ConfError) in _ = try parse("[api]\n# 3456789\n#\n#\n#\n", rules: rules) }
        == "hearth.conf: 22 bytes; at most 20 are read")
  }

  @Test func aRepeatableKeyKeepsAllItsValuesAndTheLastCounts() throws {
    let section = try parse("[api]\nport=1\nport=2", rules: .init(repeatable: ["port"])).section("api")
    #expect(section.entries.map { $0.value } == ["1", "2"])
    #expect(section.text("port") == "2")
  }

  @Test func aKeyBeforeAnySectionIsKeptAndThenRefusedAsUnknown() throws {
    let conf = try parse("port = 1\n[api]\n")
    #expect(conf.section("").text("port") == "1")
    #expect(
      refusal { () throws(ConfError) in try conf.refuseUnknown(shape) }
        == "hearth.conf:1: 'port' stands before the first section; known sections: [api], [volume], [peer]")
  }

  @Test(arguments: [
    ("[api]\nport = 1\nprot = 2", "hearth.conf:3: unknown key 'prot' in [api]; known: address, port"),
    ("[apis]", "hearth.conf:1: unknown section [apis]; known: [api], [volume], [peer]"),
    ("[api x]", "hearth.conf:1: [api \"x\"] has a label; expected [api]"),
    ("[volume]", "hearth.conf:1: [volume] needs a label: [volume \"…\"]"),
    ("[api]\nport = 1\n[volume x]\npath = 1\n[peer]\n[peer y]", nil),
  ])
  func whatTheShapeDoesNotKnowIsRefused(_ text: String, _ message: String?) throws {
    let conf = try parse(text)
    #expect(refusal { () throws(ConfError) in try conf.refuseUnknown(shape) } == message)
  }

  @Test func aLaterFileReplacesKeyByKeyAndKeepsItsOwnName() throws {
    var conf = try parse("[api]\nport = 1\naddress = a\n[volume x]\npath = 1\n")
    let later = try Conf.parse(Array("[api]\nport = 2\n[volume y]\npath = 2\n".utf8), file: "20.conf")
    conf.override(with: later)
    #expect(conf.section("api").text("port") == "2")
    #expect(conf.section("api").text("address") == "a")
    #expect(conf.sections(named: "volume").map { $0.label } == ["x", "y"])
    #expect(
      refusal { () throws(ConfError) in _ = try conf.section("api").integer("port", in: 5...9) }
        == "20.conf:2: port = 2; expected a whole number from 5 to 9")
  }
}
