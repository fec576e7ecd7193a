import Basics
import Containers

/// In which order calls are made: an Engine on a small board is not asked for too much at one time, and no call waits
/// for one that hangs.
///
/// What makes the Engine work and what only reads have a lane each. A call that gets no answer leaves its lane, though it
/// goes on: what is under way for one container, such as a start with a dead network volume, holds up no other.
struct EngineQueue {
  /// Of work, or of reading, at one time: more makes an Engine on a small board slower, not faster.
  static let laneLimit = 8
  /// A call without a byte for so long is not waited for any more.
  private static let patience = Interval.seconds(2)
  /// Work without an answer for so long, while no later work was done: the Engine hangs.
  private static let hangTime = Interval.seconds(10)

  /// Open calls that are counted, and those that wait, oldest first; of work, then of reading.
  private var counts = [0, 0]
  private var waiting: [[EngineChannel]] = [[], []]
  /// When work was answered last.
  private var answeredAt = Instant(nanoseconds: 0)

  /// Takes a call that is not opened yet.
  ///
  /// - Returns: the calls to open now.
  mutating func add(_ channel: EngineChannel) -> [EngineChannel] {
    guard let lane = channel.request.lane else { return [channel] }
    waiting[lane].append(channel)
    return nextCalls()
  }

  /// A call is over.
  ///
  /// - Returns: the calls to open now.
  mutating func ended(_ channel: EngineChannel, at now: Instant) -> [EngineChannel] {
    if channel.request.lane == 0, channel.isAnswered { answeredAt = now }
    leave(channel)
    return nextCalls()
  }

  /// Once a second: lets go of calls that get no answer.
  ///
  /// - Returns: the calls to open now, and the call by which the Engine hangs; nil where it does not.
  mutating func look(
    at channels: [EngineChannel], _ now: Instant
  ) -> (next: [EngineChannel], hanging: EngineChannel?) {
    var oldest: EngineChannel?
    var newest = Instant(nanoseconds: 0)
    var stuck = 0
    for channel in channels where channel.wasOpened && !channel.isOver {
      let silence = now - channel.lastByte
      if silence >= Self.patience { leave(channel) }
      guard channel.request.lane == 0, silence >= Self.hangTime else { continue }
      stuck += 1
      newest = max(newest, channel.lastByte)
      if oldest.map({ channel.lastByte < $0.lastByte }) ?? true { oldest = channel }
    }
    // Few may wait for what is broken for them alone, if others get through.
    let othersPass = stuck < Self.laneLimit && answeredAt > newest
    return (nextCalls(), othersPass ? nil : oldest)
  }

  private mutating func leave(_ channel: EngineChannel) {
    guard channel.isCounted, let lane = channel.request.lane else { return }
    channel.isCounted = false
    counts[lane] -= 1
  }

  private mutating func nextCalls() -> [EngineChannel] {
    var next: [EngineChannel] = []
    for lane in waiting.indices {
      while counts[lane] < Self.laneLimit, !waiting[lane].isEmpty {
        let channel = waiting[lane].removeFirst()
        if channel.isOver { continue }
        channel.isCounted = true
        counts[lane] += 1
        next.append(channel)
      }
    }
    return next
  }
}

extension EngineRequest {
  /// The lane of a call that ends by itself soon: 0 for work, 1 for reading; nil for one that waits its turn for nobody,
  /// because it lasts as long as a container or a client, or everything waits for it.
  fileprivate var lane: Int? {
    switch self {
    case .create, .start, .remove: 0
    case .inspect, .imageInspect: 1
    case .logs(_, let follow, _, _, _): follow ? nil : 1
    case .wait, .events, .attach, .stop, .kill, .pull, .version, .list, .images: nil
    }
  }
}
