import Basics
import Containers
import Testing
import Wire

/// Lists and descriptions of containers whose size requests decide.
@Suite struct EngineElementsTests {
  private func events(_ request: EngineRequest, _ body: String, pieces: Int = 65_536) -> [EngineEvent] {
    var call = EngineCall(request, version: EngineVersion(1, 41))
    let bytes = Array(body.utf8)
    var events = call.received("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n")
    var rest = bytes[...]
    while !rest.isEmpty {
      events += call.received(Array(rest.prefix(pieces)))
      rest = rest.dropFirst(pieces)
    }
    return events + call.closed()
  }

  private let ours = EngineRequest.list(labels: ["io.hearth.node=n"])

  private func listed(_ number: Int, _ labels: String = "") -> String {
    let own = #""io.hearth.node":"n","io.hearth.run":"\#(number)""#
    let rest = #""State":"running","HostConfig":{"A":[{"B":[1,2]}]},"Mounts":[]"#
    return #"{"Id":"c\#(number)","Names":["/n\#(number)"],"Created":1,"Labels":{\#(labels)\#(own)},\#(rest)}"#
  }

  @Test func aListIsReadHoweverMuchRequestsHavePutIntoIt() {
    // Go writes `<` as six bytes: 950 kB in a request are 5.7 MB in a list.
    let value = String(repeating: #"\u003c"#, count: 950_000)
    let label = #""cfg":"\#(value)","io.hearth.service":"\#(value)","io.hearth.attempt":"2","#
    let body = "[" + (0..<5).map { listed($0, label) }.joined(separator: ",") + "]\n"
    #expect(body.utf8.count > 50 << 20)
    let events = events(ours, body)
    guard case .containers(let found)? = events.first else { return #expect(Bool(false), "\(events)") }
    #expect(events.count == 2 && events.last == .done)
    #expect(found.map(\.id) == (0..<5).map { "c\($0)" } && found.allSatisfy { $0.status == "running" })
    #expect(found[4].labels["io.hearth.run"] == "4" && found[4].labels["io.hearth.attempt"] == "2")
    #expect(found[4].labels["io.hearth.service"] == "" && found[4].labels["cfg"] == nil)
  }

  @Test func tenThousandImagesAreRead() {
    let body = (0..<10_000).map { number in
      let name = "registry.example/org/image\(number)"
      return #"{"Id":"sha256:\#(number)","RepoTags":["\#(name):v\#(number)"],"#
        + #""RepoDigests":["\#(name)@sha256:0"],"Size":1000000000,"Labels":{"a":"\#(String(repeating: "b", count: 200))"}}"#
    }
    var images: [ImageDescription] = []
    let events = events(.images, "[" + body.joined(separator: ",") + "]")
    for case .images(let some) in events { images += some }
    #expect(images.count == 10_000 && events.last == .done)
    #expect(
      images[9999].tags == ["registry.example/org/image9999:v9999"] && images[9999].size == 1_000_000_000)
    #expect(images[0].digests == ["registry.example/org/image0@sha256:0"])
  }

  @Test func aContainerWithManyLabelsIsInspected() {
    let labels = (0..<200_000).map { #""label\#($0)":"""# }.joined(separator: ",")
    let body =
      #"{"Id":"c","Args":["\#(String(repeating: "x", count: 5 << 20))"],"State":{"Status":"exited","Running":false,"#
      + #""ExitCode":3,"Error":"","StartedAt":"2026-01-01T00:00:00Z","FinishedAt":"2026-01-01T00:00:01Z"},"#
      + #""Config":{"Tty":true,"Env":["A=b"],"Image":"i","Unknown":{\#(labels)}},"Name":"/n","Image":"sha256:1"}"#
    guard case .container(let found)? = events(.inspect(id: "c"), body).first else {
      return #expect(Bool(false), "not read")
    }
    #expect(found.status == "exited" && found.exitCode == 3 && found.terminal && found.image == "i")
    #expect(found.name == "n" && found.imageID == "sha256:1" && found.finishedAt == "2026-01-01T00:00:01Z")
  }

  @Test(arguments: ["[]", " [ ] \n", "null", "null\n"])
  func anEmptyListIsOneInGosWordToo(body: String) {
    #expect(events(ours, body) == [.containers([]), .done])
    #expect(events(.images, body) == [.done])
  }

  @Test(arguments: [
    "", "nul", "nulls", "{}", "7", "[7]", "[null]", "[[]]", "[{}]", #"[{"Id":7}]"#, "[{\"Id\":\"a\"}", "[{]}",
    "[}", "]", #"[{"Id":"a"}]]"#, #"["a"]"#, #"[{"Id" "a"}]"#, #"[{"Id":"a","State":{"a"]]"#,
  ])
  func whatIsNoListOfContainersFailsOnce(body: String) {
    let events = events(ours, body)
    #expect(events.ends == 1 && events.count == 1 && events.error != nil, "\(events)")
  }

  @Test func anElementThatIsLargeForAllThatIsTooLarge() {
    let tags = (0..<20_000).map { #""registry.example/x:\#($0)""# }.joined(separator: ",")
    let error = events(.images, #"[{"Id":"a","RepoTags":[\#(tags)]}]"#).error
    #expect(
      error?.reason == .tooLarge("one element of the answer", limit: 256 << 10) && error?.kind == .other)
  }

  @Test func aLongTextIsEmptyAndOneWithinTheBoundIsWhole() {
    for (count, isKept) in [(16_000, true), (17_000, false)] {
      let text = String(repeating: #"\""#, count: count / 2)
      let body = "[" + listed(1, #""io.hearth.service":"\#(text)","#) + "]"
      guard case .containers(let found)? = events(ours, body).first else { return #expect(Bool(false)) }
      let value = found[0].labels["io.hearth.service"] ?? "?"
      #expect(value == (isKept ? String(repeating: "\"", count: count / 2) : ""))
    }
  }

  /// A value of any kind, with what could lead a reader astray in its texts.
  private func random(_ generator: inout SplitMix64, depth: Int = 0) -> String {
    let space = ["", " ", "\n\t"].randomElement(using: &generator) ?? ""
    func member() -> String {
      let names = ["Id", "State", "Labels", "io.hearth.run", "x", #"a\"],}"#, "", "é"]
      return
        "\"\(names.randomElement(using: &generator) ?? "")\"\(space):\(random(&generator, depth: depth + 1))"
    }
    switch Int.random(in: 0..<(depth > 4 ? 4 : 7), using: &generator) {
    case 0: return space + "-1.5e3" + space
    case 1: return #""]}[{\"\\,:\u00e9\uD83D\uDE00""#
    case 2: return space + "null"
    case 3: return "true" + space
    case 4:
      return "["
        + (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
          random(&generator, depth: depth + 1)
        }.joined(separator: ",") + "]"
    default:
      let count = Int.random(in: 0..<5, using: &generator)
      var members: [String] = []
      for _ in 0..<count { members.append(member()) }
      return "{" + space + members.joined(separator: "," + space) + space + "}"
    }
  }

  @Test func whatIsKeptOfAnyContainerIsWhatTheWholeOfItSays() throws {
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SplitMix64(seed: seed)
      let extra = (0..<3).map { _ in #""y":\#(random(&generator)),"z":\#(random(&generator))"# }
      let labels = #"{"q":\#(random(&generator)),"io.hearth.run":"r\#(seed)","io.hearth.node":"n","w":{}}"#
      let body =
        #"[{\#(extra[0]),"State":"exited", "Labels" : \#(labels),\#(extra[1]),"Id":"i\#(seed)",\#(extra[2])} ,"#
        + #" {"Id":"next","State":"created"}]"#
      _ = try JSON.parse(Array(body.utf8))
      let whole = events(ours, body)
      guard case .containers(let found)? = whole.first, found.count == 2 else {
        return #expect(Bool(false), "seed \(seed): \(whole) of \(body)")
      }
      #expect(found[0].id == "i\(seed)" && found[0].status == "exited" && found[1].id == "next", "\(body)")
      #expect(found[0].labels.map(\.name) == ["io.hearth.run", "io.hearth.node"], "\(body)")
      #expect(found[0].labels["io.hearth.run"] == "r\(seed)")
      #expect(events(ours, body, pieces: 1 + Int(seed % 7)) == whole)
    }
  }

  @Test func damageEndsAListExactlyOnce() {
    let sound = Array(("[" + (0..<3).map { listed($0) }.joined(separator: ",") + "]").utf8)
    for seed in 0..<5000 as Range<UInt64> {
      var generator = SplitMix64(seed: seed)
      var bytes = sound
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] =
          [0x22, 0x7B, 0x7D, 0x5B, 0x5D, 0x2C, 0x5C, 0x3A, 0].randomElement(using: &generator) ?? 0
      }
      let events = events(ours, String(decoding: bytes, as: UTF8.self))
      #expect(events.ends == 1, "seed \(seed)")
    }
  }
}
