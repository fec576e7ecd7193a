import Basics
import Deciding
import Mesh

// A schedule: three rounds of faults and quiet.
extension World {
  /// - Parameter directed: the share of rounds whose faults are made for one rule.
  /// - Returns: what was violated; nil where everything held.
  func schedule(directed: Double = 0.35) -> String? {
    for board in boards { after(seconds(0, 1)) { board.boot() } }
    run(until: isFresh ? 40_000_000_000 : 8_000_000_000)
    for service in services {
      for board in boards where board.isActing { put(service, isWanted: true, at: board) }
    }
    for _ in 0..<3 where violation == nil {
      run(for: 3_000_000_000)
      round(directed)
      quiet()
    }
    return violation?.text
  }

  private func round(_ directed: Double) {
    isFaulty = true
    let all = Fault.allCases
    let some = Array(all.dropLast(4)) + [.readOnly, .inOrder]
    let menu: [Fault] = pick([
      all, [pick(all), pick(all), pick(all)], [pick(some), pick(some)], some, [.partition, .isolate, .agent],
      [.partition, .isolate, .crash], [pick(some)], [.oneWay, .deaf], [.oneWay, .deaf, .agent],
    ])
    let share = pick([0.0, 0.4])
    loss = pick([0, 0, 0.05, 0.2, 0.4])
    doubled = pick([0, 0.1])
    late = pick([0, 0, 0.05, 0.3])
    torn = pick([0, 0.05, 0.2])
    let end = now + seconds(15, 60)
    let pace = pick([0.4, 1.0, 3.0, 6.0, 6.0])
    if chance(directed) {
      let one = pick(Directed.allCases)
      let menu = chance(0.12) ? Directed.allCases : [one]
      (loss, late, torn) = (0, 0, 0)
      while now < end, violation == nil {
        run(for: seconds(5, 16))
        ask()
        happen(pick(menu))
      }
      return
    }
    while now < end, violation == nil {
      run(for: min(seconds(0, 2 * pace), seconds(0, 3 * pace)))
      happen(pick(menu), to: victim(share))
      if chance(0.3) { ask() }
    }
  }

  private func quiet() {
    isFaulty = false
    (loss, doubled, late, slow) = (0, 0, 0, 0)
    tear = nil
    patchy = [:]
    link(gateway: 0)
    say(nil, "quiet")
    for board in boards {
      board.isReadOnly = false
      board.stay()
      endClone(board)
    }
    if mayStayDown, chance(0.5) {
      // A boot under way does not come: dead for good.
      for board in boards where !board.isUp { board.forgetBoots() }
    } else {
      for board in boards { board.boot() }
    }
    if !boards.contains(where: { $0.isUp && $0.hosts }) { for board in boards { board.boot() } }
    run(for: 9_000_000_000)
    for board in boards {
      board.startAgent()
      board.stay()
    }
    run(for: 15_000_000_000 + settings.returnTime.nanoseconds)
    // A majority has vouched for it again.
    for board in boards where board.decider?.counts ?? false { board.isRestored = false }
    // Two boards with one disk leave two disks that lack something: of three voters one is too few, and the owner has to help.
    guard canDecide(boards) else { return }
    checkProgress()
    if chance(0.5) { calm() }
  }

  /// Whether those that are up can decide without the others.
  private var mayStayDown: Bool {
    let newest = newestElectorate
    let up = boards.filter { newest.voters.contains(Board.node($0.number)) && $0.isUp }
    return canDecide(up) && (!newest.hasGateway || up.count != 1 || decidesByGateway(up[0]))
  }

  /// Whether these are a majority of the voters. A disk that is an old one does not count, and the gateway decides only where the
  /// other voter is silent, which one with an old disk is not.
  private func canDecide(_ voters: [Board]) -> Bool {
    let newest = newestElectorate
    let theirs = boards.filter { newest.voters.contains(Board.node($0.number)) }
    let sound = theirs.filter { board in !board.isRestored && voters.contains { $0 === board } }
    let hasGateway = newest.hasGateway && !theirs.contains(where: \.isRestored)
    return newest.isMajority(sound.count + (hasGateway ? 1 : 0))
  }

  private func decidesByGateway(_ board: Board) -> Bool {
    board.runs && board.isActing && board.decider?.gatewayDecides(at: board.clock) ?? false
  }

  /// All links of all boards are cut; they come back one by one. Nothing but exclusive services that may start
  /// elsewhere may notice.
  private func calm() {
    guard violation == nil else { return }
    let before = boards.flatMap { board in
      board.engine.filter { !isExclusive($0.service) || $0.isBound }.map { (board, $0) }
    }
    say(nil, "all links of all boards are cut")
    link(boards.map { $0.number + 1 }, gateway: 99)
    run(for: pick([3_000_000_000, 20_000_000_000, 60_000_000_000]))
    var apart = boards.map(\.number)
    var hasGateway = chance(0.5)
    while !apart.isEmpty {
      apart.remove(at: Int(random.below(Int64(apart.count))))
      hasGateway = hasGateway || chance(0.5)
      link(boards.map { apart.contains($0.number) ? $0.number + 1 : 0 }, gateway: hasGateway ? 0 : 99)
      say(nil, "apart are \(apart), gateway \(hasGateway)")
      run(for: chance(0.5) ? 50_000_000 : seconds(0, 6 / Double(boards.count)))
    }
    link(gateway: 0)
    run(for: 15_000_000_000 + settings.returnTime.nanoseconds)
    for (board, container) in before
    where container.isEnding || !board.engine.contains(where: { $0 === container }) {
      fail("calm: \(container.service.value) on \(board.number) was ended by a cut of all links")
    }
    checkProgress()
  }
}
