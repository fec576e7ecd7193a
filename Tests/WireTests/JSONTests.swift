import Basics
import Testing
import Wire

@Suite struct JSONTests {
  static let written: [(JSON, String)] = [
    (.null, "null"), (true, "true"), (false, "false"), (0, "0"), (.integer(.min), "-9223372036854775808"),
    (.integer(.max), "9223372036854775807"), (0.1, "0.1"), (1.0, "1.0"), (1e300, "1e+300"),
    (.double(.leastNonzeroMagnitude), "5e-324"),
    (.double(-0.0), "-0.0"), (.double(.nan), "null"), (.double(.infinity), "null"),
    (.double(-.infinity), "null"),
    ("", "\"\""),
    ("a\"\\/\n\r\t\u{0}\u{1F}\u{7F}é😀", "\"a\\\"\\\\/\\n\\r\\t\\u0000\\u001F\\u007Fé😀\""),
    ("\u{85}x\u{9B}31m\u{A0}Â", "\"\\u0085x\\u009B31m\u{A0}Â\""),
    ("\u{202E}a\u{2066}b\u{61C}‐…ج", "\"\\u202Ea\\u2066b\\u061C‐…ج\""),
    ([], "[]"), ([:], "{}"), ([1, [2]], "[1,[2]]"), (["b": 1, "a": [:]], "{\"b\":1,\"a\":{}}"),
  ]

  private func parse(_ text: String, limits: JSON.Limits = .init()) throws(JSONError) -> JSON {
    try JSON.parse(Array(text.utf8), limits: limits)
  }

  private func encoded(_ value: JSON) -> String {
    String(decoding: value.encoded(), as: UTF8.self)
  }

  private func fault(_ text: String, limits: JSON.Limits = .init()) -> JSONError? {
    do {
      _ = try parse(text, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  @Test func aDocumentReadsIntoItsValues() throws {
    let value = try parse(
      #" {"a": [1, -2.5, true, null, "x\n\u00e9\ud83d\ude00"], "b": {"c": 9007199254740993}} "#)
    #expect(value == ["a": [1, -2.5, true, nil, "x\né😀"], "b": ["c": 9_007_199_254_740_993]])
    #expect(value["a"]?.array?.count == 5)
    #expect(value["b"]?["c"]?.integer == 9_007_199_254_740_993)
    #expect(value["z"] == nil)
    #expect(value["a"]?["b"] == nil)
  }

  @Test func aSliceIsReadWithOffsetsFromItsOwnStart() throws {
    let bytes = Array("xx[1]yy".utf8)
    #expect(try JSON.parse(bytes[2..<5]) == [1])
    do {
      _ = try JSON.parse(bytes[2..<6])
      Issue.record("accepted")
    } catch {
      #expect(error.offset == 3)
    }
  }

  @Test func accessorsAnswerOnlyForTheirOwnKind() {
    #expect(JSON.string("a").string == "a")
    #expect(JSON.integer(1).string == nil)
    #expect(JSON.integer(3).double == 3)
    #expect(JSON.bool(true).bool == true)
    #expect(JSON.integer(1).bool == nil)
    #expect(JSON.null.object == nil)
    #expect(JSON.null.array == nil)
    #expect(JSON.null == nil)
  }

  @Test func aWholeDoubleIsAnIntegerWhereDoublesAreExact() {
    #expect(JSON.double(3).integer == 3)
    #expect(JSON.double(-9_007_199_254_740_992).integer == -9_007_199_254_740_992)
    #expect(JSON.double(9_007_199_254_740_994).integer == nil)
    #expect(JSON.double(0.5).integer == nil)
    #expect(JSON.double(.nan).integer == nil)
    #expect(JSON.double(.infinity).integer == nil)
    #expect(JSON.double(1e300).integer == nil)
    #expect(JSON.string("3").integer == nil)
  }

  @Test(arguments: [
    ("0", JSON.integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
    ("-9223372036854775809", .double(-9_223_372_036_854_775_808)), ("1.0", .double(1)),
    ("1e3", .double(1000)),
    ("2.5E-1", .double(0.25)), ("9007199254740993", .integer(9_007_199_254_740_993)), ("1e-400", .double(0)),
    ("123456789012345678901234567890", .double(0x1.8ee90ff6c373ep+96)),
  ])
  func aNumberKeepsItsValue(text: String, value: JSON) throws {
    #expect(try parse(text) == value)
  }

  @Test func aNumberBeyondADoubleIsRefusedAtItsStart() {
    #expect(fault("[1, 1e309]")?.offset == 4)
    #expect(fault("[1, -1e309]")?.description.contains("range of a double") == true)
  }

  @Test func aNumberThatIsLongForNothingIsRefused() {
    #expect(fault(String(repeating: "1", count: 512)) != nil, "beyond a double")
    #expect(fault("0." + String(repeating: "1", count: 510)) == nil)
    #expect(fault("0." + String(repeating: "1", count: 511))?.reason == "number longer than 512 bytes")
  }

  @Test(arguments: [
    ("[1,]", 3), ("{\"a\":1,}", 7), ("[1 2]", 3), ("[01]", 1), ("\"a\nb\"", 2), ("1 x", 2),
    ("[\"\\ud800\"]", 4),
    ("", 0), ("[tru]", 4), ("{\"a\" 1}", 5), ("\"\\q\"", 2), ("\"abc", 4), ("\"\\u12G4\"", 5),
  ])
  func anErrorNamesTheByte(text: String, offset: Int) {
    #expect(fault(text)?.offset == offset)
  }

  @Test func ofARepeatedNameTheLastValueStays() throws {
    let value = try parse(#"{"a":1,"b":2,"a":3}"#)
    #expect(value["a"] == 3)
    #expect(value.object?.members.map(\.name) == ["b", "a"])
  }

  @Test func repeatedNamesAreFoundInLargeObjectsToo() throws {
    let members = (0..<200).map { "\"n\($0 % 50)\":\($0)" }
    let value = try parse("{" + members.joined(separator: ",") + "}")
    #expect(value.object?.members.count == 50)
    #expect(value.object?.members.map(\.name) == (0..<50).map { "n\($0)" })
    #expect(value["n7"] == 157)
  }

  @Test func namesThatOnlyLookAlikeAreDifferent() throws {
    let value = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value.object?.members.count == 2)
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
  }

  @Test func depthIsBounded() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(fault(nested(32)) == nil)
    #expect(fault(nested(33))?.offset == 32)
    #expect(fault(nested(100_000)) != nil)
    #expect(fault(String(repeating: "{\"a\":", count: 100_000)) != nil)
    #expect(fault("[{}]", limits: JSON.Limits(depth: 1)) != nil)
  }

  @Test func lengthIsBounded() {
    #expect(fault("[1,2]", limits: JSON.Limits(bytes: 5)) == nil)
    #expect(fault("[1,2] ", limits: JSON.Limits(bytes: 5))?.reason == "text longer than 5 bytes")
    #expect(throws: JSONError.self) {
      try JSON.parse(Array("[1,2]".utf8)[...], limits: JSON.Limits(bytes: 4))
    }
  }

  @Test func theNumberOfValuesIsBounded() {
    #expect(fault("[1,[],{\"a\":null}]", limits: JSON.Limits(nodes: 5)) == nil)
    #expect(fault("[1,[],{\"a\":null}]", limits: JSON.Limits(nodes: 4))?.reason == "more than 4 values")
    #expect(fault("[" + String(repeating: "0,", count: 40_000) + "0]") != nil)
  }

  @Test(arguments: written)
  func aValueIsWrittenTersely(value: JSON, text: String) {
    #expect(encoded(value) == text)
  }

  /// Names and errors of strangers are shown to people by whatever asks this API.
  @Test func noTextBringsWhatATerminalObeysAndEachReadsBack() throws {
    for start in stride(from: 0, to: 0x3000, by: 64) {
      var text = ""
      for value in start..<start + 64 {
        if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
      }
      let written = encoded([.string(text), .object(JSONObject([JSONMember(name: text, value: .null)]))])
      #expect(
        try parse(written).array?.first?.string?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
      let obeyed = written.unicodeScalars.filter { String.isObeyedByTerminals($0.value) }
      #expect(obeyed.isEmpty, "\(obeyed.map(\.value)) at \(start)")
      // Nothing else is made longer.
      let plain = text.unicodeScalars.filter {
        !String.isObeyedByTerminals($0.value) && $0 != "\"" && $0 != "\\"
      }
      #expect(
        encoded(.string(String(String.UnicodeScalarView(plain)))).utf8.count
          == plain.reduce(2) { $0 + UTF8.width($1) })
    }
  }

  @Test func readersGetOneMemberPerLine() {
    let value: JSON = ["name": "pi", "scores": [1, 2], "none": [], "nothing": [:]]
    #expect(
      String(decoding: value.encodedPretty(), as: UTF8.self) == """
        {
          "name": "pi",
          "scores": [
            1,
            2
          ],
          "none": [],
          "nothing": {}
        }
        """)
  }

  @Test func encodingAppends() {
    var bytes = Array("data: ".utf8)
    JSON.array([1]).encode(into: &bytes)
    #expect(bytes == Array("data: [1]".utf8))
  }

  @Test func membersAreSetReplacedAndRemovedInPlace() {
    var object: JSONObject = ["a": 1, "b": 2]
    object["a"] = 3
    object["c"] = nil
    object["d"] = 4
    object["b"] = nil
    #expect(object == ["a": 3, "d": 4])
    #expect(object["b"] == nil)
  }

  @Test func aLiteralThatRepeatsANameKeepsTheLast() {
    let value: JSON = ["a": 1, "a": 2]
    #expect(value == .object(JSONObject([JSONMember(name: "a", value: 2)])))
  }

  @Test func manyRepeatedNamesDoNotStallTheParser() {
    let text = "{" + (0..<30_000).map { "\"\($0 % 15_000)\":0" }.joined(separator: ",") + "}"
    let clock = ContinuousClock()
    let duration = clock.measure { #expect(fault(text) == nil) }
    #expect(duration < .seconds(5))
  }
}
