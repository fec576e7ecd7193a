import Basics

/// What is to happen, in the order of its times; at the same time, in the order in which it was entered.
struct EventQueue {
  private struct Entry {
    var at: Double
    var number: Int
    var action: () -> Void

    func isBefore(_ other: Entry) -> Bool {
      at != other.at ? at < other.at : number < other.number
    }
  }

  /// A binary heap: each entry is before the two at twice its index plus one and two.
  private var heap: [Entry] = []
  private var count = 0

  mutating func add(at time: Double, _ action: @escaping () -> Void) {
    count += 1
    heap.append(Entry(at: time, number: count, action: action))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> (at: Double, action: () -> Void)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
          if heap[child].isBefore(heap[least]) { least = child }
        }
        if least == parent { break }
        heap.swapAt(parent, least)
        parent = least
      }
    }
    return (first.at, first.action)
  }

  mutating func removeAll() {
    heap.removeAll()
  }
}
