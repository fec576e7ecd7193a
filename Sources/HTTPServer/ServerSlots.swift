import Basics
import Wire

// Who may hold a place among the connections, and how much memory. Requests that are answered at once, `hearth stop` among
// them, always get in: what may take long has places of its own and leaves them the others.
extension Server {
  /// What a connection is about.
  enum Slot {
    /// Between two requests, or within one that is answered at once.
    case brief
    /// Its answer is outstanding: a run that looks for its node, a write that the disk has not confirmed.
    case waiting
    /// Its answer ends with a run, or never: events, and the output of runs.
    case following

    /// How many there may be at one time; together they leave a quarter to the brief ones.
    var limit: Int {
      switch self {
      case .brief: Server.connectionLimit
      case .waiting: 64
      case .following: 128
      }
    }

    /// What is said to one more.
    var refusal: Problem {
      let what = self == .waiting ? "requests wait for their answer" : "clients follow events or output"
      return Problem(status: 503, detail: "\(limit) \(what); let one end and try again")
    }
  }

  /// Bytes that all clients of this machine together may have the agent keep: of requests that are not whole, and of
  /// answers that are not taken.
  private static let memoryLimit = 12 << 20
  /// The same for the nodes of the home. It has room for the list of all runs hosted for one of them (8 MiB), and for
  /// as many TLS connections as there may be.
  private static let secureMemoryLimit = 20 << 20
  /// What a TLS connection takes for itself.
  static let secureBytes = 40 << 10

  func hasRoom(for slot: Slot) -> Bool {
    connections.values.count { $0.slot == slot } < slot.limit
  }

  /// Has the brief connection go of which nothing was heard for longest. At most 64 are accepted before those that were
  /// before them are read, so a request that has just come is not among them.
  func makeRoom() {
    var oldest: ServerConnection?
    for connection in connections.values where connection.slot == .brief {
      if let other = oldest, other.since <= connection.since { continue }
      oldest = connection
    }
    oldest?.giveWay()
  }

  /// A connection holds so many bytes more. Where that is too much, those that hold most are let go.
  func weigh(_ change: Int) {
    held += change
    let limit = security == nil ? Self.memoryLimit : Self.secureMemoryLimit
    guard change > 0 else { return }
    while held > limit, let greediest = connections.values.max(by: { $0.held < $1.held }), greediest.held > 0
    {
      greediest.dropForMemory()
    }
  }
}
