internal import Wire

/// One call to the Engine on one connection: bytes in, events out.
///
/// Whoever owns the socket connects, writes `requestBytes`, gives `received` what it reads, and tells the end by
/// `closed`, `broken` or `fellSilent`. After `done` or `failed` the connection is of no more use and everything
/// further is ignored. A call that is no longer wanted is ended by closing its socket.
package struct EngineCall {
  /// What is written to the socket; may be emptied once it was.
  package var requestBytes: [UInt8]
  /// Which call it is; errors name it.
  package let verb: EngineVerb
  /// What the call is about, as in `EngineError`.
  package let subject: String
  /// Seconds without a byte after which to call `fellSilent`; `nil` where silence is the normal state.
  package let timeout: Int?

  /// Largest answer that is read as a whole; lists and descriptions of containers are not.
  static let documentLimit = 4 << 20
  /// Largest message of an error; what is longer is no message.
  static let messageLimit = 64 << 10

  private enum Phase {
    case head
    case body
    case over
  }

  /// What is done with the body.
  enum Body {
    /// It says nothing beyond the status.
    case ignored
    /// It is one JSON value, kept until it is complete.
    case document
    /// A list of JSON objects, or one, of which a part is kept.
    case elements(EngineElements)
    /// JSON values, one per line.
    case lines(EngineLines)
    /// Output in frames, and the message of an error that came in one.
    case frames(EngineFrames)
    /// Output as it is.
    case raw
    /// The message of an error of that status.
    case refusal(Int, reason: String)
  }

  private let version: EngineVersion?
  private let terminal: Bool
  /// What is kept of each element of the answer, where that is read so.
  private let wish: EngineElements.Wish?
  private var phase = Phase.head
  private var body = Body.ignored
  private var parser: HTTPResponseParser
  /// A document or message that is not complete yet.
  private var pending: [UInt8] = []
  /// The containers of the answer so far.
  private var listed: [ContainerState] = []
  private var meter = PullMeter()

  /// - Parameter terminal: the container has a terminal (`ContainerState.terminal`), so its output has no frames;
  ///   matters for `logs` and `attach`.
  package init(_ request: EngineRequest, version: EngineVersion?, terminal: Bool = false) {
    requestBytes = request.encode(version: version)
    verb = request.verb
    subject = request.subject
    timeout = request.timeout
    self.version = version
    self.terminal = terminal
    wish = request.wish
    parser = HTTPResponseParser(isHead: false, limits: HTTPLimits(bodyBytes: .max))
  }

  /// Whether `done` or `failed` was yielded.
  package var isOver: Bool {
    if case .over = phase { return true }
    return false
  }

  /// Takes bytes that were read from the socket.
  package mutating func received(_ bytes: UnsafeRawBufferPointer) -> [EngineEvent] {
    var events: [EngineEvent] = []
    var rest = bytes[...]
    while !isOver, !rest.isEmpty {
      let piece = rest.prefix(Self.readSize)
      rest = rest.dropFirst(piece.count)
      parser.feed(UnsafeRawBufferPointer(rebasing: piece))
      drain(&events)
    }
    return events
  }

  /// What is given to the parser at once, which holds a few MiB at most.
  private static let readSize = 64 << 10

  /// Takes the orderly end of the connection.
  package mutating func closed() -> [EngineEvent] {
    var events: [EngineEvent] = []
    if isOver { return events }
    do throws(HTTPError) {
      while !isOver, let event = try parser.closed() { take(event, &events) }
    } catch {
      // That it ended too early is all there is to say; the expectation is this client's own.
    }
    // An error that was told is worth more than that its end is missing.
    if case .refusal(let status, let reason) = body {
      fail(.refused(status: status, message: message(reason)), &events)
    } else if case .frames = body, !pending.isEmpty {
      fail(.reported(message: message("")), &events)
    }
    if !isOver { fail(.closed(expected: expected), &events) }
    return events
  }

  /// Takes an error of the socket, on connecting, writing or reading; the detail is the system's.
  package mutating func broken(_ detail: String) -> [EngineEvent] {
    var events: [EngineEvent] = []
    if !isOver { fail(.broken(detail: detail), &events) }
    return events
  }

  /// Takes the caller's verdict that nothing came for so many seconds.
  package mutating func fellSilent(seconds: Int) -> [EngineEvent] {
    var events: [EngineEvent] = []
    if !isOver { fail(.silent(seconds: seconds), &events) }
    return events
  }

  private mutating func drain(_ events: inout [EngineEvent]) {
    while !isOver {
      do throws(HTTPError) {
        guard let event = try parser.next() else { return }
        take(event, &events)
      } catch {
        fail(.malformed("the HTTP answer, \(error.reason)"), &events)
      }
    }
  }

  private mutating func take(_ event: HTTPResponseParser.Event, _ events: inout [EngineEvent]) {
    switch event {
    case .head(let head): begin(head, &events)
    case .body(let bytes): take(bytes, &events)
    case .end: end(&events)
    }
  }

  private mutating func begin(_ head: HTTPResponseHead, _ events: inout [EngineEvent]) {
    switch head.status {
    case 200..<300: body = expectedBody(head)
    case 304 where verb == .start || verb == .stop: body = .ignored
    default: body = .refusal(head.status, reason: head.reason)
    }
    phase = .body
    if verb == .attach, 200..<300 ~= head.status { events.append(.attached) }
  }

  private func expectedBody(_ head: HTTPResponseHead) -> Body {
    if let wish { return .elements(EngineElements(wish, isList: verb != .inspect)) }
    switch verb {
    case .start, .stop, .kill, .remove: return .ignored
    case .version, .create, .wait, .inspect, .list, .imageInspect, .images: return .document
    // What a container's labels make too long says nothing that is asked for.
    case .pull, .events: return .lines(EngineLines(skipsLong: verb == .events))
    case .logs, .attach:
      let type = head.headers["Content-Type"]
      if type == EngineFrames.mediaType { return .frames(EngineFrames()) }
      // Below API 1.42 the Engine calls both kinds raw, and so does it for ever on attaching over plain HTTP.
      let meansIt = verb == .logs && version.map { $0 >= EngineVersion(1, 42) } ?? false
      let raw = terminal || meansIt && type == "application/vnd.docker.raw-stream"
      return raw ? .raw : .frames(EngineFrames())
    }
  }

  private mutating func take(_ bytes: [UInt8], _ events: inout [EngineEvent]) {
    switch body {
    case .ignored: return
    case .raw: if !bytes.isEmpty { events.append(.output(.stdout, bytes)) }
    case .document: keep(bytes, upTo: Self.documentLimit, "the answer", &events)
    case .refusal: keep(bytes, upTo: Self.messageLimit, "the message of an error", &events)
    case .frames(var frames):
      for part in frames.feed(bytes) { take(part, &events) }
      body = .frames(frames)
    case .elements(var elements):
      body = .ignored
      take(bytes, &elements, &events)
      body = .elements(elements)
    case .lines(var lines):
      // The copy in `body` is let go, else appending to the kept line would copy it each time.
      body = .ignored
      lines.feed(bytes)
      take(&lines, &events)
      body = .lines(lines)
    }
  }

  private mutating func keep(
    _ bytes: [UInt8], upTo limit: Int, _ what: String, _ events: inout [EngineEvent]
  ) {
    guard bytes.count <= limit - pending.count else {
      fail(.tooLarge(what, limit: limit), &events)
      return
    }
    pending += bytes
  }

  private mutating func take(
    _ bytes: [UInt8], _ elements: inout EngineElements, _ events: inout [EngineEvent]
  ) {
    var rest = bytes[...]
    do throws(EngineAnswer.Fault) {
      while let element = try elements.next(&rest) {
        let event = try EngineAnswer.read(element: element, of: verb)
        // A container counts once the answer is whole.
        if case .container(let container) = event { listed.append(container) } else { events.append(event) }
      }
    } catch {
      fail(error.reason, &events)
    }
  }

  private mutating func take(_ part: EngineFrames.Part, _ events: inout [EngineEvent]) {
    switch part {
    case .output(let stream, let bytes): events.append(.output(stream, bytes))
    case .error(let bytes): keep(bytes, upTo: Self.messageLimit, "the message of an error", &events)
    case .malformed(let what): fail(.malformed(what), &events)
    }
  }

  private mutating func take(_ lines: inout EngineLines, _ events: inout [EngineEvent]) {
    do throws(EngineLineTooLong) {
      while !isOver, let line = try lines.line() { take(line: line, &events) }
    } catch {
      fail(.tooLarge("one line of the answer", limit: EngineLines.limit), &events)
    }
  }

  private mutating func take(line: [UInt8], _ events: inout [EngineEvent]) {
    guard let json = EngineAnswer.parse(line) else {
      fail(.malformed("a line that is not JSON"), &events)
      return
    }
    if let message = json["errorDetail"]?["message"]?.string ?? json["error"]?.string {
      fail(.reported(message: message), &events)
    } else if verb == .pull {
      events.append(.progress(meter.step(json)))
    } else if let notice = EngineNotice(json) {
      events.append(.notice(notice))
    } else {
      fail(.malformed("an event without type or action"), &events)
    }
  }

  private mutating func end(_ events: inout [EngineEvent]) {
    switch body {
    case .ignored, .raw: finish(&events)
    case .refusal(let status, let reason): fail(.refused(status: status, message: message(reason)), &events)
    case .document: read(&events)
    case .elements(let elements):
      guard elements.isComplete else { return fail(.closed(expected: expected), &events) }
      switch verb {
      case .list: events.append(.containers(listed))
      case .inspect: events += listed.map { .container($0) }
      default: break
      }
      finish(&events)
    case .frames(let frames):
      if !pending.isEmpty {
        fail(.reported(message: message("")), &events)
      } else if frames.isComplete {
        finish(&events)
      } else {
        fail(.closed(expected: "the rest of an output frame"), &events)
      }
    case .lines(var lines):
      let last = lines.take()
      if !last.isEmpty { take(line: last, &events) }
      if !isOver { finish(&events) }
    }
  }

  /// Reads the document that is complete now.
  private mutating func read(_ events: inout [EngineEvent]) {
    if pending.isEmpty { return fail(.closed(expected: expected), &events) }
    do throws(EngineAnswer.Fault) {
      let answer = try EngineAnswer.read(pending, of: verb)
      events += answer.events
      if let reason = answer.failure { fail(reason, &events) } else { finish(&events) }
    } catch {
      fail(error.reason, &events)
    }
  }

  /// What is still to come, for the error of an early end.
  private var expected: String {
    if case .head = phase { return "the head of the answer" }
    switch verb {
    case .wait: return "an exit code"
    case .logs, .attach: return "the end of the output"
    case .pull: return "the end of the pull"
    case .events: return "further events"
    default: return "the whole answer"
    }
  }

  /// The Engine's message: that of `{"message":…}`, else the text as it is, else the status line's.
  private func message(_ reason: String) -> String {
    if let message = EngineAnswer.parse(pending)?["message"]?.string { return message }
    var text = pending[...]
    while let last = text.last, last <= 0x20 { text.removeLast() }
    return text.isEmpty ? reason : String(decoding: text, as: UTF8.self)
  }

  private mutating func finish(_ events: inout [EngineEvent]) {
    events.append(.done)
    close()
  }

  private mutating func fail(_ reason: EngineError.Reason, _ events: inout [EngineEvent]) {
    guard !isOver else { return }
    events.append(.failed(EngineError(verb, subject: subject, reason: reason)))
    close()
  }

  private mutating func close() {
    phase = .over
    body = .ignored
    pending = []
    listed = []
    requestBytes = []
  }
}
