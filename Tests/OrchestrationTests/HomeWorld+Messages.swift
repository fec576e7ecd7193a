import Containers
import Readings
import Scoring
import Wire

@testable import Basics
@testable import Orchestration

// What the nodes send each other: questions, answers and streams of events.
extension HomeWorld {
  private mutating func post(_ content: Content, from: Int, to: Int, after least: Int = 0) {
    let due = max(clock + Int.random(in: 1...max(weather.delay, 1), using: &random), least)
    let message = Message(due: due, from: from, to: to, content: content)
    if chance(weather.lostPercent) { return }
    messages.append(message)
    if chance(weather.twicePercent) {
      var again = message
      again.due += Int.random(in: 1...2000, using: &random)
      messages.append(again)
    }
  }

  /// An event of a stream is neither lost nor overtaken.
  private mutating func post(_ content: Content, stream index: Int) {
    let due = max(clock + Int.random(in: 1...max(weather.delay, 1), using: &random), streams[index].lastDue)
    streams[index].lastDue = due
    messages.append(
      Message(due: due, from: streams[index].host, to: streams[index].watcher, content: content))
  }

  /// What a node's orchestrator wants sent.
  mutating func send(_ from: Int) {
    let directives = worlds[from].outbox
    worlds[from].outbox = []
    for directive in directives {
      switch directive {
      case .ask(let id, let node, let attempt, let body):
        let to = Self.number(node)
        if worlds[from].disk[id]?["attempt"]?.integer != Int64(attempt) {
          faults.append("\(id.text) is asked for before its attempt \(attempt) is on disk")
        }
        asks.append(Ask(id: id, attempt: attempt, from: from, to: to, deadline: clock + 3000))
        post(.ask(id, attempt: attempt, body: body), from: from, to: to)
      case .commit(let id, let node, let attempt):
        post(.commit(id, attempt: attempt), from: from, to: Self.number(node))
      case .revoke(let id, let node, let attempt, let speed, let isStop):
        let revoke = Content.revoke(id, attempt: attempt, speed: speed, isStop: isStop)
        post(revoke, from: from, to: Self.number(node))
      case .watch(let node):
        streams.append(Stream(watcher: from, host: Self.number(node)))
      case .unwatch(let node):
        streams.removeAll { $0.watcher == from && $0.host == Self.number(node) }
      case .report(let run):
        for index in streams.indices
        where streams[index].host == from && streams[index].isServed
          && Self.name(streams[index].watcher) == run.requesterNode
        {
          if let number = streams[index].number {
            post(.event(stream: number, run.json.encoded()), stream: index)
          }
        }
      case .placed(let id):
        answerAsks(of: id, on: from)
      default:
        break
      }
    }
    // A host whose disk refused answers so.
    for (host, ask) in hostAnswers where host == from && !worlds[host].orchestrator.isKnown(ask.id) {
      post(.answer(ask.id, attempt: ask.attempt, .refused("disk")), from: host, to: ask.from)
    }
    hostAnswers.removeAll { $0.host == from && !worlds[from].orchestrator.isKnown($0.ask.id) }
  }

  private mutating func answerAsks(of id: RunID, on host: Int) {
    for (at, ask) in hostAnswers where at == host && ask.id == id {
      if worlds[host].disk[id]?["attempt"]?.integer != Int64(ask.attempt) {
        faults.append("\(id.text) is accepted before it is on disk")
      }
      post(.answer(id, attempt: ask.attempt, .accepted), from: host, to: ask.from)
    }
    hostAnswers.removeAll { $0.host == host && $0.ask.id == id }
  }

  mutating func deliver() {
    let due = messages.filter { $0.due <= clock }.sorted { $0.due < $1.due }
    messages.removeAll { $0.due <= clock }
    for message in due where areConnected(message.from, message.to) { deliver(message) }
  }

  private mutating func deliver(_ message: Message) {
    let to = message.to
    let now = worlds[to].now
    let node = Self.name(message.from)
    switch message.content {
    case .ask(let id, let attempt, let body):
      deliver(ask: id, attempt: attempt, body, from: message.from, to: to)
    case .answer(let id, let attempt, let answer):
      asks.removeAll { $0.id == id && $0.attempt == attempt && $0.from == to && $0.to == message.from }
      worlds[to].perform(
        worlds[to].orchestrator.answered(id, node: node, attempt: attempt, answer, at: now))
    case .commit(let id, let attempt):
      let isThere = World.commit(&worlds[to], id, attempt: attempt, of: node)
      post(.committed(id, attempt: attempt, isThere: isThere), from: to, to: message.from)
    case .committed(let id, let attempt, let isThere):
      worlds[to].perform(
        worlds[to].orchestrator.committed(id, node: node, attempt: attempt, isThere: isThere, at: now))
    case .revoke(let id, let attempt, let speed, let isStop):
      let isOver = World.revoke(
        &worlds[to], id, attempt: attempt, of: node, speed: speed, isStop: isStop)
      post(.revoked(id, attempt: attempt, isOver: isOver), from: to, to: message.from)
    case .revoked(let id, let attempt, let isOver):
      worlds[to].perform(
        worlds[to].orchestrator.revoked(id, node: node, attempt: attempt, isOver: isOver, at: now))
    case .open(let number): serve(stream: number, of: node, on: to)
    case .event(let number, let bytes): deliver(event: bytes, of: number, on: node, to: to)
    case .synced(let number):
      guard streams.contains(where: { $0.number == number }) else { return }
      worlds[to].perform(worlds[to].orchestrator.hostedSynced(node, at: now))
    }
  }

  private mutating func deliver(ask id: RunID, attempt: Int, _ body: [UInt8], from: Int, to: Int) {
    guard let json = try? JSON.parse(body), let run = Run(asked: json, host: Self.name(to)) else {
      return faults.append("a body cannot be read")
    }
    guard let answer = try? World.host(&worlds[to], run) else {
      return faults.append("options cannot be read")
    }
    switch answer {
    case .accepted: post(.answer(id, attempt: attempt, .accepted), from: to, to: from)
    case .refused(let reason): post(.answer(id, attempt: attempt, .refused(reason)), from: to, to: from)
    case .busier(let demand): post(.answer(id, attempt: attempt, .busier(demand)), from: to, to: from)
    case .persisting:
      hostAnswers.append((to, Ask(id: id, attempt: attempt, from: from, to: to, deadline: 0)))
    }
  }

  /// A host tells a watcher that has connected of all its runs.
  private mutating func serve(stream number: Int, of watcher: String, on host: Int) {
    guard let index = streams.firstIndex(where: { $0.number == number }) else { return }
    streams[index].isServed = true
    for run in worlds[host].orchestrator.hostedRuns(of: watcher) {
      post(.event(stream: number, run.json.encoded()), stream: index)
    }
    post(.synced(stream: number), stream: index)
  }

  private mutating func deliver(event bytes: [UInt8], of number: Int, on host: String, to watcher: Int) {
    guard streams.contains(where: { $0.number == number }) else { return }
    guard let json = try? JSON.parse(bytes), let run = Run(report: json) else {
      return faults.append("a report cannot be read")
    }
    let now = worlds[watcher].now
    worlds[watcher].perform(worlds[watcher].orchestrator.hosted(run, on: host, at: now))
  }

  mutating func expireAsks() {
    for ask in asks where clock >= ask.deadline && isUp[ask.from] {
      worlds[ask.from].perform(
        worlds[ask.from].orchestrator.answered(
          ask.id, node: Self.name(ask.to), attempt: ask.attempt, .silent("no answer in 3 s"),
          at: worlds[ask.from].now))
    }
    asks.removeAll { clock >= $0.deadline }
  }

  mutating func openStreams() {
    for index in streams.indices {
      let stream = streams[index]
      if stream.number != nil, !areConnected(stream.watcher, stream.host) {
        streams[index].number = nil
        streams[index].isServed = false
        streams[index].openAt = clock + 500
      } else if stream.number == nil, clock >= stream.openAt, areConnected(stream.watcher, stream.host) {
        streamCount += 1
        streams[index].number = streamCount
        streams[index].lastDue = 0
        worlds[stream.watcher].orchestrator.watchOpened(Self.name(stream.host))
        // Never lost: the connection would fail, and be made again.
        let due = clock + Int.random(in: 1...max(weather.delay, 1), using: &random)
        messages.append(
          Message(due: due, from: stream.watcher, to: stream.host, content: .open(stream: streamCount)))
      }
    }
  }

  /// A connection that streams breaks.
  mutating func breakStream() {
    guard let index = streams.indices.randomElement(using: &random) else { return }
    streams[index].number = nil
    streams[index].isServed = false
    streams[index].openAt = clock + 300
  }
}
