import Basics
import Wire

/// What came out of a parser that was fed the text in pieces of the given size.
struct RequestOutcome: Equatable {
  var requests: [String] = []
  var status: Int?
}

func parseRequests(_ bytes: [UInt8], pieces: Int = .max, limits: HTTPLimits = HTTPLimits()) -> [HTTPRequest] {
  collectRequests(bytes, pieces: pieces, limits: limits).requests
}

func collectRequests(
  _ bytes: [UInt8], pieces: Int = .max, limits: HTTPLimits = HTTPLimits()
) -> (requests: [HTTPRequest], error: HTTPError?) {
  var parser = HTTPRequestParser(limits: limits)
  var requests: [HTTPRequest] = []
  var rest = bytes[...]
  do {
    repeat {
      let piece = rest.prefix(pieces)
      rest = rest.dropFirst(piece.count)
      piece.withUnsafeBytes { parser.feed($0) }
      while let request = try parser.next() { requests.append(request) }
    } while !rest.isEmpty
    return (requests, nil)
  } catch {
    return (requests, error)
  }
}

/// Everything of a request in one text, so that two of them compare.
func summary(_ request: HTTPRequest) -> String {
  let headers = request.headers.entries.map { "\($0.name):\($0.value)" }.joined(separator: "|")
  let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  return "\(request.method) \(request.target) \(request.path) \(query) [\(headers)] \(request.body) "
    + "\(request.keepAlive) \(request.acceptsChunked)"
}

func outcome(_ bytes: [UInt8], pieces: Int = .max) -> RequestOutcome {
  let (requests, error) = collectRequests(bytes, pieces: pieces)
  return RequestOutcome(requests: requests.map(summary), status: error?.status)
}

/// A response as it was received up to the close of the connection.
struct ReceivedResponse {
  var head: HTTPResponseHead?
  var body: [UInt8] = []
  var ended = false
  var fault: HTTPError?

  /// Everything of it in one text, so that two of them compare.
  var summary: String {
    let headers = head?.headers.entries.map { "\($0.name):\($0.value)" }.joined(separator: "|") ?? ""
    return
      "\(head?.status ?? 0) \(head?.reason ?? "") \(headers) \(body) \(ended) \(fault?.description ?? "")"
  }
}

func receive(_ bytes: [UInt8], pieces: Int = .max, isHead: Bool = false) -> ReceivedResponse {
  var parser = HTTPResponseParser(isHead: isHead)
  var received = ReceivedResponse()
  func take(_ event: HTTPResponseParser.Event) {
    switch event {
    case .head(let head): received.head = head
    case .body(let piece): received.body += piece
    case .end: received.ended = true
    }
  }
  var rest = bytes[...]
  do {
    while !rest.isEmpty {
      let piece = rest.prefix(pieces)
      rest = rest.dropFirst(piece.count)
      piece.withUnsafeBytes { parser.feed($0) }
      while let event = try parser.next() { take(event) }
    }
    while let event = try parser.closed() { take(event) }
  } catch {
    received.fault = error
  }
  return received
}
