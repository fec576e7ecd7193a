/// Which counters of which senders have been seen: for each of the last senders, the highest and the 64 before it.
struct ReplayWindows: Sendable {
  /// Senders that are remembered: a home of 1,000 in which each node has restarted once. Only who has the home key makes
  /// entries.
  static let capacity = 2048

  private var windows: [Window] = []
  private var positions: [UInt64: Int] = [:]
  /// The next to be looked at when room is needed.
  private var hand = 0

  private struct Window {
    var sender: UInt64
    var highest: UInt32
    /// Bit n: `highest - n` was seen.
    var seen: UInt64
    /// Whether it was used since the hand last passed.
    var used: Bool
  }

  /// Whether this counter of the sender is new; it is not from then on.
  mutating func take(_ counter: UInt32, of sender: UInt64) -> Bool {
    guard let position = positions[sender] else {
      add(Window(sender: sender, highest: counter, seen: 1, used: false))
      return true
    }
    windows[position].used = true
    let highest = windows[position].highest
    if counter > highest {
      let ahead = UInt64(counter - highest)
      windows[position].seen = ahead < 64 ? windows[position].seen << ahead | 1 : 1
      windows[position].highest = counter
      return true
    }
    let behind = UInt64(highest - counter)
    guard behind < 64, windows[position].seen & 1 << behind == 0 else { return false }
    windows[position].seen |= 1 << behind
    return true
  }

  /// Puts a window in place of one not used lately, in constant time on average.
  private mutating func add(_ window: Window) {
    guard windows.count >= Self.capacity else {
      positions[window.sender] = windows.count
      windows.append(window)
      return
    }
    while windows[hand].used {
      windows[hand].used = false
      hand = (hand + 1) % windows.count
    }
    positions[windows[hand].sender] = nil
    positions[window.sender] = hand
    windows[hand] = window
    hand = (hand + 1) % windows.count
  }
}
