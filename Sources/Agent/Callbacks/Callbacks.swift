import Basics
import HTTPServer
import HomeEdge
import Orchestration
import Platform
import Wire

/// Tells the `StatusCallbackURI` of a run each change of its state: a POST of the run as JSON, in order.
///
/// A peer that does not answer with 2xx is tried again with growing pauses; then this change is given up.
final class Callbacks {
  private let loop: EventLoop
  private let resolver: Resolver
  /// The peers of requests under way, and runs whose next one waits for its turn, the oldest first.
  private var underWay: [String] = []
  private var turns: [RunID] = []
  private var queues: [RunID: Queue] = [:]
  /// The run's end was taken by the peer.
  var onEndReported: (RunID) -> Void = { _ in }

  private struct Queue {
    let url: HTTPURL
    /// Changes not taken yet, oldest first.
    var waiting: [(body: [UInt8], isFinal: Bool)] = []
    var attempt = 0
    /// A peer may restart meanwhile.
    var backoff = Backoff(first: .seconds(1), longest: .seconds(32))
    var isBusy = false
  }

  /// With pauses of 1, 2, 4, 8, 16 and 32 seconds between them.
  private static let attempts = 7
  /// Requests at a time, each of which holds a connection: an agent that starts anew may have 10,000 ends to tell.
  private static let requestLimit = 32
  /// Of these to one peer: one that never answers must not hold up what others are told.
  private static let peerLimit = 8
  /// A run has six states; more wait only where runs are stopped and started again.
  private static let queueLimit = 16

  init(loop: EventLoop) {
    self.loop = loop
    resolver = Resolver(loop: loop)
  }

  /// The address of a callback, or what is wrong with it.
  static func check(_ text: String) throws(Problem) -> HTTPURL {
    let url: HTTPURL
    do throws(HTTPURL.Malformed) {
      url = try HTTPURL(parsing: text)
    } catch {
      throw Problem(status: 422, detail: "StatusCallbackURI '\(text)': \(error.description)")
    }
    guard url.scheme == "http" else {
      throw Problem(
        status: 422, detail: "StatusCallbackURI '\(text)': only http is spoken, not \(url.scheme)")
    }
    return url
  }

  func changed(_ run: Run) {
    guard !run.callback.isEmpty else { return }
    let homeEdge = HomeEdgeNotification.post(for: run)
    guard let url = try? HTTPURL(parsing: homeEdge?.url ?? run.callback) else { return }
    if case .pulling(let percent) = run.state, percent >= 0 { return }
    var queue = queues[run.id] ?? Queue(url: url)
    // A full queue loses its newest change, but never the end.
    if queue.waiting.count >= Self.queueLimit {
      guard run.state.isFinal else { return }
      queue.waiting.removeLast()
    }
    queue.waiting.append(((homeEdge?.body ?? run.json).encoded(), run.state.isFinal))
    queues[run.id] = queue
    send(run.id)
  }

  private func send(_ id: RunID) {
    guard var queue = queues[id], !queue.isBusy else { return }
    guard let first = queue.waiting.first else {
      queues[id] = nil
      return
    }
    queue.isBusy = true
    queues[id] = queue
    let peer = queue.url.authority
    guard mayBegin(peer) else { return turns.append(id) }
    underWay.append(peer)
    CallbackRequest(loop: loop, resolver: resolver, url: queue.url, body: first.body) { status in
      if let index = self.underWay.firstIndex(of: peer) { self.underWay.remove(at: index) }
      self.takeTurn()
      self.answered(id, status)
    }.begin()
  }

  private func mayBegin(_ peer: String) -> Bool {
    underWay.count < Self.requestLimit && underWay.count { $0 == peer } < Self.peerLimit
  }

  private func takeTurn() {
    let next = turns.firstIndex { id in queues[id].map { mayBegin($0.url.authority) } ?? true }
    if let next { sendAgain(turns.remove(at: next)) }
  }

  private func sendAgain(_ id: RunID) {
    queues[id]?.isBusy = false
    send(id)
  }

  /// `status` is 0 where there was no answer.
  private func answered(_ id: RunID, _ status: Int) {
    guard var queue = queues[id], let first = queue.waiting.first else { return }
    let wasTaken = (200..<300).contains(status)
    if wasTaken && first.isFinal { onEndReported(id) }
    queue.attempt += 1
    if wasTaken || queue.attempt >= Self.attempts {
      if !wasTaken {
        Log.warning("callback \(queue.url.authority) of run \(id.text) gave up: \(Self.words(status))")
      }
      queue.waiting.removeFirst()
      queue.attempt = 0
      queue.backoff.reset()
      queue.isBusy = false
      queues[id] = queue
      send(id)
    } else {
      let pause = queue.backoff.next()
      queues[id] = queue
      // Busy until then: a new state must not shorten the pause.
      loop.after(pause) { self.sendAgain(id) }
    }
  }

  private static func words(_ status: Int) -> String {
    status == 0 ? "no answer" : "status \(status), expected 2xx"
  }
}
