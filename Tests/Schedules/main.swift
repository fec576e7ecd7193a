import Deciding
import Foundation

// Schedules of faults against the state machines that decide for a home:
//   Schedules FIRST..LAST [NODES] [without=RULE+RULE | without=each] [directed=SHARE] [once] [trace]
//   Schedules lapses=SHARE [NODES]          an hour of a home without faults, but that so many packets are lost
//   Schedules FIRST..LAST NODES takeover    how long what a board ran is nowhere when it dies, each board in turn
// Prints each seed in which an invariant does not hold, or, with `once`, the first; its status is 1 then. With
// `without=each` every rule is left out in turn, up to the first schedule that notices.

func stop(_ text: String) -> Never {
  FileHandle.standardError.write(Data((text + "\n").utf8))
  exit(2)
}

func say(_ text: String) {
  print(text)
  fflush(nil)
}

func seeds(_ word: String) -> ClosedRange<UInt64>? {
  let ends = word.split(separator: ".").compactMap { UInt64($0) }
  guard let first = ends.first, let last = ends.last, first <= last else { return nil }
  return first...last
}

var trial = Trial()
var without: Rules = []
var isEach = false
var loss: Double?
var isTakeover = false
for word in CommandLine.arguments.dropFirst() {
  if word == "trace" {
    trial.trace = say
  } else if word == "takeover" {
    isTakeover = true
  } else if word == "once" {
    trial.isOnce = true
  } else if word == "without=each" {
    isEach = true
  } else if word.hasPrefix("without=") {
    for name in word.dropFirst(8).split(separator: "+") {
      guard let rule = Rule.allCases.first(where: { "\($0)" == name }) else {
        stop("no such rule: \(name); rules: \(Rule.allCases.map { "\($0)" }.joined(separator: " "))")
      }
      without.insert(Rules(rule))
    }
  } else if word.hasPrefix("directed="), let share = Double(word.dropFirst(9)) {
    trial.directed = share
  } else if word.hasPrefix("lapses="), let share = Double(word.dropFirst(7)) {
    loss = share
  } else if let nodes = Int(word), (1...9).contains(nodes) {
    trial.sizes = [nodes]
  } else if word.contains("."), let range = seeds(word) {
    trial.seeds = range
  } else {
    stop("'\(word)': expected FIRST..LAST, a number of nodes, without=, directed=, once or trace")
  }
}

if isTakeover {
  for nodes in trial.sizes {
    let times = Takeover(nodes: nodes).times(trial.seeds).map { Double($0) / 1e9 }
    func share(_ part: Double) -> Double { times.isEmpty ? 0 : times[Int(Double(times.count - 1) * part)] }
    say(
      "\(nodes) nodes, \(times.count) deaths: p50 \(share(0.5)) s, p99 \(share(0.99)) s, at most \(share(1)) s"
    )
  }
  exit(0)
}
if let loss {
  let lapses = Lapses(nodes: trial.sizes.count == 1 ? trial.sizes[0] : 8, loss: loss)
  for seed in 1...3 as ClosedRange<UInt64> {
    let (leases, changes) = lapses.count(seed: seed)
    say(
      "\(lapses.nodes) nodes, \(loss) lost, an hour: \(leases) leases ended, \(changes) new coordinators")
  }
  exit(0)
}
if isEach {
  trial.isOnce = true
  for rule in Rule.allCases {
    let outcome = trial.run(without: Rules(rule))
    say(
      "\(rule): " + (outcome.bad == 0 ? "not noticed in \(outcome.done)" : "\(outcome.done), \(outcome.text)")
    )
  }
  exit(0)
}
let outcome = trial.run(without: without, report: say)
say(
  "\(outcome.done) schedules of \(Int(outcome.seconds / Double(outcome.done))) s, \(outcome.bad) with a violation"
)
exit(outcome.bad == 0 ? 0 : 1)
