import Testing
import Wire

@Suite struct JSONTests {
  @Test func aDocumentReadsIntoItsValues() throws {
    let text = #" {"a": [1, -2.5, true, null, "x\n\u00e9\ud83d\ude00"], "b": {"c": 9007199254740993}} "#
    let value = try JSON.parse(Array(text.utf8))
    #expect(value == ["a": [1, -2.5, true, nil, "x\né😀"], "b": ["c": 9_007_199_254_740_993]])
    #expect(try JSON.parse(value.encoded()) == value)
  }
}
