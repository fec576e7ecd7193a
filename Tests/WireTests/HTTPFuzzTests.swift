import Basics
import TestSupport
import Testing
import Wire

@Suite struct HTTPFuzzTests {
  static let requests: [[UInt8]] = [
    "GET /api/v1/ping HTTP/1.1\r\nHost: localhost:56001\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n",
    "POST /a%20b?x=1&y=%41 HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
    "GET http://h/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\nOPTIONS * HTTP/1.0\r\n\r\n",
    "\r\nDELETE /%2F/x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
  ].map { Array($0.utf8) }
  static let responses: [[UInt8]] = [
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n\r\nraw bytes", "HTTP/1.0 200 OK\r\n\r\nuntil close",
  ].map { Array($0.utf8) }
  static let dictionary = [
    "\r\n", "\r", "\n", " ", "\t", ":", "\u{0}", "Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n",
    "Host: h\r\n",
    "HTTP/1.1", "0\r\n\r\n", "ffffffffffffffff", "99999999999999999999", "%", "%00", "..", "\r\n\r\n", ";",
    ",", "[",
  ]

  @Test func aDamagedRequestMeansTheSameHoweverItIsCutUp() {
    fuzz("HTTP requests") { random in
      var mutator = Mutator(corpus: Self.requests, dictionary: Self.dictionary, seed: random.next())
      let text = mutator.next()
      let whole = outcome(text)
      for pieces in [1, 1 + random.below(40)] where outcome(text, pieces: pieces) != whole {
        return "in pieces of \(pieces): " + printable(text)
      }
      return nil
    }
  }

  @Test func anAcceptedRequestSentOnMeansTheSame() {
    fuzz(cases: 10_000, "HTTP requests sent on") { random in
      var mutator = Mutator(corpus: Self.requests, dictionary: Self.dictionary, seed: random.next())
      let text = mutator.next()
      for request in parseRequests(text) where request.headers["Host"]?.isEmpty == false {
        // Expectations count from 1.1 on, which is what is sent here.
        if !request.acceptsChunked, request.headers["Expect"] != nil { continue }
        var sent: [UInt8] = []
        HTTPRequest.encode(
          method: request.method, target: request.target, host: request.headers["Host"] ?? "",
          headers: request.headers,
          body: request.body, into: &sent)
        let again = collectRequests(sent)
        guard again.requests.count == 1, let copy = again.requests.first, copy.path == request.path,
          copy.body == request.body, copy.method == request.method
        else { return printable(text) + " sent on as " + printable(sent) }
      }
      return nil
    }
  }

  @Test func aDamagedResponseMeansTheSameHoweverItIsCutUp() {
    fuzz("HTTP responses") { random in
      var mutator = Mutator(corpus: Self.responses, dictionary: Self.dictionary, seed: random.next())
      let text = mutator.next()
      let isHead = random.oneIn(8)
      let whole = receive(text, isHead: isHead).summary
      for pieces in [1, 1 + random.below(40)]
      where receive(text, pieces: pieces, isHead: isHead).summary != whole {
        return "in pieces of \(pieces): " + printable(text)
      }
      return nil
    }
  }

  @Test func aDamagedURLNeverTrapsAndAnAcceptedOneIsARequest() {
    let corpus = [
      "http://h/", "https://[fe80::1]:8443/a/b?c=d#e", "HTTP://Example.com:80?x", "http://1.2.3.4:65535/%20",
    ]
    fuzz("URLs") { random in
      var mutator = Mutator(
        corpus: corpus.map { Array($0.utf8) },
        dictionary: ["[", "]", ":", "/", "?", "#", "@", "%41", "99999", "é"],
        seed: random.next())
      let text = String(decoding: mutator.next(), as: UTF8.self)
      guard let url = try? Wire.HTTPURL(parsing: text) else { return nil }
      var sent: [UInt8] = []
      HTTPRequest.encode(method: "GET", target: url.target, host: url.authority, into: &sent)
      let (requests, error) = collectRequests(sent)
      // The server refuses paths that lead elsewhere; the request line itself must be clean.
      let isClean = requests.count == 1 && requests[0].target == url.target
      return isClean || error?.reason.contains("path") == true || error?.reason.contains("query") == true
        ? nil : text + ": " + (error?.description ?? "")
    }
  }
}
