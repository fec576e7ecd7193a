import Basics
internal import CLinux
import Readings
import Scoring

/// Times the choice among nodes, where HEARTH_DECISIONS says how often; `make bench` does.
///
/// Prints microseconds for one decision among 32 and among 1,000 nodes, and the kB by which the program grew meanwhile.
func timeDecisions(_ count: Int) {
  for size in [32, 1000] {
    let nodes = home(of: size)
    let requirements = Requirements(kind: "container", service: "radio", mustBeRegistered: false)
    let rounds = max(count * 32 / size, 1)
    var kept = 0
    // The first ones bring memory that is used again.
    for round in 0..<32 { kept &+= decide(round, nodes, requirements) }
    let before = largestResident()
    let begun = processorTime()
    for round in 0..<rounds { kept &+= decide(round, nodes, requirements) }
    let nanoseconds = processorTime() - begun
    let growth = largestResident() - before
    print(
      "decision among \(size) nodes: \(decimal(Double(nanoseconds) / 1000 / Double(rounds), places: 2)) us, "
        + "grown by \(growth) kB in \(rounds) (\(kept))")
  }
}

private func decide(_ round: Int, _ nodes: [HomeNode], _ requirements: Requirements) -> Int {
  let placement = Placement(run: String(round), requirements: requirements, nodes: nodes, madeAt: 0)
  return placement.next { _ in true }?.node.utf8.count ?? 0
}

private func home(of size: Int) -> [HomeNode] {
  var nodes: [HomeNode] = []
  for index in 0..<size {
    var node = HomeNode(id: "edge-orchestration-a679b293-3061-4174-9fc6-4d83f7f8" + String(1000 + index))
    node.name = "board-" + String(index)
    node.address = "192.168.1." + String(index % 250)
    node.architecture = "arm64"
    node.board = "raspberry-pi-4"
    node.cores = 4
    node.score = 100 + Double(index % 7) * 20
    node.speeds.add(4, speed: 800 + Double(index % 7) * 200)
    node.demand = Contention(threads: Double(index % 5))
    node.memoryAvailable = 512 << 20
    node.hasEngine = true
    node.factsKnown = true
    for kind in Term.Kind.allCases { node.terms.append(.init(kind: kind, effect: index % 3 == 0 ? 0.9 : 1)) }
    nodes.append(node)
  }
  return nodes
}

private func processorTime() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

private func largestResident() -> Int {
  var usage = rusage()
  // RUSAGE_SELF, whose type differs between C libraries.
  getrusage(0, &usage)
  return Int(usage.ru_maxrss)
}
