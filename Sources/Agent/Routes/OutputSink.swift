import Containers
import HTTPServer
import Wire

/// Sends output to a client in the form it wants.
final class OutputSink {
  private let connection: ServerConnection
  private let wantsFrames: Bool
  private var frames = EngineFrames()
  private var hasBegun = false
  private(set) var isGone = false
  private var onGone: () -> Void = {}
  private var onDrained: () -> Void = {}

  init(connection: ServerConnection, wantsFrames: Bool) {
    self.connection = connection
    self.wantsFrames = wantsFrames
  }

  /// Sends the head, once; a later call only says what is to happen from now on.
  func begin(onGone: @escaping () -> Void = {}, onDrained: @escaping () -> Void = {}) {
    self.onGone = onGone
    self.onDrained = onDrained
    guard !hasBegun else { return }
    hasBegun = true
    let type = wantsFrames ? EngineFrames.mediaType : "text/plain; charset=utf-8"
    let head = HTTPResponse(
      status: 200, headers: HTTPHeaders([("Content-Type", type), ("X-Content-Type-Options", "nosniff")]))
    connection.beginStream(
      head,
      onGone: {
        self.isGone = true
        self.onGone()
      },
      onDrained: { self.onDrained() })
  }

  /// - Returns: false when the client is slow and the source should pause.
  @discardableResult
  func send(stream: EngineStream, _ bytes: [UInt8]) -> Bool {
    connection.send(wantsFrames ? EngineFrames.encode(stream: stream, bytes[...]) : bytes)
  }

  /// Sends output that is in frames already, which may begin and end anywhere between two calls.
  @discardableResult
  func send(frames bytes: [UInt8]) -> Bool {
    if wantsFrames { return connection.send(bytes) }
    var goesOn = true
    for part in frames.feed(bytes) {
      if case .output(_, let piece) = part { goesOn = connection.send(piece) }
    }
    return goesOn
  }

  /// Ends the output before its end: says why on stderr, and in a way that no client takes for the end.
  func fail(_ reason: String) {
    send(stream: .stderr, Array("hearth: \(reason)\n".utf8))
    onGone = {}
    onDrained = {}
    connection.breakStream()
  }

  func finish() {
    onGone = {}
    onDrained = {}
    connection.finishStream()
  }
}
