import Basics
import Containers
import Testing
import Wire

/// Answers no Engine at hand gives: other versions, faults, and what is larger than it should be.
@Suite struct EngineStreamTests {
  private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

  private func chunk(_ bytes: [UInt8]) -> [UInt8] {
    Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
  }

  private func events(
    _ request: EngineRequest, _ chunks: [[UInt8]], head: String = chunked, end: Bool = true,
    version: EngineVersion? = EngineVersion(1, 41), terminal: Bool = false
  ) -> [EngineEvent] {
    var call = EngineCall(request, version: version, terminal: terminal)
    return call.replay([Array(head.utf8)] + chunks.map(chunk) + (end ? [Array("0\r\n\r\n".utf8)] : []))
  }

  private func events(_ request: EngineRequest, status: String, _ body: String) -> [EngineEvent] {
    var call = EngineCall(request, version: nil)
    return call.replay([
      Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    ])
  }

  private func frame(_ stream: UInt8, _ text: String) -> [UInt8] {
    let size = UInt32(text.utf8.count)
    return [stream, 0, 0, 0] + (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
      + Array(text.utf8)
  }

  private let logs = EngineRequest.logs(id: "c", follow: true)

  // MARK: Output

  @Test func anEmptyFrameIsNothing() {
    #expect(events(logs, [frame(1, ""), frame(2, "x")]) == [.output(.stderr, [0x78]), .done])
  }

  @Test func aFrameOfGigabytesIsPassedOnInPieces() {
    let head: [UInt8] = [1, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF]
    let piece = [UInt8](repeating: 0x61, count: 30_000)
    let events = events(logs, [head] + Array(repeating: piece, count: 10), end: false)
    #expect(events.dropLast().allSatisfy { $0 == .output(.stdout, piece) } && events.count == 11)
    #expect(events.error?.reason == .closed(expected: "the end of the output"))
  }

  @Test func anUnknownStreamIsMalformedAndNamed() {
    let error = events(logs, [frame(1, "a"), frame(9, "b")]).error
    #expect(error?.reason == .malformed("stream 9 in an output frame, expected 0 to 3"))
  }

  @Test func aTerminalsOutputReadAsFramesIsMalformed() {
    let events = events(logs, [Array("\u{1}hello, world\r\n".utf8)])
    #expect(events.error?.reason == .malformed("an output frame without its three zero bytes"))
  }

  @Test func outputThatEndsInsideAFrameIsNotWhole() {
    for cut in [3, 10] {
      let events = events(logs, [Array(frame(1, "hello").prefix(cut))])
      #expect(events.error?.reason == .closed(expected: "the rest of an output frame"))
    }
  }

  @Test func anErrorOfTheEngineInsideTheOutputIsReported() {
    let events = events(logs, [frame(1, "a\n"), frame(3, "Error grabbing logs: "), frame(3, "disk gone\n")])
    #expect(events.first == .output(.stdout, Array("a\n".utf8)))
    #expect(events.error?.reason == .reported(message: "Error grabbing logs: disk gone"))
  }

  @Test func laterEnginesSayWhetherThereAreFrames() {
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.%\r\nTransfer-Encoding: chunked\r\n\r\n"
    let raw = head.replacing("%", with: "raw-stream")
    let framed = head.replacing("%", with: "multiplexed-stream")
    let text = Array("plain text".utf8)
    let new = EngineVersion(1, 42)
    #expect(events(logs, [text], head: raw, version: new).text(.stdout) == "plain text")
    #expect(events(logs, [frame(1, "x")], head: framed, version: new, terminal: true).text(.stdout) == "x")
    // Before 1.42 the name says nothing.
    #expect(events(logs, [frame(1, "x")], head: raw, version: EngineVersion(1, 41)).text(.stdout) == "x")
  }

  // MARK: Lines

  @Test func aLineWithoutItsEndCounts() {
    let events = events(.pull(name: "a", tag: "1"), [Array(#"{"status":"Pulling from a","id":"1"}"#.utf8)])
    #expect(events == [.progress(PullProgress(status: "Pulling from a")), .done])
  }

  @Test func aLineBeyondItsBoundIsTooLargeAndNotKept() {
    let piece = [UInt8](repeating: 0x20, count: 65_536)
    let pull = EngineRequest.pull(name: "a", tag: "1")
    let events = events(pull, Array(repeating: piece, count: 18), end: false)
    #expect(events.error?.reason == .tooLarge("one line of the answer", limit: 1 << 20))
  }

  @Test func aNoticeThatLabelsMakeTooLongIsLeftOutAndTheStreamGoesOn() {
    let long = [UInt8](repeating: 0x20, count: 65_536)
    let next = Array((#"{"Type":"container","Action":"oom","Actor":{"ID":"c"},"time":5}"# + "\n").utf8)
    let pieces = Array(repeating: long, count: 18) + [[0x0A] + next]
    let events = events(.events(labels: []), pieces, end: false)
    guard case .notice(let notice)? = events.first else { return #expect(Bool(false), "no notice") }
    #expect(notice.action == "oom" && events.count == 2)
    #expect(events.error?.reason == .closed(expected: "further events"))
  }

  @Test func aLongLineWithinItsBoundIsRead() {
    let label = String(repeating: "v", count: 900_000)
    let json =
      #"{"Type":"container","Action":"die","Actor":{"ID":"c","Attributes":{"l":"\#(label)"}},"time":5}"#
    let events = events(.events(labels: []), [Array((json + "\n").utf8)])
    guard case .notice(let notice)? = events.first else { return #expect(Bool(false), "no notice") }
    #expect(notice.attributes["l"]?.utf8.count == 900_000 && notice.time == 5_000_000_000)
  }

  @Test func aLineThatIsNoJSONIsMalformed() {
    let request = EngineRequest.events(labels: [])
    #expect(
      events(request, [Array("{\"Type\"\n".utf8)]).error?.reason == .malformed("a line that is not JSON"))
    #expect(
      events(request, [Array("{}\n".utf8)]).error?.reason == .malformed("an event without type or action"))
  }

  @Test func aPullErrorIsReadInOldAndNewForm() {
    let pull = EngineRequest.pull(name: "a", tag: "1")
    for line in [
      #"{"error":"manifest unknown"}"#, #"{"errorDetail":{"message":"manifest unknown"}}"#,
      #"{"errorDetail":{"code":404,"message":"manifest unknown"},"error":"other words"}"#,
    ] {
      let error = events(pull, [Array((line + "\r\n" + line).utf8)]).error
      #expect(error?.reason == .reported(message: "manifest unknown"))
      #expect(error?.kind == .noSuchImage)
    }
  }

  @Test(arguments: [
    (Int64.max, Int64.max), (.min, .max), (.max, .min), (5, 0), (0, 5), (20_000, 10), (.max, 10_001),
    (-1, -1),
  ])
  func absurdCountsOfAPullStayWithinAHundredPercent(_ current: Int64, _ total: Int64) {
    for status in ["Downloading", "Extracting"] {
      let line =
        #"{"status":"\#(status)","progressDetail":{"current":\#(current),"total":\#(total)},"id":"a"}"#
      let events = events(.pull(name: "a", tag: "1"), [Array((line + "\n").utf8)])
      guard case .progress(let step)? = events.first else { return #expect(Bool(false), "no progress") }
      #expect((0...100).contains(step.percent ?? -1))
    }
  }

  @Test func layersWithoutNumberDoNotGrowTheMeter() {
    let lines = (0..<5000).map { #"{"status":"Pull complete","progressDetail":{},"id":"\#($0)"}"# + "\n" }
    let events = events(.pull(name: "a", tag: "1"), [Array(lines.joined().utf8)])
    guard case .progress(let step)? = events.dropLast().last else {
      return #expect(Bool(false), "no progress")
    }
    #expect(step.percent == 100)
  }

  // MARK: Documents and errors

  @Test func anErrorThatIsNoJSONKeepsItsText() {
    let error = events(.start(id: "c"), status: "502 Bad Gateway", "proxy says no\r\n").error
    #expect(error?.reason == .refused(status: 502, message: "proxy says no"))
    #expect(error?.description == "Engine: start c: refused with 502: proxy says no")
  }

  @Test func anErrorWithoutABodyHasTheWordsOfItsStatus() {
    let error = events(.stop(id: "c"), status: "500 Internal Server Error", "").error
    #expect(error?.reason == .refused(status: 500, message: "Internal Server Error"))
  }

  @Test func aRedirectIsNotFollowed() {
    #expect(events(.inspect(id: ""), status: "301 Moved Permanently", "").error?.kind == .other)
    #expect(events(.inspect(id: "c"), status: "304 Not Modified", "").error?.kind == .other)
  }

  @Test func anErrorThatIsCutShortIsStillTheError() {
    var call = EngineCall(.start(id: "c"), version: nil)
    let events = call.replay([
      Array("HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\nNo such container: c".utf8)
    ])
    #expect(events.error?.kind == .noSuchContainer)
  }

  @Test func anErrorWithoutEndIsTooLarge() {
    let text = [UInt8](repeating: 0x61, count: 70_000)
    let error = events(logs, [text], head: Self.chunked.replacing("200 OK", with: "500 No")).error
    #expect(error?.reason == .tooLarge("the message of an error", limit: 65_536))
  }

  @Test func anAnswerWithoutEndIsTooLarge() {
    let text = [UInt8](repeating: 0x20, count: 1 << 20)
    let error = events(.version, Array(repeating: text, count: 5)).error
    #expect(error?.reason == .tooLarge("the answer", limit: 4 << 20))
  }

  @Test(arguments: [
    (EngineRequest.version, "{}"), (.inspect(id: "c"), #"{"Id":"c"}"#), (.create(name: nil, body: [:]), "[]"),
    (.wait(id: "c"), "{}"), (.list(labels: []), "[{}]"), (.imageInspect(reference: "a"), "7"),
    (.wait(id: "c"), "{"), (.list(labels: []), "no JSON"),
  ])
  func anAnswerOfAnotherShapeIsMalformed(_ request: EngineRequest, _ body: String) {
    let events = events(request, status: "200 OK", body)
    #expect(events.count == 1)
    guard case .malformed? = events.error?.reason else { return #expect(Bool(false), "\(events)") }
  }

  @Test func aWaitThatFailedIsNotAnExit() {
    let stopped = events(
      .wait(id: "c"), status: "200 OK", #"{"Error":{"Message":"context canceled"},"StatusCode":-1}"#)
    #expect(stopped.count == 1 && stopped.error?.reason == .reported(message: "context canceled"))
    let unremoved = events(
      .wait(id: "c"), status: "200 OK", #"{"Error":{"Message":"busy"},"StatusCode":3}"#)
    #expect(unremoved.first == .exited(code: 3) && unremoved.error?.reason == .reported(message: "busy"))
  }

  @Test func aWaitWhoseAnswerEndsEmptyExpectedAnExitCode() {
    #expect(events(.wait(id: "c"), []).error?.reason == .closed(expected: "an exit code"))
    #expect(events(.wait(id: "c"), [], end: false).error?.reason == .closed(expected: "an exit code"))
  }

  @Test func whatIsNotHTTPIsMalformed() {
    var call = EngineCall(.version, version: nil)
    let events = call.received("SSH-2.0-OpenSSH_9.2p1\r\n")
    guard case .malformed(let what)? = events.error?.reason else { return #expect(Bool(false), "\(events)") }
    #expect(what.hasPrefix("the HTTP answer, "))
  }

  @Test func aHugePieceIsReadInOneGo() {
    var call = EngineCall(logs, version: EngineVersion(1, 41), terminal: true)
    let text = [UInt8](repeating: 0x61, count: 8 << 20)
    let events = call.received(Array(Self.chunked.utf8) + chunk(text) + Array("0\r\n\r\n".utf8))
    #expect(events.text(.stdout).utf8.count == text.count && events.last == .done)
  }

  // MARK: The connection

  @Test func aSocketThatIsNotThereIsUnreachable() {
    var call = EngineCall(.version, version: nil)
    let events = call.broken("/var/run/docker.sock: connection refused")
    #expect(events.error?.kind == .unreachable && events.count == 1)
    #expect(
      events.error?.description
        == "Engine: version: the connection broke: /var/run/docker.sock: connection refused")
  }

  @Test func anEngineThatHangsIsUnreachable() {
    var call = EngineCall(.start(id: "c"), version: nil)
    #expect(call.timeout == 120)
    let events = call.fellSilent(seconds: 120)
    #expect(events.error?.kind == .unreachable)
    #expect(events.error?.description == "Engine: start c: no answer for 120 s")
  }

  @Test func closingBeforeTheAnswerExpectedItsHead() {
    var call = EngineCall(.wait(id: "c"), version: nil)
    #expect(call.closed().error?.reason == .closed(expected: "the head of the answer"))
  }
}
