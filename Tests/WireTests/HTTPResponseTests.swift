import Basics
import Testing
import Wire

@Suite struct HTTPResponseTests {
  @Test func aResponseIsWrittenWithLengthAndConnection() {
    let headers = HTTPHeaders([("Content-Type", "text/plain"), ("content-length", "9"), ("Connection", "x")])
    let response = HTTPResponse(status: 200, headers: headers, body: Array("pong".utf8))
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    #expect(written(response) == head + "Connection: keep-alive\r\nContent-Length: 4\r\n\r\npong")
    #expect(
      written(response, keepAlive: false) == head + "Connection: close\r\nContent-Length: 4\r\n\r\npong")
    #expect(written(response, isHead: true) == head + "Connection: keep-alive\r\nContent-Length: 4\r\n\r\n")
  }

  @Test func aStatusWithoutBodySendsNone() {
    let response = HTTPResponse(status: 204, body: [1, 2])
    #expect(written(response) == "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n")
  }

  @Test func aFieldCannotSplitTheResponse() {
    let response = HTTPResponse(
      status: 400, headers: HTTPHeaders([("A", "b\r\n\r\nc"), ("B:", "d"), ("C d", "e")]))
    #expect(written(response).hasPrefix("HTTP/1.1 400 Bad Request\r\nA: b    c\r\nConnection"))
  }

  @Test func aStatusOutsideTheGrammarBecomesAnError() {
    #expect(written(HTTPResponse(status: 7)).hasPrefix("HTTP/1.1 500"))
    #expect(written(HTTPResponse(status: 299)).hasPrefix("HTTP/1.1 299 \r\n"))
  }

  @Test func aStreamReadsBackPieceByPiece() throws {
    var bytes: [UInt8] = []
    HTTPResponse(status: 200).encodeHead(into: &bytes, chunked: true)
    let pieces = [[], [1], [UInt8](repeating: 2, count: 15), [UInt8](repeating: 3, count: 70_000)]
    for piece in pieces { HTTPChunk.encode(piece, into: &bytes) }
    HTTPChunk.end(into: &bytes)
    let result = receive(bytes)
    #expect(result.body == pieces.flatMap { $0 })
    #expect(result.ended && result.fault == nil)
    #expect(result.head?.keepAlive == true)
  }

  @Test func aStreamForAnOldClientEndsWithTheConnection() throws {
    var bytes: [UInt8] = []
    HTTPResponse(status: 200).encodeHead(into: &bytes, chunked: false)
    #expect(String(decoding: bytes, as: UTF8.self) == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
  }

  @Test func aLengthEndsTheBodyAndTheRestIsExcess() throws {
    var parser = HTTPResponseParser()
    feed(&parser, "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nabX")
    guard case .head(let head)? = try parser.next() else { throw Unexpected() }
    #expect(head.status == 404 && head.reason == "Not Found" && head.keepAlive)
    guard case .body(let body)? = try parser.next() else { throw Unexpected() }
    #expect(body == Array("ab".utf8))
    guard case .end? = try parser.next() else { throw Unexpected() }
    let result1 = try parser.next()
    #expect(result1 == nil)
    #expect(parser.hasExcess)
    let result2 = try parser.closed()
    #expect(result2 == nil)
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\n\r\nabc", "abc"), ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nabc", "abc"),
    ("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw\u{1}", "raw\u{1}"),
    ("HTTP/1.1 200\r\n\r\n", ""),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx", "x"),
  ])
  func aBodyMayEndWithTheConnection(text: String, body: String) {
    for pieces in [1, 7, 1000] {
      let result = receive(Array(text.utf8), pieces: pieces)
      #expect(String(decoding: result.body, as: UTF8.self) == body)
      #expect(result.ended && result.fault == nil && result.head?.keepAlive == false)
    }
  }

  @Test(arguments: ["204 No Content", "304 Not Modified"])
  func aStatusWithoutBodyEndsAtItsHead(status: String) {
    let result = receive(Array("HTTP/1.1 \(status)\r\nContent-Length: 5\r\n\r\n".utf8))
    #expect(result.ended && result.body.isEmpty && result.fault == nil)
  }

  @Test func anAnswerToHEADHasNoBody() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
    #expect(receive(Array(text.utf8), isHead: true).ended)
    #expect(receive(Array(text.utf8)).fault != nil)
  }

  @Test(arguments: [
    "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
  ])
  func anEarlyCloseIsAnError(text: String) {
    let result = receive(Array(text.utf8))
    #expect(!result.ended && result.fault?.reason == "connection closed inside the response")
  }

  @Test(arguments: [
    "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
    "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "HTTP/1.1 200 a\u{0}b\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 2x0 OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
  ])
  func aBrokenResponseIsRefused(text: String) {
    let result = receive(Array(text.utf8))
    #expect(result.fault != nil && result.fault?.reason != "connection closed inside the response")
  }

  @Test func interimAnswersDoNotGoOnForEver() {
    let text = String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 9)
    #expect(receive(Array(text.utf8)).fault?.reason == "interim answers without end")
  }

  @Test func aStreamIsNotBoundedByTheBodysLimit() {
    var parser = HTTPResponseParser()
    feed(&parser, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    var chunk: [UInt8] = []
    HTTPChunk.encode([UInt8](repeating: 7, count: 1 << 20), into: &chunk)
    var count = 0
    do {
      for _ in 0..<8 {
        chunk.withUnsafeBytes { parser.feed($0) }
        while let event = try parser.next() { if case .body(let piece) = event { count += piece.count } }
      }
    } catch {
      Issue.record("\(error)")
    }
    #expect(count == 8 << 20)
  }

  @Test func aChunkOfAnySizeIsStreamedWithoutOverflow() {
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nabc"
    let result = receive(Array(text.utf8))
    #expect(result.body == Array("abc".utf8) && result.fault?.status == 400)
  }

  private struct Unexpected: Error {}

  private func written(_ response: HTTPResponse, keepAlive: Bool = true, isHead: Bool = false) -> String {
    var bytes: [UInt8] = []
    response.encode(into: &bytes, keepAlive: keepAlive, isHead: isHead)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func feed(_ parser: inout HTTPResponseParser, _ text: String) {
    Array(text.utf8).withUnsafeBytes { parser.feed($0) }
  }
}
