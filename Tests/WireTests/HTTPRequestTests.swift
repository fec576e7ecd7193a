import Basics
import Testing
import Wire

@Suite struct HTTPRequestTests {
  private func first(_ text: String) throws -> HTTPRequest {
    let (requests, error) = collectRequests(Array(text.utf8))
    #expect(error == nil)
    return try #require(requests.first)
  }

  private func status(_ text: String, limits: HTTPLimits = HTTPLimits()) -> Int? {
    collectRequests(Array(text.utf8), limits: limits).error?.status
  }

  @Test func aRequestIsTakenApart() throws {
    let request = try first(
      "POST /api/v1/a%20b?x=1&y=a+b%26 HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nabc")
    #expect(request.method == "POST")
    #expect(request.target == "/api/v1/a%20b?x=1&y=a+b%26")
    #expect(request.path == "/api/v1/a b")
    #expect(request.query.map(\.name) == ["x", "y"])
    #expect(request.queryValue("y") == "a b&")
    #expect(request.queryValue("z") == nil)
    #expect(request.headers["host"] == "h:1")
    #expect(request.body == Array("abc".utf8))
    #expect(request.keepAlive && request.acceptsChunked)
  }

  @Test(arguments: [
    ("/", "/"), ("//a", "//a"), ("/a/", "/a/"), ("/a%2Fb", "/a%2Fb"), ("/a%2fb", "/a%2Fb"), ("/%C3%A9", "/é"),
    ("/100%25", "/100%25"), ("/%252F", "/%252F"),
    ("/...", "/..."), ("/.a", "/.a"), ("/a.", "/a."), ("/a?", "/a"), ("/a:b@c;d=e,f", "/a:b@c;d=e,f"),
    ("/+", "/+"),
    ("/%2B", "/+"), ("/~x!$&'()*", "/~x!$&'()*"), ("http://h/x", "/x"), ("http://h", "/"),
    ("HTTPS://h:1?q", "/"),
    ("http://[::1]:80/x", "/x"),
  ])
  func aTargetYieldsItsPath(target: String, path: String) throws {
    #expect(try first("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").path == path)
    #expect(try HTTPRequest(method: "GET", target: target).path == path)
  }

  @Test(arguments: [
    "a", "*", "h:80", "/..", "/.", "/../a", "/a/..", "/a/./b", "/%2e%2e/x", "/.%2E", "/%2E", "/%", "/%2",
    "/%zz", "/%00",
    "/%0a", "/%7F", "/%FF", "/%C3", "/a#b", "/a\\b", "/a\"b", "/{a}", "/a|b", "/a^", "/é", "/a?b=%", "/a?%FF",
    "/a?%00",
    "ftp://h/", "http://", "http:///x", "http://u@h/", "http://h:x/", "http://h:123456/", "http://[::1/",
    "http://[]/",
    "http://[x]/", "http://?a",
  ])
  func aTargetThatCouldLeadElsewhereIsRefused(target: String) {
    #expect(status("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n") == 400)
    #expect(throws: HTTPError.self) { try HTTPRequest(method: "GET", target: target) }
  }

  @Test func theHostOfAnAbsoluteTargetReplacesTheField() throws {
    let request = try first("GET http://real:8/x HTTP/1.1\r\nHost: other\r\nA: b\r\n\r\n")
    #expect(request.headers.values(of: "Host") == ["real:8"])
    #expect(request.headers["a"] == "b")
  }

  @Test func theServerAsAWholeIsAskedWithAnAsterisk() throws {
    #expect(try first("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").path == "*")
  }

  @Test func aTunnelIsNotImplemented() {
    #expect(status("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n") == 501)
    #expect(status("CONNECT h HTTP/1.1\r\nHost: h\r\n\r\n") == 400)
    #expect(status("CONNECT /x HTTP/1.1\r\nHost: h\r\n\r\n") == 400)
  }

  @Test func queryPairsKeepTheirOrderAndEmptiness() throws {
    let request = try first("GET /?a&b=&=c&&d=e=f HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(request.query.map { "\($0.name)>\($0.value)" } == ["a>", "b>", ">c", "d>e=f"])
  }

  @Test(arguments: [
    ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false), ("HTTP/1.0", "", false),
    ("HTTP/1.0", "Connection: Keep-Alive\r\n", true), ("HTTP/1.1", "Connection: upgrade , CLOSE\r\n", false),
    ("HTTP/1.1", "Connection: closed\r\n", true),
    ("HTTP/1.1", "Connection: a\r\nConnection: close\r\n", false),
    ("HTTP/1.7", "", true),
  ])
  func theConnectionStaysOpenAsTheVersionAndTheFieldSay(version: String, field: String, stays: Bool) throws {
    let request = try first("GET / \(version)\r\nHost: h\r\n\(field)\r\n")
    #expect(request.keepAlive == stays)
    #expect(request.acceptsChunked == (version != "HTTP/1.0"))
  }

  @Test func anOldClientNeedsNoHost() throws {
    #expect(try first("GET / HTTP/1.0\r\n\r\n").headers.entries.isEmpty)
  }

  @Test func anEmptyHostIsAllowed() throws {
    #expect(try first("GET / HTTP/1.1\r\nHost:\r\n\r\n").headers["Host"] == "")
  }

  @Test func fieldValuesLoseTheSpaceAroundThemOnly() throws {
    let request = try first("GET / HTTP/1.1\r\nHost: h\r\nA:b\r\nB: \t c  d \t\r\nC:\r\nA: e\r\n\r\n")
    #expect(request.headers.values(of: "a") == ["b", "e"])
    #expect(request.headers["B"] == "c  d")
    #expect(request.headers["C"] == "")
  }

  @Test func lengthsThatAgreeAreOneLength() throws {
    let request = try first("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc")
    #expect(request.body == Array("abc".utf8))
  }

  @Test func chunksAreJoinedAndExtensionsAndTrailersDropped() throws {
    let request = try first(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
        + "3;a=b\r\nabc\r\n00A ; x=\"y\"\r\n0123456789\r\n000\r\nHost: evil\r\n\r\n")
    #expect(request.body == Array("abc0123456789".utf8))
    #expect(request.headers.values(of: "Host") == ["h"])
  }

  @Test func severalRequestsInOnePacketComeOutInOrder() {
    let one = "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
    let two = "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
    let three = "\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n"
    let requests = parseRequests(Array((one + two + three).utf8))
    #expect(requests.map(\.path) == ["/1", "/2", "/3"])
    #expect(requests.map { String(decoding: $0.body, as: UTF8.self) } == ["ab", "x", ""])
  }

  @Test func anErrorStaysAndKeepsTheRequestsBefore() {
    let bytes = Array(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nBROKEN\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
    let (requests, error) = collectRequests(bytes)
    #expect(requests.map(\.path) == ["/1"])
    #expect(error?.status == 400)
    var parser = HTTPRequestParser()
    Array("BROKEN\r\n".utf8).withUnsafeBytes { parser.feed($0) }
    #expect(throws: HTTPError.self) { try parser.next() }
    Array("GET /2 HTTP/1.1\r\nHost: h\r\n\r\n".utf8).withUnsafeBytes { parser.feed($0) }
    #expect(throws: HTTPError.self) { try parser.next() }
    #expect(!parser.isIdle)
  }

  @Test func aParserIsIdleBetweenRequestsOnly() throws {
    var parser = HTTPRequestParser()
    func feed(_ text: String) { Array(text.utf8).withUnsafeBytes { parser.feed($0) } }
    #expect(parser.isIdle)
    feed("G")
    let result5 = try parser.next()
    #expect(result5 == nil)
    #expect(!parser.isIdle)
    feed("ET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n")
    let result6 = try parser.next()
    #expect(result6 == nil)
    #expect(!parser.isIdle)
    feed("x")
    let result7 = try parser.next()
    #expect(result7 != nil)
    #expect(parser.isIdle)
    feed("\r\n")
    let result8 = try parser.next()
    #expect(result8 == nil)
    #expect(parser.isIdle)
  }

  @Test func aWaitingClientIsToldToContinueOnce() throws {
    let head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n"
    var parser = HTTPRequestParser()
    let asked1 = parser.takeContinue()
    #expect(!asked1)
    Array(head.utf8).withUnsafeBytes { parser.feed($0) }
    let result9 = try parser.next()
    #expect(result9 == nil)
    let asked2 = parser.takeContinue()
    #expect(asked2)
    let asked3 = parser.takeContinue()
    #expect(!asked3)
    Array("x".utf8).withUnsafeBytes { parser.feed($0) }
    let result10 = try parser.next()
    #expect(result10?.body == Array("x".utf8))
    // A client that has sent its body already does not wait.
    Array((head + "x").utf8).withUnsafeBytes { parser.feed($0) }
    let result11 = try parser.next()
    #expect(result11 != nil)
    let asked4 = parser.takeContinue()
    #expect(!asked4)
  }

  @Test func everyBoundHasItsStatus() {
    let long = String(repeating: "a", count: 9000)
    #expect(status("GET /\(long) HTTP/1.1\r\nHost: h\r\n\r\n") == 414)
    #expect(status("GET /\(long)") == 414)
    #expect(status("GET / HTTP/1.1\r\nA: \(long)") == 431)
    let many = String(repeating: "A: b\r\n", count: 64)
    #expect(status("GET / HTTP/1.1\r\nHost: h\r\n\(many)\r\n") == 431)
    #expect(status("GET / HTTP/1.1\r\nHost: h\r\n\(many.dropFirst(5))\r\n") == nil)
    let large = String(repeating: "A: \(String(repeating: "b", count: 995))\r\n", count: 17)
    #expect(status("GET / HTTP/1.1\r\nHost: h\r\n\(large)\r\n") == 431)
    let small = HTTPLimits(bodyBytes: 4)
    let post = "POST / HTTP/1.1\r\nHost: h\r\n"
    #expect(status(post + "Content-Length: 4\r\n\r\nabcd", limits: small) == nil)
    #expect(status(post + "Content-Length: 5\r\n\r\n", limits: small) == 413)
    #expect(status(post + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\n", limits: small) == 413)
  }

  @Test func aLineMayBeExactlyAsLongAsItsBound() {
    let limits = HTTPLimits(lineBytes: 20)
    #expect(status("GET /aaaa HTTP/1.1\r\n", limits: limits) == nil)
    #expect(status("GET /aaaaa HTTP/1.1\r\n", limits: limits) == 414)
  }

  @Test func requestsThatNobodyReadsAreNotHoardedForEver() {
    var parser = HTTPRequestParser()
    let packet = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
    for _ in 0..<5 { packet.withUnsafeBytes { parser.feed($0) } }
    #expect(throws: HTTPError(status: 413, reason: "more requests at once than anybody needs")) {
      try parser.next()
    }
  }

  @Test func aHundredThousandRequestsInSmallPiecesTakeLinearTime() throws {
    let one = Array("GET /api/v1/ping HTTP/1.1\r\nHost: localhost:56001\r\nUser-Agent: x\r\n\r\n".utf8)
    let packet = Array(repeatElement(one, count: 1000).joined())
    var parser = HTTPRequestParser()
    var count = 0
    let duration = try ContinuousClock().measure {
      for _ in 0..<20 {
        packet.withUnsafeBytes { parser.feed($0) }
        while try parser.next() != nil { count += 1 }
      }
    }
    #expect(count == 20_000)
    #expect(duration < .seconds(20))
  }

  @Test func aClientsRequestReadsBackAsItself() throws {
    var bytes: [UInt8] = []
    HTTPRequest.encode(
      method: "POST", target: "/a?b=c d", host: "h:1",
      headers: HTTPHeaders([("A", "b"), ("Content-Length", "99"), ("host", "x")]), body: Array("xyz".utf8),
      into: &bytes)
    let request = try #require(parseRequests(bytes).first)
    #expect(request.target == "/a?b=c%20d")
    #expect(request.headers.values(of: "Host") == ["h:1"])
    #expect(request.headers["A"] == "b")
    #expect(request.body == Array("xyz".utf8))
  }

  @Test func noArgumentCanAddALineToARequest() throws {
    var bytes: [UInt8] = []
    HTTPRequest.encode(
      method: "GET \r\n", target: "/a\r\nX: y", host: "h\r\nX: y",
      headers: HTTPHeaders([("A", "b\r\nX: y"), ("B\r\nX", "y"), ("", "z")]), into: &bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text == "GET /a%0D%0AX:%20y HTTP/1.1\r\nHost: h  X: y\r\nA: b  X: y\r\n\r\n")
  }

  @Test func aBodylessPostSaysSo() {
    var bytes: [UInt8] = []
    HTTPRequest.encode(method: "POST", target: "", host: "h", into: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self) == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
  }
}
