import Basics
import Testing
import Wire

@Suite struct URLTests {
  @Test(arguments: [
    ("http://h", "http", "h", 80, "/", "h"), ("https://h/", "https", "h", 443, "/", "h"),
    ("http://localhost:8888/api/v1/x", "http", "localhost", 8888, "/api/v1/x", "localhost:8888"),
    ("HTTP://Host.Local:80/A?b=C#d", "http", "host.local", 80, "/A?b=C", "host.local"),
    ("http://[fe80::1]:81/x", "http", "fe80::1", 81, "/x", "[fe80::1]:81"),
    ("http://[::FFFF:1.2.3.4]", "http", "::ffff:1.2.3.4", 80, "/", "[::ffff:1.2.3.4]"),
    ("https://1.2.3.4:?q", "https", "1.2.3.4", 443, "/?q", "1.2.3.4"),
    ("http://h#f", "http", "h", 80, "/", "h"),
    ("http://h:00080/", "http", "h", 80, "/", "h"), ("https://h:80/", "https", "h", 80, "/", "h:80"),
  ])
  func aURLIsTakenApart(
    text: String, scheme: String, host: String, port: Int, target: String, authority: String
  ) throws {
    let url = try Wire.HTTPURL(parsing: text)
    #expect(url.scheme == scheme && url.host == host && url.port == port && url.target == target)
    #expect(url.authority == authority)
  }

  @Test(arguments: [
    "", "h", "/x", "ftp://h/", "http:/h", "http://", "http:///x", "http://:80/", "http://u@h/",
    "http://u:p@h/",
    "http://h:0/", "http://h:65536/", "http://h:x/", "http://h:-1/", "http://h:123456/", "http://[::1",
    "http://[]/",
    "http://[::1]x/", "http://::1/", "http://a b/", "http://h/a b", "http://h/é", "http://é/",
    "http://h/\r\nX: y",
    "http://h%41/", "http://h/\"", "file:///etc/passwd", "http://[h]/", "javascript:alert(1)", " http://h/",
  ])
  func whatIsNoSuchURLIsRefused(text: String) {
    #expect(throws: Wire.HTTPURL.Malformed.self) { try Wire.HTTPURL(parsing: text) }
  }

  @Test func aURLTooLongForARequestLineIsRefused() {
    #expect(throws: Wire.HTTPURL.Malformed.self) {
      try Wire.HTTPURL(parsing: "http://h/" + String(repeating: "a", count: 8000))
    }
  }

  @Test func escapingLeavesOnlyUnreservedCharacters() {
    #expect(Wire.HTTPURL.percentEncoded("aZ0-._~ /?é{\"}+") == "aZ0-._~%20%2F%3F%C3%A9%7B%22%7D%2B")
    #expect(Wire.HTTPURL.percentDecoded("a%20%c3%A9+") == "a é+")
  }

  @Test(arguments: ["%", "%4", "%4g", "%00", "%FF", "%C3"])
  func aBrokenEscapeDoesNotDecode(text: String) {
    #expect(Wire.HTTPURL.percentDecoded(text) == nil)
  }

  @Test func aQueryReadsBackThroughTheRequestParser() throws {
    let pairs = [("filters", "{\"label\":[\"a=b\"]}"), ("all", "true"), ("x y", "+&=%")]
    let request = try HTTPRequest(method: "GET", target: "/x?" + Wire.HTTPURL.query(pairs))
    #expect(request.query.map(\.name) == pairs.map(\.0))
    #expect(request.query.map(\.value) == pairs.map(\.1))
    #expect(Wire.HTTPURL.query([]) == "")
  }
}
