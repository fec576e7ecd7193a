import Hardware
import Orchestration
import Wire

/// The clients of `GET /api/v2/events`: each change of a run's state goes to them as a server-sent event (HTML
/// standard, 9.2).
final class Followers {
  private struct Follower {
    let connection: ServerConnection
    /// Only this run, and the stream ends with it; nil is every run.
    let run: RunID?
  }

  private var followers: [UInt64: Follower] = [:]
  private var nextFollower: UInt64 = 0
  private var nextEvent: UInt64 = 0
  private var lastKeepAlive: Instant?

  /// Proxies and clients take a silent stream for a dead one after half a minute or more.
  private static let keepAlive = Interval.seconds(15)

  func add(_ connection: ServerConnection, run: Run?) {
    let number = nextFollower
    nextFollower &+= 1
    let head = HTTPResponse(
      status: 200,
      headers: HTTPHeaders([("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]))
    followers[number] = Follower(connection: connection, run: run?.id)
    connection.beginStream(head, onGone: { self.followers[number] = nil })
    if let run { tell(number, run) }
  }

  func changed(_ run: Run) {
    for number in Array(followers.keys) {
      guard let follower = followers[number], follower.run == nil || follower.run == run.id else { continue }
      tell(number, run)
    }
  }

  /// Once a second.
  func sweep(_ now: Instant) {
    guard !followers.isEmpty else { return }
    if let lastKeepAlive, now - lastKeepAlive < Self.keepAlive { return }
    lastKeepAlive = now
    for follower in Array(followers.values) { follower.connection.send(Array(":\n\n".utf8)) }
  }

  private func tell(_ number: UInt64, _ run: Run) {
    guard let follower = followers[number] else { return }
    nextEvent &+= 1
    var bytes = Array("event: run\nid: \(nextEvent)\ndata: ".utf8)
    run.json.encode(into: &bytes)
    bytes += [10, 10]
    // A client that does not keep up is let go: it reads the present state when it comes back.
    guard follower.connection.send(bytes) else { return follower.connection.close() }
    if follower.run != nil && run.state.isFinal {
      followers[number] = nil
      follower.connection.finishStream()
    }
  }
}
