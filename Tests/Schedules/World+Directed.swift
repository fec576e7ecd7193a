import Basics
import Deciding
import Mesh

// Schedules that are made for one rule each; they need a coordinator.
extension World {
  enum Directed: CaseIterable { case stale, shrink, turns, shift, mute, restore, clone, patchy }

  func happen(_ what: Directed) {
    guard let acting else { return }
    let lead = acting.number
    var others = boards.map(\.number).filter { $0 != lead }
    for place in stride(from: others.count - 1, to: 0, by: -1) {
      others.swapAt(place, Int(random.below(Int64(place + 1))))
    }
    guard let other = others.first, let last = others.last else { return }
    say(nil, "directed: \(what)")
    switch what {
    case .stale: stale(acting, other)
    case .shrink: shrink(acting, others)
    case .turns: turns(other)
    case .shift: shift(other, last)
    case .mute:
      link(cuts: Set(boards.filter { $0.number != other }.map { Way(from: other, to: $0.number) }))
      after(seconds(3, 5)) { [self] in heal() }
    case .restore: restore(acting, others)
    case .clone: clone(other)
    case .patchy:
      for from in boards {
        for to in boards where from !== to {
          patchy[Way(from: from.number, to: to.number)] = pick([0, 0, 0.9])
        }
      }
      for turn in 0..<4 { after(seconds(0, 1) + Int64(turn) * 1_000_000_000) { [self] in ask() } }
      after(seconds(2, 5)) { [self] in for board in boards where board.isActing { tearOut(board) } }
      after(seconds(5, 8)) { [self] in patchy = [:] }
    }
  }

  private func alone(_ numbers: [Int]) -> [Int] { boards.map { numbers.contains($0.number) ? 1 : 0 } }

  /// An assignment stays on its writer's disk alone; later that one stands for election.
  private func stale(_ acting: Board, _ other: Int) {
    link(alone([other]), gateway: 0)
    tear = { [self] board, write in
      guard board === acting, !write.isSet, write.records.contains(where: { $0.key.kind == .assignment })
      else {
        return false
      }
      link(alone([acting.number]), gateway: 0)
      return true
    }
    after(seconds(6, 9)) { [self] in
      link(boards.map { $0.isUp && $0 !== acting && $0.number != other ? 1 : 0 }, gateway: 0)
    }
    after(seconds(12, 14)) { [self] in heal() }
  }

  /// Who has not heard of a change goes over to those that were taken out.
  private func shrink(_ acting: Board, _ others: [Int]) {
    let out = Array(others.prefix(others.count / 2))
    link(alone(out), gateway: 0)
    let last = others[others.count - 1]
    tear = { [self] board, write in
      guard board === acting, write.electorate != nil, others.count > 2 else { return false }
      link(alone(out + [last]), gateway: 0)
      return true
    }
    after(seconds(14, 18)) { [self] in heal() }
  }

  /// The halves take turns with the gateway, and meet in between.
  private func turns(_ other: Int) {
    slow = chance(0.5) ? 0 : 2_000_000_000
    let apart = alone([other])
    link(apart, gateway: 0)
    for _ in 0..<3 { after(seconds(3, 4)) { [self] in ask() } }
    after(11_000_000_000) { [self] in slow = 0 }
    after(seconds(4, 4.7)) { [self] in heal() }
    after(seconds(5.1, 5.5)) { [self] in link(apart, gateway: 1) }
    after(seconds(9, 10)) { [self] in link(apart, gateway: 0) }
    after(seconds(11, 15)) { [self] in heal() }
  }

  /// A host changes from one voter's hearing to another's.
  private func shift(_ host: Int, _ voter: Int) {
    let rest = boards.map(\.number).filter { $0 != host && $0 != voter }
    let near = both([voter], host)
    let far = both(rest, host)
    link(cuts: near)
    after(seconds(0, 0.4)) { [self] in link(cuts: near.union(far)) }
    after(seconds(2.05, 2.45)) { [self] in link(cuts: far) }
    after(6_000_000_000) { [self] in heal() }
  }

  private func both(_ others: [Int], _ host: Int) -> Set<Way> {
    Set(others.flatMap { [Way(from: $0, to: host), Way(from: host, to: $0)] })
  }

  /// Three voters or more, all there: one may lose its disk.
  private func whole() -> [Board] {
    let newest = newestElectorate
    let can = boards.filter {
      newest.voters.contains(Board.node($0.number)) && $0.isUp && $0.decider?.counts ?? false
        && !$0.isRestored
    }
    return newest.voters.count >= 3 && can.count == newest.voters.count ? can : []
  }

  var newestElectorate: Electorate {
    boards.map { $0.decider?.durable.electorate ?? $0.disk.electorate }.max { $0.version < $1.version }!
  }

  /// A board comes back with its disk of some time ago; another goes at that time. The fault model: somebody who is there has
  /// heard of its later life, so that nobody is cut off meanwhile.
  private func restore(_ acting: Board, _ others: [Int]) {
    let can = whole()
    guard !can.isEmpty, cuts.isEmpty, Set(group).count == 1 else { return }
    let changes = changes
    let board = pick(can)
    if chance(0.7) {
      for other in boards where other !== board {
        patchy[Way(from: acting.number, to: other.number)] = pick([0, 1])
      }
    }
    for turn in 0..<3 { after(500_000_000 + Int64(turn) * 1_000_000_000) { [self] in ask() } }
    var image: Card?
    after(seconds(0, 1)) { image = board.card }
    after(seconds(3, 5)) { [self] in
      guard let image, self.changes == changes, whole().contains(where: { $0 === board }) else { return }
      board.crash()
      board.card =
        chance(0.3) ? board.card.damaged(at: random.next(), by: Board.node(board.number)) ?? image : image
      board.isRestored = true
      say(board, "gets its disk of some time ago")
      after(seconds(0.3, 2)) { board.boot() }
      guard chance(0.7) else { return }
      let second = acting !== board ? acting : boards[others[0]]
      after(seconds(0, 2)) { [self] in
        let node = Board.node(board.number)
        let knows = boards.contains {
          $0 !== board && $0 !== second && $0.isUp && board.disk.position < $0.disk.known(node).position
        }
        if knows { second.crash() }
      }
      after(seconds(4, 9)) { second.boot() }
    }
    after(8_000_000_000) { [self] in patchy = [:] }
  }

  /// A board starts with a copy of another one's disk of some time ago, and is itself again later. The fault model: the disk of who
  /// was copied counts as an old one from then on, since its copy may have promised what it does not know.
  private func clone(_ other: Int) {
    let (can, board) = (whole(), boards[other])
    guard let origin = can.first(where: { $0 !== board }), board.isUp, board.ownCard == nil else { return }
    let (image, changes) = (origin.card, changes)
    after(chance(0.5) ? 0 : seconds(0, 5)) { [self] in
      guard self.changes == changes, whole().contains(where: { $0 === origin }), board.ownCard == nil else {
        return
      }
      board.crash()
      board.ownCard = board.card
      board.card = image
      board.identity = origin.number
      origin.isRestored = true
      say(board, "has a copy of the disk of \(origin.number)")
      after(seconds(0.3, 2)) { board.boot() }
      after(seconds(3, 25)) { [self] in endClone(board) }
    }
  }

  /// A clone gets its own disk back.
  func endClone(_ board: Board) {
    guard let card = board.ownCard else { return }
    board.crash()
    board.ownCard = nil
    board.card = card
    board.identity = board.number
    say(board, "has its own disk again")
    after(seconds(0.3, 2)) { board.boot() }
  }
}
