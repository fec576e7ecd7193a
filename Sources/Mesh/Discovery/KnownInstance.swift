import Basics
internal import Wire

/// How long something heard is believed, and when to ask for it again (RFC 6762 5.2).
struct Life {
  private(set) var ends: Instant
  /// The next time to ask, or the end.
  private(set) var next: Instant
  /// Seconds.
  private(set) var ttl: UInt32
  private var step: UInt8 = 0
  private var jitter: UInt8

  /// A day: longer claims are cut.
  static let limit: UInt32 = 86_400

  /// - Parameter random: chooses up to 2 % of the life, so that not all ask at once.
  init(ttl: UInt32, from now: Instant, random: UInt64) {
    self.ttl = min(max(1, ttl), Life.limit)
    jitter = UInt8(truncatingIfNeeded: random % 201)
    ends = now + .seconds(Int(self.ttl))
    next = ends
    schedule()
  }

  /// Moves on to the next of 80, 85, 90 and 95 % of the life, then to its end.
  mutating func advance() {
    step = min(4, step + 1)
    schedule()
  }

  /// Lets it end in a second: after a goodbye, or a flush by a newer record (RFC 6762 10.1, 10.2).
  mutating func end(soonAfter now: Instant) {
    ends = min(ends, now + .seconds(1))
    next = ends
    step = 4
  }

  var isEnding: Bool { step == 4 && next == ends }

  private mutating func schedule() {
    guard step < 4 else {
      next = ends
      return
    }
    let shareLeft = Int64(2000) - Int64(step) * 500 - Int64(jitter)
    next = ends + Interval(nanoseconds: Int64(ttl) * -100_000 * shareLeft)
  }
}

/// A peer as its records tell; at most 1 KiB with all of them.
final class KnownInstance {
  struct Address {
    var address: DNSAddress
    var interface: Int32
    var life: Life
  }

  let instance: DNSName
  var host: DNSName?
  /// Finds the peers of a host without comparing names.
  var hostHash = 0
  var text = DNSText([])
  var addresses: [Address] = []
  var pointer: Life?
  var service: Life?
  var textLife: Life?
  /// The pointer by which Hearth nodes know each other. Once it was heard it stays, for a node does not change its kind.
  var mark: Life?
  /// How often that was asked for.
  var markCount: UInt8 = 0
  /// Asking for what is missing: how often it was asked for, and when next.
  var resolveNext: Instant?
  var resolveCount: UInt8 = 0
  var port: UInt16 = 0
  /// Where it was heard last.
  var interface: Int32
  /// Whether the caller knows the peer.
  var isReported = false
  /// Whether what the caller knows is out of date.
  var isChanged = false
  var heard: Instant

  /// Home Edge's own bound; more of a foreign text is not kept.
  static let textLimit = 432
  static let hostLimit = 100
  static let addressLimit = 6

  init(_ instance: DNSName, on interface: Int32, at now: Instant) {
    self.instance = instance
    self.interface = interface
    heard = now
  }

  var id: String { String(decoding: instance.firstLabel, as: UTF8.self) }

  var isHearth: Bool { mark != nil }

  /// Whether it can be told to the caller: who it is, what it offers and where.
  var isComplete: Bool { service != nil && textLife != nil && !addresses.isEmpty }

  var due: Instant? {
    var result = earliest(pointer?.ends, earliest(service?.next, textLife?.next))
    for item in addresses { result = earliest(result, item.life.next) }
    return earliest(result, resolveNext)
  }
}
