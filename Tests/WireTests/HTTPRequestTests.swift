import Testing
import Wire

@Suite struct HTTPRequestTests {
  @Test func aRequestIsTakenApart() throws {
    let text = "POST /api/v1/a%20b?x=1&y=a+b%26 HTTP/1.1\r\nHost: h:1\r\nContent-Length: 3\r\n\r\nabc"
    let request = try #require(parseRequests(Array(text.utf8)).first)
    #expect(request.method == "POST")
    #expect(request.path == "/api/v1/a b")
    #expect(request.query.map(\.name) == ["x", "y"])
    #expect(request.queryValue("y") == "a b&")
    #expect(request.headers["host"] == "h:1")
    #expect(request.body == Array("abc".utf8))
    #expect(request.keepAlive && request.acceptsChunked)
  }
}
