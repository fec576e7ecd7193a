import Containers
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import Platform
@testable import Settings

@Suite struct ArgumentsTests {
  @Test func anOptionHasItsValueBehindItOrBehindAnEqualsSign() throws {
    for words in [["--api", "a=b", "rest"], ["--api=a=b", "rest"]] {
      var arguments = Arguments(words)
      #expect(try arguments.option("--api") == "a=b")
      #expect(arguments.rest == ["rest"])
    }
  }

  @Test func anOptionMayBeEmptyAndMayLookLikeAnOption() throws {
    var arguments = Arguments(["--api=", "--api", "", "--api", "--api"])
    for expected in ["", "", "--api"] { #expect(try arguments.option("--api") == expected) }
    #expect(arguments.rest.isEmpty)
  }

  @Test func anotherOptionIsLeftAlone() throws {
    var arguments = Arguments(["--apiary", "x"])
    #expect(try arguments.option("--api") == nil)
    #expect(arguments.rest == ["--apiary", "x"])
    var none = Arguments([])
    #expect(try none.option("--api") == nil)
  }

  @Test func anOptionWithoutValueIsAnErrorThatNamesIt() {
    var arguments = Arguments(["--api"])
    #expect { try arguments.option("--api") } throws: { ($0 as? UsageError)?.text == "--api needs a value" }
  }

  @Test func flagsAreTakenOneByOneUnderAnyOfTheirNames() {
    var arguments = Arguments(["-d", "--detach", "x"])
    for isThere in [true, true, false] { #expect(arguments.flag("-d", "--detach") == isThere) }
    #expect(arguments.next() == "x" && arguments.next() == nil)
    #expect(arguments.flag("-d") == false)
  }

  @Test func anOperandIsNoOption() throws {
    var arguments = Arguments(["a", "-", "", "-x"])
    #expect(try arguments.operand() == "a")
    #expect(try arguments.operand() == "-")
    #expect(try arguments.operand() == "")
    #expect { try arguments.operand() } throws: { ($0 as? UsageError)?.text == "unknown option -x" }
    #expect { try arguments.end() } throws: { ($0 as? UsageError)?.text == "unexpected '-x'" }
    var none = Arguments([])
    #expect(try none.operand() == nil)
    try none.end()
  }

  @Test func aUsageErrorEndsWithTwo() {
    #expect(CommandFailure(UsageError("x")).exitCode == 2)
    #expect(CommandFailure("x").exitCode == 1)
  }

  @Test func theWordsOfThisProcessAreFound() {
    #expect(Arguments.ofProcess().rest == Array(CommandLine.arguments.dropFirst()))
  }
}

@Suite struct OptionValuesTests {
  private static let name = ProgramOption("--name", value: "NAME", "a name", isRepeatable: true)
  private static let quiet = ProgramOption("--quiet", short: "-q", "say less")

  private func values(
    _ words: [String], _ order: OptionValues.Order = .anywhere
  ) throws -> OptionValues {
    try OptionValues(Arguments(words), options: [Self.name, Self.quiet], order: order)
  }

  @Test func optionsMayBeAnywhere() throws {
    let found = try values(["a", "--name", "x", "-q", "b", "--name=y", ""])
    #expect(found.operands == ["a", "b", ""])
    #expect(found.all(Self.name) == ["x", "y"] && found[Self.name] == "y")
    #expect(found.has(Self.quiet) && found[Self.quiet] == "")
    let none = try values([])
    #expect(none.operands.isEmpty && none[Self.name] == nil && !none.has(Self.quiet))
  }

  @Test func behindTheFirstOtherWordNothingIsAnOptionWhereTheyComeFirst() throws {
    let found = try values(["--quiet", "--rm", "--name", "x"], .first)
    #expect(found.has(Self.quiet) && found.operands == ["--rm", "--name", "x"])
    #expect(!found.has(Self.name))
    let handedOn = try values(["--quiet", "x"], .nowhere)
    #expect(handedOn.operands == ["--quiet", "x"] && !handedOn.has(Self.quiet))
  }

  @Test(arguments: [
    (["--nonsense"], "unknown option --nonsense"), (["a", "-x"], "unknown option -x"),
    (["--name"], "--name needs a value"), (["--quiet=1"], "unknown option --quiet=1"),
  ])
  func whatMakesNoSenseIsNamed(words: [String], text: String) {
    #expect { try values(words) } throws: { ($0 as? UsageError)?.text == text }
  }

  @Test func anOperandSaysHowManyWordsItIs() throws {
    let words = [[], ["a"], ["a", "b"]]
    for (count, good) in [
      (Operand.Count.one, [1]), (.optional, [0, 1]), (.many, [1, 2]), (.rest, [0, 1, 2]),
    ] {
      let operand = Operand("X", count, lack: "name an X")
      for list in words {
        if good.contains(list.count) {
          try operand.check(list)
        } else {
          let wanted = list.isEmpty ? "name an X" : "unexpected 'b'"
          #expect { try operand.check(list) } throws: { error in
            let failure = error as? CommandFailure
            return failure?.text == wanted && failure?.exitCode == 2 && failure?.kind == .usage
          }
        }
      }
    }
  }
}

@Suite struct TerminalTests {
  @Test func aTextIsBrokenAtBlanksAndIndented() {
    #expect(Columns.wrapped("one two three", indent: 2, width: 9) == "one two\n  three")
    #expect(Columns.wrapped("unbreakable a", indent: 4, width: 8) == "unbreakable\n    a")
    #expect(Columns.wrapped("", indent: 4, width: 8) == "")
  }

  @Test func columnsAreAsWideAsTheirWidestCell() {
    #expect(
      Columns.table([["ID", "NAME", "X"], ["1", "lamp", "y"], ["200", "", ""]]) == """
        ID   NAME  X
        1    lamp  y
        200        

        """)
  }

  @Test func rowsMayBeOfDifferentLengths() {
    #expect(Columns.table([["a"], ["b", "c"], []]) == "a\nb  c\n\n")
    #expect(Columns.table([]) == "")
  }

  @Test func aCellIsAsWideAsItsCharacters() {
    #expect(Columns.table([["ü", "x"], ["ab", "y"]]) == "ü   x\nab  y\n")
  }

  @Test(arguments: [
    (Int64.min, "0 seconds"), (-5, "0 seconds"), (0, "0 seconds"), (1, "1 second"), (59, "59 seconds"),
    (60, "1 minute"), (119, "1 minute"), (3599, "59 minutes"), (3600, "1 hour"), (86399, "23 hours"),
    (86400, "1 day"), (172_800, "2 days"), (Int64.max, "106751991167300 days"),
  ])
  func aSpanIsInItsLargestFittingUnit(seconds: Int64, text: String) {
    #expect(spanText(seconds: seconds) == text)
  }
}

@Suite struct EventLinesTests {
  private let stream = Array(
    "event: run\nid: 1\ndata: {\"a\":1}\n\n:\n\nevent: run\nid: 2\ndata: {\"a\":2}\n\n".utf8)

  @Test func theRunsOfAStreamAreTakenOut() {
    var lines = EventLines()
    #expect(lines.feed(stream) == [.run(["a": 1]), .run(["a": 2])])
    #expect(lines.feed([]) == [])
  }

  @Test func itDoesNotMatterWhereTheStreamIsCut() {
    for cut in 0...stream.count {
      var lines = EventLines()
      #expect(lines.feed(Array(stream[..<cut])) + lines.feed(Array(stream[cut...])) == Self.both)
    }
    var lines = EventLines()
    #expect(stream.flatMap { lines.feed([$0]) } == Self.both)
  }

  private static let both = [EventLines.Event.run(["a": 1]), .run(["a": 2])]

  @Test func theEndOfTheFirstPartIsTold() {
    var lines = EventLines()
    let text = "event: run\ndata: {}\n\nevent: synced\ndata: {}\n\nevent: run\ndata: {}\n\n"
    #expect(lines.feed(Array(text.utf8)) == [.run([:]), .synced, .run([:])])
  }

  @Test func aLineWithoutEndIsNotKept() {
    var lines = EventLines()
    let piece = [UInt8](repeating: 65, count: 1 << 20)
    for _ in 0..<6 { #expect(lines.feed(piece) == []) }
    #expect(lines.feed(Array("\ndata: {}\n".utf8)) == [.run([:])])
  }

  @Test func whatIsNoJSONIsNoRun() {
    var lines = EventLines()
    let text = "data: {\ndata:{}\ndata: \n\n\n: data: {}\n"
    #expect(lines.feed(Array(text.utf8)) == [])
  }
}

@Suite struct EngineFramesTests {
  @Test func framesComeApartAsTheyWerePutTogether() {
    let pieces: [(EngineStream, [UInt8])] = [
      (.stdout, Array("out".utf8)), (.stderr, Array("error\n".utf8)), (.stdout, []), (.stdin, [0, 255, 10]),
      (.stdout, [UInt8](repeating: 7, count: 70_000)),
    ]
    let bytes = pieces.flatMap { EngineFrames.encode(stream: $0.0, $0.1[...]) }
    for size in [1, 3, 8, 9, 4096, bytes.count] {
      var frames = EngineFrames()
      var found: [(EngineStream, [UInt8])] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        for part in frames.feed(Array(bytes[start..<min(bytes.count, start + size)])) {
          guard case .output(let stream, let piece) = part else {
            Issue.record("\(part)")
            return
          }
          if let last = found.indices.last, found[last].0 == stream {
            found[last].1 += piece
          } else {
            found.append((stream, piece))
          }
        }
      }
      #expect(found.map(\.0) == [.stdout, .stderr, .stdin, .stdout])
      #expect(found.flatMap(\.1) == pieces.flatMap(\.1))
    }
  }

  @Test func theHeaderIsTheEngines() {
    #expect(EngineFrames.encode(stream: .stderr, [65, 66][...]) == [2, 0, 0, 0, 0, 0, 0, 2, 65, 66])
  }
}
