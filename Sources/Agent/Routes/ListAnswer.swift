import Basics
import HTTPServer
import Platform
import Wire

/// An answer `{"NAME":[…]}` whose elements are made while the client takes them: however long the list is, it takes the
/// memory of one piece.
final class ListAnswer {
  /// Appends the next element; false where there is none any more.
  typealias Source = (inout ListPiece) -> Bool

  private let connection: ServerConnection
  private let source: Source
  private var piece: ListPiece
  fileprivate private(set) var isGone = false

  /// Begins the answer; the elements come in turn with those of other lists.
  init(_ connection: ServerConnection, _ name: String, turns: ListTurns, _ source: @escaping Source) {
    self.connection = connection
    self.source = source
    piece = ListPiece(name: name)
    let head = HTTPResponse(status: 200, headers: HTTPHeaders([("Content-Type", "application/json")]))
    connection.beginStream(
      head, within: Server.answerTime, onGone: { self.isGone = true }, onDrained: { turns.wait(self) })
    turns.wait(self)
  }

  /// Sends the next piece.
  ///
  /// - Returns: whether it wants another turn; false at the end, and while the client is slow.
  fileprivate func sendPiece() -> Bool {
    if isGone { return false }
    var hasMore = true
    while hasMore, piece.bytes.count < ListPiece.size { hasMore = source(&piece) }
    if !hasMore { piece.bytes += Array("]}".utf8) }
    let isTaken = connection.send(piece.bytes)
    piece.bytes = []
    if !hasMore { connection.finishStream() }
    return hasMore && isTaken
  }
}

/// Elements of a list on their way to a client.
struct ListPiece {
  fileprivate(set) var bytes: [UInt8]
  private var isFirst = true

  /// Bytes that are made in one turn, and one element more.
  static let size = 16 << 10

  fileprivate init(name: String) {
    bytes = Array("{\"\(name)\":[".utf8)
  }

  mutating func append(_ element: JSON) {
    append { element.encode(into: &$0) }
  }

  /// - Parameter encode: appends the element.
  mutating func append(_ encode: (inout [UInt8]) -> Void) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    encode(&bytes)
  }
}

/// Lists under way: one piece of one of them is made in a round of the loop, so that everybody else has a turn between two.
final class ListTurns {
  private let loop: EventLoop
  private var waiting: [ListAnswer] = []

  init(loop: EventLoop) {
    self.loop = loop
  }

  func wait(_ list: ListAnswer) {
    waiting.append(list)
    if waiting.count == 1 { serveSoon() }
  }

  private func serveSoon() {
    loop.after(.zero) {
      let list = self.waiting.removeFirst()
      if list.sendPiece() { self.waiting.append(list) }
      if !self.waiting.isEmpty { self.serveSoon() }
    }
  }
}
