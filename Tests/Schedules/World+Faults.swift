import Basics
import Deciding
import Mesh

// What happens to a home.
extension World {
  enum Fault: CaseIterable {
    case partition, isolate, oneWay, deaf, pause, freeze, agent, off, leave, crash, power, restartAll,
      readOnly, inOrder
  }

  /// A board that decides.
  var acting: Board? { boards.first { $0.isActing } }

  /// A board; often the coordinator.
  func victim(_ share: Double) -> Board {
    let acting = boards.filter(\.isActing)
    return !acting.isEmpty && chance(share) ? pick(acting) : pick(boards)
  }

  private func length() -> Int64 {
    pick([seconds(0.2, 2.5), seconds(1.5, 4), seconds(2.2, 6), seconds(2, 9)])
  }

  /// All ways from one board to another.
  private var ways: [Way] {
    boards.indices.flatMap { from in
      boards.indices.filter { $0 != from }.map { Way(from: from, to: $0) }
    }
  }

  private func cut(_ ways: Set<Way>, for span: Int64) {
    link(group, cuts: ways)
    say(nil, "one-way cuts \(ways.map { [$0.from, $0.to] })")
    after(span) { [self] in heal() }
  }

  func happen(_ fault: Fault, to board: Board) {
    let span = length()
    switch fault {
    case .partition:
      link(boards.map { _ in Int(random.below(2)) }, gateway: Int(random.below(2)))
      say(nil, "partition \(group), gateway with \(gatewayGroup)")
      after(span) { [self] in heal() }
    case .isolate:
      link(boards.map { $0 === board ? 1 : 0 }, gateway: Int(random.below(2)))
      say(nil, "\(board.number) is cut off, gateway with \(gatewayGroup)")
      after(span) { [self] in heal() }
    case .oneWay:
      cut(cuts.union((0..<(1 + random.below(3))).map { _ in pick(ways) }), for: span)
    case .deaf:
      let others = boards.map(\.number).filter { $0 != board.number }
      let out = others.map { Way(from: board.number, to: $0) }
      cut(Set(out.map { chance(0.5) ? $0 : Way(from: $0.to, to: $0.from) }), for: span)
    case .pause: board.pause(for: span)
    case .freeze: board.freeze(for: span)
    case .agent:
      board.stopAgent()
      after(chance(0.5) ? seconds(0.02, 0.4) : span) { board.startAgent() }
    case .crash:
      board.crash()
      if chance(0.85) { after(chance(0.5) ? seconds(0.3, 3) : span) { board.boot() } }
    case .power:
      say(nil, "power cut of all")
      for board in boards {
        board.crash()
        after(seconds(0.5, 9)) { board.boot() }
      }
    case .restartAll:
      for board in boards where chance(0.7) {
        board.stopAgent()
        after(seconds(0.02, 0.5)) { board.startAgent() }
      }
    case .leave: leave(board, for: span)
    case .off: turnOff(board)
    case .inOrder: board.stopInOrder(for: chance(0.7) ? span : seconds(9, 20))
    case .readOnly:
      say(board, "its disk is read-only")
      board.isReadOnly = true
      after(span) { board.isReadOnly = false }
    }
  }

  /// Its owner takes a board out of the home, for a while.
  private func leave(_ board: Board, for span: Int64) {
    guard board.runs else { return }
    let now = board.clock
    board.act { $0.leave(true, at: now) }
    after(span) { board.stay() }
  }

  /// A board is switched off, and its owner says so, which is true as long as it is.
  private func turnOff(_ board: Board) {
    board.crash()
    for _ in 0..<3 {
      after(seconds(2, 12)) { [self] in
        guard !board.isUp, let acting, acting.runs else { return }
        let now = acting.clock
        acting.act { $0.declareOff(Board.node(board.number), at: now) ?? [] }
      }
    }
    after(seconds(3, 15)) { board.boot() }
  }

  /// A coordinator in the middle of a write: cut off, dead, standing still, or started anew.
  func tearOut(_ board: Board) {
    let span = chance(0.5) ? seconds(0.2, 3) : seconds(2, 9)
    switch random.below(4) {
    case 0:
      link(boards.map { $0 === board ? 1 : 0 }, gateway: 0)
      after(span) { [self] in heal() }
    case 1: board.pause(for: span)
    case 2:
      board.stopAgent()
      after(span) { board.startAgent() }
    default:
      board.crash()
      after(span) { board.boot() }
    }
  }

  /// A client asks for something.
  func ask() {
    let acting = boards.filter(\.isActing)
    guard !acting.isEmpty else { return }
    let board = pick(acting)
    let service = pick(services)
    switch random.below(4) {
    case 0 where chance(0.4): remove(service, at: board)
    case 0: board.move(service, to: Int(random.below(Int64(boards.count))))
    case 1: put(service, isWanted: false, at: board)
    default: put(service, isWanted: true, at: board)
    }
  }

  func remove(_ service: SubjectID, at board: Board) {
    revision += 1
    board.remove(service, UInt64(revision))
  }

  func put(_ service: SubjectID, isWanted: Bool, at board: Board) {
    revision += 1
    let wanted = ServiceRecord(
      revision: revision, isWanted: isWanted, isExclusive: isExclusive(service), isBound: isBound(service))
    board.put(service, wanted, UInt64(revision))
  }
}
