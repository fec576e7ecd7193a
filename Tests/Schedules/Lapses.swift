import Deciding

/// A quiet home whose packets are lost: how often a lease ends though nobody is gone.
struct Lapses {
  var nodes = 8
  /// The share of packets that does not arrive.
  var loss: Double
  var seconds = 3600.0

  /// How many leases ended, and how many coordinators there were after the first.
  func count(seed: UInt64) -> (leases: Int, changes: Int) {
    let world = World(seed: seed, nodes: nodes, isFresh: false)
    for board in world.boards { board.boot() }
    world.run(for: 20_000_000_000)
    world.loss = loss
    (world.lapses, world.reigns) = (0, 0)
    world.run(for: Int64(seconds * 1e9))
    return (world.lapses, world.reigns)
  }
}
