import Basics
internal import CLinux
import Platform
import Wire

/// The commands' side of the API: one connection a call, blocking, because a command does one thing at a time.
struct ApiClient {
  let address: SocketAddress
  /// How long a whole call may take; nil for as long as its kind may.
  private let timeout: Interval?

  static let defaultAddress = "127.0.0.1:56001"
  /// The agent reads in milliseconds, be it busy.
  private static let readTime = Interval.seconds(30)
  /// To start something the agent may look for a node, or wait for its disk: a little longer than it lets a request wait.
  private static let changeTime = Interval.seconds(200)
  /// A followed stream that is silent for so long is looked after: events come with a sign of life each 15 s.
  static let silence = Interval.seconds(20)

  init(address: SocketAddress, timeout: Interval) {
    self.address = address
    self.timeout = timeout
  }

  init(_ text: String?) throws(CommandFailure) {
    let text = text ?? Self.defaultAddress
    guard let address = SocketAddress.parse(text) else {
      throw CommandFailure(
        usage: "--api '\(text)': expected an address and port such as \(Self.defaultAddress)")
    }
    self.address = address
    timeout = nil
  }

  /// The path of a run that somebody names, whatever stands in the name.
  static func path(ofRun name: String, _ rest: String = "") throws(CommandFailure) -> String {
    // Encoded or not, these two are steps of a path and no names (RFC 3986 section 5.2.4).
    guard name != ".", name != ".." else {
      throw CommandFailure("no run '\(name)'; 'hearth ps -a' lists them")
    }
    return "/api/v2/runs/" + HTTPURL.percentEncoded(name) + rest
  }

  /// Sends a request and reads the whole answer, which must be JSON.
  ///
  /// - Throws: what the agent's problem document says, or that no agent answers.
  func call(_ method: String, _ target: String, body: JSON? = nil) throws(CommandFailure) -> JSON {
    let limit = timeout ?? (method == "GET" ? Self.readTime : Self.changeTime)
    let stream = try open(method, target, body: body, within: limit)
    var bytes: [UInt8] = []
    while let piece = try stream.next() {
      bytes += piece
      guard bytes.count <= Self.limit else {
        throw CommandFailure("the answer is larger than \(Self.limit) bytes")
      }
    }
    guard let json = try? JSON.parse(bytes, limits: Self.limits) else {
      throw CommandFailure("the answer of \(address.text) is not JSON; is that a Hearth agent?")
    }
    return json
  }

  /// Sends a request whose answer is read piece by piece.
  ///
  /// - Parameter time: for the whole answer; nil for one that goes on, of which only the head has to come in time.
  func open(
    _ method: String, _ target: String, body: JSON? = nil, accept: String? = nil, within time: Interval? = nil
  ) throws(CommandFailure) -> ApiStream {
    let descriptor: Int32
    do throws(SystemError) {
      descriptor = try Socket.connect(to: address, blocking: true, timeout: time ?? Self.silence)
    } catch {
      throw CommandFailure(
        "no agent at \(address.text) (\(error.reason)); start one with 'hearth serve'", kind: .nobodyListens)
    }
    var headers = HTTPHeaders([("Connection", "close")])
    if let accept { headers.add("Accept", accept) }
    if body != nil { headers.add("Content-Type", "application/json") }
    var bytes: [UInt8] = []
    HTTPRequest.encode(
      method: method, target: target, host: address.text, headers: headers, body: body?.encoded() ?? [],
      into: &bytes)
    do throws(SystemError) {
      try File.writeAll(descriptor, bytes, address.text)
    } catch {
      close(descriptor)
      throw CommandFailure(error.description)
    }
    let stream = ApiStream(
      descriptor: descriptor, peer: address.text, deadline: time.map { Clock.now() + $0 })
    try stream.begin()
    return stream
  }

  private static let limit = 64 << 20
  /// Ten thousand runs have half a million values; one with thousands of words has as many of its own.
  private static let limits = JSON.Limits(bytes: limit, nodes: limit / 8)
}

/// The answer to one call, as it comes.
final class ApiStream {
  let descriptor: Int32
  private let peer: String
  private var parser = HTTPResponseParser()
  private var buffer = [UInt8](repeating: 0, count: 16 << 10)
  private var isOver = false
  private let deadline: Instant?
  /// Whether `next` was empty because nothing came for `ApiClient.silence`.
  private(set) var isQuiet = false
  /// Reads in a row that found nothing, and how many make it quiet.
  private var quietReads = 0
  private var quietLimit = 1

  init(descriptor: Int32, peer: String, deadline: Instant? = nil) {
    self.descriptor = descriptor
    self.peer = peer
    self.deadline = deadline
  }

  deinit {
    close(descriptor)
  }

  /// Has `next` return after a second at most, empty where nothing came.
  func returnEachSecond() {
    clinux_set_timeout(descriptor, 1000)
    quietLimit = Int(ApiClient.silence.milliseconds / 1000)
  }

  /// Reads the head; an answer other than 2xx is thrown with the words of its problem document.
  func begin() throws(CommandFailure) {
    while true {
      guard case .head(let head)? = try event() else {
        if isQuiet { throw silent }
        continue
      }
      if (200..<300).contains(head.status) { return }
      var bytes: [UInt8] = []
      while let piece = try next(), !isQuiet { bytes += piece }
      let detail = (try? JSON.parse(bytes))?["detail"]?.string
      throw CommandFailure(detail ?? "\(peer) answered \(head.status) \(head.reason)")
    }
  }

  /// The next bytes of the body, empty where a signal came or nothing, nil at the body's end.
  func next() throws(CommandFailure) -> [UInt8]? {
    while !isOver {
      switch try event() {
      case .body(let bytes): return bytes
      case .end: isOver = true
      case .head: continue
      case nil: return []
      }
    }
    return nil
  }

  /// The next event; nil when a signal came instead, or nothing.
  private func event() throws(CommandFailure) -> HTTPResponseParser.Event? {
    isQuiet = false
    while true {
      do throws(HTTPError) {
        if let event = try parser.next() { return event }
      } catch {
        throw CommandFailure("the answer of \(peer) is not HTTP: \(error.reason)")
      }
      let count = recv(descriptor, &buffer, buffer.count, 0)
      let isNothing = count < 0 && clinux_errno() == EAGAIN
      quietReads = isNothing ? quietReads + 1 : 0
      isQuiet = isNothing && quietReads >= quietLimit
      if let deadline, isQuiet || deadline < Clock.now() { throw silent }
      if count > 0 {
        buffer.withUnsafeBytes { parser.feed(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      } else if isNothing || count < 0 && clinux_errno() == EINTR {
        return nil
      } else {
        return try atEnd()
      }
    }
  }

  private var silent: CommandFailure {
    CommandFailure("\(peer) takes the connection and does not answer")
  }

  private func atEnd() throws(CommandFailure) -> HTTPResponseParser.Event? {
    do throws(HTTPError) {
      if let event = try parser.closed() { return event }
    } catch {}
    throw CommandFailure("the agent at \(peer) ended the connection before its answer was whole")
  }
}
