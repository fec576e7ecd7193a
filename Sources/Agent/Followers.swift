import Basics
import HTTPServer
import Orchestration
import Wire

/// The clients of `GET /api/v2/events`, and the requesters whose runs this node hosts: each change of a run's state
/// goes to them as a server-sent event (HTML standard, 9.2).
final class Followers {
  private enum Subject {
    case everyRun
    /// The stream ends with the run.
    case one(RunID)
    /// The runs that this node hosts for a requester.
    case hosted(requester: String)

    func includes(_ run: Run) -> Bool {
      switch self {
      case .everyRun: true
      case .one(let id): run.id == id
      case .hosted(let requester): run.requesterNode == requester
      }
    }

    /// Bytes that may wait for a client. The list of a requester's runs is as long as these are, and who is cut off
    /// from it would only ask for it again.
    var sendBacklogLimit: Int {
      if case .hosted = self { 2 * HomeSettings().hostedBytes } else { Server.sendBacklogLimit }
    }
  }

  private struct Follower {
    let connection: ServerConnection
    let subject: Subject
  }

  private var followers: [UInt64: Follower] = [:]
  private var nextFollower: UInt64 = 0
  private var nextEvent: UInt64 = 0
  private var lastKeepAlive: Instant?

  /// Proxies and clients take a silent stream for a dead one after half a minute or more.
  private static let keepAliveInterval = Interval.seconds(15)

  func add(_ connection: ServerConnection, run: Run?) {
    let number = add(connection, run.map { .one($0.id) } ?? .everyRun)
    if let run { tell(number, run) }
  }

  /// Adds a requester: it hears of each run that is hosted for it, then `synced`, then each change.
  func add(_ connection: ServerConnection, requester: String, runs: [Run]) {
    // A new stream means that the old one is of no use to it any more.
    for (number, follower) in followers {
      guard case .hosted(let other) = follower.subject, other == requester else { continue }
      followers[number] = nil
      follower.connection.close()
    }
    let number = add(connection, .hosted(requester: requester))
    for run in runs { tell(number, run) }
    followers[number]?.connection.send(Array("event: synced\ndata: {}\n\n".utf8))
  }

  private func add(_ connection: ServerConnection, _ subject: Subject) -> UInt64 {
    let number = nextFollower
    nextFollower &+= 1
    let head = HTTPResponse(
      status: 200,
      headers: HTTPHeaders([("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]))
    followers[number] = Follower(connection: connection, subject: subject)
    connection.beginStream(head, onGone: { self.followers[number] = nil })
    return number
  }

  func changed(_ run: Run) {
    for number in Array(followers.keys) {
      guard let follower = followers[number], follower.subject.includes(run) else { continue }
      tell(number, run)
    }
  }

  /// Once a second.
  func keepAlive(_ now: Instant) {
    guard !followers.isEmpty else { return }
    if let lastKeepAlive, now - lastKeepAlive < Self.keepAliveInterval { return }
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
    let isTaken = follower.connection.send(bytes)
    guard isTaken || follower.connection.sendBacklog <= follower.subject.sendBacklogLimit else {
      return follower.connection.close()
    }
    if case .one = follower.subject, run.state.isFinal {
      followers[number] = nil
      follower.connection.finishStream()
    }
  }
}
