import Basics
import Containers
import Testing
import Wire

/// What Engines of nine years answer to `/version`, cut to the members that matter.
private struct KnownEngine: CustomTestStringConvertible {
  let name: String
  let json: String
  let expected: EngineVersion

  var testDescription: String { name }

  static let all = [
    KnownEngine(
      name: "17.06",
      json: #"{"Version":"17.06.2-ce","ApiVersion":"1.30","MinAPIVersion":"1.12","GitCommit":"cec0b72","#
        + #""GoVersion":"go1.8.3","Os":"linux","Arch":"arm","KernelVersion":"4.9.59-v7+"}"#,
      expected: EngineVersion(1, 30)),
    KnownEngine(
      name: "20.10",
      json:
        #"{"Platform":{"Name":"Docker Engine - Community"},"Components":[{"Name":"Engine","Version":"20.10.24"}],"#
        + #""Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux","Arch":"amd64"}"#,
      expected: EngineVersion(1, 41)),
    KnownEngine(
      name: "24",
      json: #"{"Version":"24.0.9","ApiVersion":"1.43","MinAPIVersion":"1.12","Os":"linux","Arch":"arm64"}"#,
      expected: EngineVersion(1, 43)),
    KnownEngine(
      name: "28",
      json: #"{"Version":"28.1.1","ApiVersion":"1.49","MinAPIVersion":"1.24","Os":"linux","Arch":"arm64"}"#,
      expected: EngineVersion(1, 49)),
    KnownEngine(
      name: "29",
      json: #"{"Version":"29.0.4","ApiVersion":"1.52","MinAPIVersion":"1.44","Os":"linux","Arch":"arm64"}"#,
      expected: EngineVersion(1, 52)),
    KnownEngine(
      name: "a later one that still serves what we know",
      json: #"{"Version":"31.0.0","ApiVersion":"1.60","MinAPIVersion":"1.50"}"#,
      expected: EngineVersion(1, 52)),
    KnownEngine(
      name: "a later one that does not",
      json: #"{"Version":"40.0.0","ApiVersion":"2.1","MinAPIVersion":"1.77"}"#, expected: EngineVersion(1, 77)
    ),
    KnownEngine(
      name: "one without a minimum", json: #"{"ApiVersion":"1.41"}"#, expected: EngineVersion(1, 41)),
    KnownEngine(
      name: "one whose minimum is above its maximum", json: #"{"ApiVersion":"1.41","MinAPIVersion":"1.55"}"#,
      expected: EngineVersion(1, 41)),
  ]
}

@Suite struct EngineVersionTests {
  private func describe(_ json: String) -> EngineDescription? {
    var call = EngineCall(.version, version: nil)
    let events = call.replay([
      Array("HTTP/1.1 200 OK\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)".utf8)
    ])
    guard case .version(let description)? = events.first else { return nil }
    return description
  }

  @Test(arguments: KnownEngine.all)
  private func everyEngineIsSpokenToInAVersionItServes(_ engine: KnownEngine) throws {
    let description = try #require(describe(engine.json))
    #expect(try description.negotiated() == engine.expected)
  }

  @Test func anEngineBefore1706IsTooOldAndTheErrorSaysWhatIsExpected() throws {
    let description = try #require(
      describe(#"{"Version":"1.12.6","ApiVersion":"1.24","Os":"linux","Arch":"amd64"}"#))
    let error = #expect(throws: EngineError.self) { try description.negotiated() }
    #expect(error?.kind == .tooOld)
    #expect(error?.reason == .tooOld(EngineVersion(1, 24)))
    #expect(error?.description.contains("newest API version is 1.24, expected 1.30 or above") == true)
  }

  @Test func versionsAreOrderedByNumberAndNotByText() {
    #expect(EngineVersion(1, 9) < EngineVersion(1, 10))
    #expect(EngineVersion(1, 99) < EngineVersion(2, 0))
    #expect(!(EngineVersion(2, 0) < EngineVersion(1, 99)))
  }

  @Test(arguments: [
    "", ".", "1", "1.", ".41", "1.41.2", "1.x", "-1.4", "1.99999", "99999999999999999999.1", " 1.41",
  ])
  func whatIsNotMajorAndMinorIsNoVersion(_ text: String) {
    // "1" alone has no point; the others break the form elsewhere.
    #expect(EngineVersion(text) == nil)
  }

  @Test func aVersionReadsWhatItWrites() {
    #expect(EngineVersion("1.41") == EngineVersion(1, 41))
    #expect(EngineVersion(1, 41).description == "1.41")
  }
}
