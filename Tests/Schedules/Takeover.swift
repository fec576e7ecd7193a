import Deciding

/// How long what a board ran is nowhere, when it dies for good.
struct Takeover {
  var nodes: Int

  /// A home that has run its services for a while.
  static func home(seed: UInt64, nodes: Int) -> World {
    let world = World(seed: seed, nodes: nodes, isFresh: false)
    for board in world.boards { board.boot() }
    world.run(for: 8_000_000_000)
    for service in world.services {
      for board in world.boards where board.isActing { world.put(service, isWanted: true, at: board) }
    }
    world.run(for: 15_000_000_000)
    world.checkProgress()
    return world
  }

  /// Nanoseconds until all that may start elsewhere runs again, 10 s at most; nil where the board ran nothing, or the other
  /// may not decide. Host, coordinator or both: any of them.
  func time(seed: UInt64, victim: Int) -> Int64? {
    let world = Self.home(seed: seed, nodes: nodes)
    // One of two without a witness decides nothing alone.
    guard world.boards.count > 2 || world.hasGateway else { return nil }
    // A witness that hosts nothing may be there, too.
    let lost = world.services.filter { !world.isBound($0) && world.running($0) == [victim] }
    world.boards[victim].crash()
    let began = world.now
    while world.now - began < 10_000_000_000, !lost.allSatisfy({ world.running($0).count == 1 }) {
      world.run(for: 10_000_000)
    }
    if world.violation != nil { return 10_000_000_000 }
    return lost.isEmpty ? nil : world.now - began
  }

  /// The times of these seeds, each board of them in turn, in order.
  func times(_ seeds: ClosedRange<UInt64>) -> [Int64] {
    seeds.flatMap { seed in (0..<nodes).compactMap { time(seed: seed, victim: $0) } }.sorted()
  }
}
