package import Readings

extension Term {
  /// The free bandwidth of the best interface, whatever its name: link speed less what passes now.
  ///
  /// Virtual interfaces count only where there are no others, as in a container.
  static func link(_ snapshot: Snapshot, _ profile: Profile) -> Term {
    let link = LinkUse(of: snapshot, profile: profile)
    return Term(
      kind: .link, value: link.free, full: profile.link.ample, source: link.source,
      weight: profile.weights.link,
      factor: clamped(link.free / profile.link.ample))
  }
}

/// The best interface of a node: what it carries, and what of that is free.
package struct LinkUse: Sendable {
  /// Mbit/s.
  package private(set) var rate: Double
  /// Mbit/s of that which do not pass now.
  package private(set) var free: Double
  let source: Term.Source

  /// The share that is taken, 0...1.
  package var busy: Double { rate > 0 ? clamped(1 - free / rate) : 1 }

  /// The use of the interface with the most free bandwidth.
  package init(of snapshot: Snapshot, profile: Profile) {
    let interfaces = snapshot.network.interfaces
    let hasHardware = interfaces.contains { Self.isHardware($0.kind) }
    var best = -1.0
    var bandwidth = profile.link.limit
    var source = Term.Source.assumed(snapshot.network.absence)
    for interface in interfaces where interface.kind != .loopback && interface.kind != .noNetwork {
      if hasHardware, !Self.isHardware(interface.kind) { continue }
      guard Self.hasLink(interface) else {
        if best < 0 {
          best = 0
          bandwidth = 0
          source = .measured
        }
        continue
      }
      let speed = Self.assess(interface, profile.link)
      let free = max(speed.bandwidth - Self.used(interface), 0)
      if free > best {
        best = free
        bandwidth = speed.bandwidth
        source = speed.source
      }
    }
    rate = bandwidth
    free = best < 0 ? profile.link.limit : best
    self.source = source
  }

  private static func isHardware(_ kind: NetworkInterface.Kind) -> Bool {
    kind == .ethernet || kind == .wifi || kind == .other
  }

  /// The carrier tells; without one the state, of which `unknown` is said by many links that work.
  private static func hasLink(_ interface: NetworkInterface) -> Bool {
    if let carrier = interface.carrier.value { return carrier }
    guard let state = interface.state.value else { return true }
    return state == .up || state == .unknown || state == .dormant
  }

  /// What the link can carry, in Mbit/s.
  private static func assess(
    _ interface: NetworkInterface, _ link: Profile.Link
  ) -> (bandwidth: Double, source: Term.Source) {
    // That of a virtual one is a constant of its driver: a tunnel says 10, whatever carries it.
    if interface.kind != .virtual, let speed = interface.speed.value, speed > 0 {
      return (min(Double(speed), link.limit), .measured)
    }
    let absence = interface.speed.absence
    guard interface.kind == .wifi else { return (link.limit, .assumed(absence)) }
    let bandwidth = min(link.wifi, link.limit)
    guard let level = interface.wireless.value?.level, level < 0 else {
      return (bandwidth, .assumed(absence))
    }
    let quality = clamped((Double(level) - weakestSignal) / (fullSignal - weakestSignal))
    return (bandwidth * max(quality, leastQuality), .substitute(absence))
  }

  /// In dBm: from here on a link carries its full rate, and at the other it is about to break (usual receiver
  /// sensitivities).
  private static let fullSignal = -55.0
  private static let weakestSignal = -90.0
  /// The share of its rate that a link which still holds carries at least.
  private static let leastQuality = 0.05

  /// What passes now, in Mbit/s: the busier direction, or both where they share the air.
  private static func used(_ interface: NetworkInterface) -> Double {
    let received = rate(interface.receiveRate)
    let sent = rate(interface.transmitRate)
    return interface.kind == .wifi ? received + sent : max(received, sent)
  }

  private static func rate(_ reading: Reading<Double>) -> Double {
    guard let bytes = reading.value, bytes >= 0 else { return 0 }
    return bytes * 8 / 1e6
  }
}
