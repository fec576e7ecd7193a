import Basics
import Testing
import Wire

/// Requests that two readers could understand differently, and the status each is refused with.
@Suite struct HTTPSmugglingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var status: Int
    var text: String

    init(_ name: String, _ status: Int, _ text: String) {
      self.name = name
      self.status = status
      self.text = text
    }

    var testDescription: String { name }
  }

  @Test(arguments: lines + lengths + codings + chunks)
  func anAmbiguousRequestIsRefused(refused: Case) {
    // What follows must not come out as a request of its own.
    let bytes = Array((refused.text + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n").utf8)
    #expect(outcome(bytes) == RequestOutcome(status: refused.status))
    #expect(outcome(bytes, pieces: 1) == RequestOutcome(status: refused.status))
  }

  private static func post(_ fields: String, _ body: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body
  }

  private static func chunked(_ body: String) -> String {
    post("Transfer-Encoding: chunked\r\n", body)
  }

  static let lines: [Case] = [
    Case("bare LF after the request line", 400, "GET / HTTP/1.1\nHost: h\r\n\r\n"),
    Case("bare LF after a field", 400, "GET / HTTP/1.1\r\nHost: h\n\r\n"),
    Case("bare LF as the empty line", 400, "GET / HTTP/1.1\r\nHost: h\r\n\n"),
    Case("bare CR in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\rContent-Length: 5\r\n\r\n"),
    Case("bare CR in the request line", 400, "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("CR CR LF", 400, "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n"),
    Case("NUL in a value", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\u{0}c\r\n\r\n"),
    Case("NUL in a name", 400, "GET / HTTP/1.1\r\nHost: h\r\nA\u{0}: b\r\n\r\n"),
    Case("NUL in the target", 400, "GET /\u{0} HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("folded field", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n"),
    Case(
      "folded with a tab", 400, "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\tTransfer-Encoding: chunked\r\n\r\n"),
    Case("space before the first field", 400, "GET / HTTP/1.1\r\n Host: h\r\n\r\n"),
    Case("space before the colon", 400, "GET / HTTP/1.1\r\nHost : h\r\n\r\n"),
    Case("tab before the colon", 400, "GET / HTTP/1.1\r\nHost: h\r\nContent-Length\t: 3\r\n\r\nabc"),
    Case("field without colon", 400, "GET / HTTP/1.1\r\nHost: h\r\nA\r\n\r\n"),
    Case("field without name", 400, "GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n"),
    Case(
      "letter beyond ASCII in a name", 400,
      "GET / HTTP/1.1\r\nHost: h\r\nContent-Lengt\u{68}\u{301}: 1\r\n\r\n"),
    Case("no host in 1.1", 400, "GET / HTTP/1.1\r\n\r\n"),
    Case("two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    Case("the same host twice", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    Case("two hosts in one", 400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    Case("user in the host", 400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    Case("path in the host", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    Case("letters as the host's port", 400, "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
    Case("two hosts in 1.0", 400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
    Case("method with a colon", 400, "G:T / HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("space before the method", 400, " GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("no version", 400, "GET /\r\nHost: h\r\n\r\n"),
    Case("no target", 400, "GET HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("two spaces before the target", 400, "GET  / HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("two spaces before the version", 400, "GET /  HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("space after the version", 400, "GET / HTTP/1.1 \r\nHost: h\r\n\r\n"),
    Case("space in the target", 400, "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("tab between the parts", 400, "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n"),
    Case("version in lower case", 400, "GET / http/1.1\r\nHost: h\r\n\r\n"),
    Case("version with two digits", 400, "GET / HTTP/1.10\r\nHost: h\r\n\r\n"),
    Case("version 2", 505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"),
    Case("version 0.9", 505, "GET / HTTP/0.9\r\nHost: h\r\n\r\n"),
    Case("two empty lines first", 400, "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
  ]

  static let lengths: [Case] = [
    Case("length with plus", 400, post("Content-Length: +3\r\n", "abc")),
    Case("length with minus", 400, post("Content-Length: -3\r\n", "abc")),
    Case("length with a space inside", 400, post("Content-Length: 1 3\r\n", "abc")),
    Case("length in hexadecimal", 400, post("Content-Length: 0x3\r\n", "abc")),
    Case("length with a fraction", 400, post("Content-Length: 3.0\r\n", "abc")),
    Case("length without digits", 400, post("Content-Length:\r\n", "")),
    Case("length of other digits", 400, post("Content-Length: ３\r\n", "abc")),
    Case("length as a list", 400, post("Content-Length: 3, 3\r\n", "abc")),
    Case("length as a list of two", 400, post("Content-Length: 3,4\r\n", "abc")),
    Case("two lengths that differ", 400, post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc")),
    Case("second length broken", 400, post("Content-Length: 3\r\nContent-Length: x\r\n", "abc")),
    Case("length beyond 64 bits", 400, post("Content-Length: 18446744073709551619\r\n", "abc")),
    Case("length beyond 63 bits", 400, post("Content-Length: 9223372036854775808\r\n", "abc")),
    Case("length beyond the bound", 413, post("Content-Length: 1048577\r\n", "abc")),
    Case("length and coding", 400, post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    Case("coding and length", 400, post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")),
    Case(
      "coding and length in other case", 400, post("tRANSFER-eNCODING: chunked\r\ncontent-length: 0\r\n", "")),
  ]

  static let codings: [Case] = [
    Case("coding identity", 501, post("Transfer-Encoding: identity\r\n")),
    Case("coding gzip", 501, post("Transfer-Encoding: gzip\r\n")),
    Case("gzip, chunked", 501, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
    Case("chunked, identity", 501, post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")),
    Case("chunked twice", 501, post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
    Case(
      "two coding fields", 501,
      post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    Case(
      "second coding hidden", 501, post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", "0\r\n\r\n")
    ),
    Case("coding in quotes", 501, post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")),
    Case("coding xchunked", 501, post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
    Case("coding with a parameter", 501, post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n")),
    Case("coding empty", 501, post("Transfer-Encoding:\r\n", "0\r\n\r\n")),
    Case("coding with a vertical tab", 400, post("Transfer-Encoding: \u{0B}chunked\r\n", "0\r\n\r\n")),
    Case(
      "coding in HTTP/1.0", 400, "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Case("other expectation", 417, post("Expect: 200-ok\r\nContent-Length: 3\r\n", "abc")),
  ]

  static let chunks: [Case] = [
    Case("size with 0x", 400, chunked("0x3\r\nabc\r\n0\r\n\r\n")),
    Case("size with plus", 400, chunked("+3\r\nabc\r\n0\r\n\r\n")),
    Case("size with minus", 400, chunked("-3\r\nabc\r\n0\r\n\r\n")),
    Case("size with a space before", 400, chunked(" 3\r\nabc\r\n0\r\n\r\n")),
    Case("size with a space after", 400, chunked("3 \r\nabc\r\n0\r\n\r\n")),
    Case("size empty", 400, chunked("\r\nabc\r\n0\r\n\r\n")),
    Case("size of letters", 400, chunked("xyz\r\nabc\r\n0\r\n\r\n")),
    Case("size beyond 64 bits", 400, chunked("10000000000000003\r\nabc\r\n0\r\n\r\n")),
    Case("size that wraps to zero", 400, chunked("100000000000000000\r\nabc\r\n0\r\n\r\n")),
    Case("size beyond the bound", 413, chunked("7fffffffffffffff\r\nabc\r\n0\r\n\r\n")),
    Case("size a little beyond the bound", 413, chunked("100001\r\nabc\r\n0\r\n\r\n")),
    Case("size with bare LF", 400, chunked("3\nabc\r\n0\r\n\r\n")),
    Case("size with bare CR", 400, chunked("3\r;\r\nabc\r\n0\r\n\r\n")),
    Case("NUL in an extension", 400, chunked("3;a=\u{0}\r\nabc\r\n0\r\n\r\n")),
    Case("bare LF in an extension", 400, chunked("3;a\nabc\r\n0\r\n\r\n")),
    Case("chunk longer than its size", 400, chunked("3\r\nabcd\r\n0\r\n\r\n")),
    Case("chunk that ends with bare LF", 400, chunked("3\r\nabc\n0\r\n\r\n")),
    Case("chunk that ends with CR only", 400, chunked("3\r\nabc\r0\r\n\r\n")),
    Case("long extension", 400, chunked("3;" + String(repeating: "a", count: 300) + "\r\nabc\r\n0\r\n\r\n")),
    Case(
      "many extensions", 400,
      chunked(
        String(repeating: "1;" + String(repeating: "a", count: 200) + "\r\nx\r\n", count: 30) + "0\r\n\r\n")),
    Case("folded trailer", 400, chunked("0\r\nA: b\r\n c\r\n\r\n")),
    Case("trailer without colon", 400, chunked("0\r\nAb\r\n\r\n")),
    Case(
      "trailers without end", 431,
      chunked("0\r\n" + String(repeating: "A: " + String(repeating: "b", count: 1000) + "\r\n", count: 20))),
    Case("many trailers", 431, chunked("0\r\n" + String(repeating: "A: b\r\n", count: 65) + "\r\n")),
  ]
}
