import Basics
internal import Wire

/// Probing, announcing, conflicts (RFC 6762 8, 9) and goodbyes (10.1).
extension Discovery {
  private static let probeCount = 3
  private static let probeGap = Interval.milliseconds(250)
  private static let announcementCount = 2
  /// So many conflicts within `conflictWindow` slow probing down to one try in five seconds.
  private static let conflictLimit = 15
  private static let conflictWindow = Interval.seconds(10)

  func startProbing(_ link: Link, at now: Instant, after delay: Interval) {
    conflicts.removeAll { now - $0 > Discovery.conflictWindow }
    if conflicts.count >= Discovery.conflictLimit { isSlowed = true }
    link.probe(at: now + (isSlowed ? max(delay, .seconds(5)) : delay))
  }

  /// The next step of probing or announcing.
  func advance(_ link: Link, at now: Instant) {
    switch link.phase {
    case .probing(let sent) where sent < Discovery.probeCount:
      sendProbe(on: link)
      link.phase = .probing(sent + 1)
      link.phaseDue = now + Discovery.probeGap
    case .probing:
      isSlowed = false
      link.phase = .announcing(0)
      link.phaseDue = announcementTime(on: link, at: now)
      if let due = link.phaseDue, due <= now { advance(link, at: now) }
    case .announcing(let sent):
      announce(on: link, at: now)
      if sent == 0, link.nextAdvertise == nil { link.nextAdvertise = now + random.interval(20, 120) }
      let isLast = sent + 1 >= Discovery.announcementCount
      link.phase = isLast ? .established : .announcing(sent + 1)
      link.phaseDue = isLast ? nil : now + .seconds(1)
    case .established:
      link.phaseDue = nil
    }
  }

  /// Now, or when a second has passed since the records went out last.
  private func announcementTime(on link: Link, at now: Instant) -> Instant {
    var time = now
    for bit in OwnRecords.announced.bits {
      if let last = link.lastSent[bit] { time = max(time, last + .seconds(1)) }
    }
    return time
  }

  /// Asks for every record of both names and proposes ours.
  ///
  /// The addresses stand there for Home Edge too, which takes a packet with SRV and without A for a peer that lost
  /// its addresses.
  private func sendProbe(on link: Link) {
    let message = DNSMessage(
      flags: DNSMessage.queryFlags,
      questions: [
        DNSQuestion(name: records.instance, type: .any, wantsUnicast: true),
        DNSQuestion(name: records.host, type: .any, wantsUnicast: true),
      ],
      authorities: records.records([.service, .text, .ipv4, .ipv6], on: link, .proposed))
    if let bytes = message.encoded(limit: Discovery.packetLimit) { multicast(bytes, on: link) }
  }

  func announce(on link: Link, at now: Instant) {
    sendAnnouncement(on: link, .announced)
    for bit in OwnRecords.announced.bits {
      link.lastSent[bit] = now
      link.due[bit] = nil
    }
  }

  func sayGoodbye(on link: Link, at now: Instant) {
    guard link.isEstablished else { return }
    sendAnnouncement(on: link, .goodbye)
  }

  private func sendAnnouncement(on link: Link, _ style: RecordStyle) {
    var announced = OwnRecords.announced
    // The service type stays, for others offer it (RFC 6762 10.1 is about records of which no one else knows).
    if style == .goodbye { announced.remove(.typePointer) }
    let message = DNSMessage(
      flags: DNSMessage.responseFlags, answers: records.records(announced, on: link, style))
    if let bytes = message.encoded(limit: Discovery.packetLimit) { multicast(bytes, on: link) }
  }

  /// Announces what has changed, everything with it, twice (RFC 6762 8.4).
  func update(at now: Instant) {
    updateDue = nil
    for link in links where link.isEstablished {
      let time = announcementTime(on: link, at: now)
      link.phase = .announcing(0)
      link.phaseDue = time
    }
  }

  // MARK: Conflicts

  /// Compares a simultaneous probe's proposals with ours; the lower side waits a second (RFC 6762 8.2).
  func compareProbes(_ message: DNSMessage, on link: Link, at now: Instant) {
    guard case .probing(let sent) = link.phase, sent > 0, !message.authorities.isEmpty else { return }
    for name in [records.instance, records.host] {
      let theirs = message.authorities.filter { $0.name == name }
      guard !theirs.isEmpty else { continue }
      let ours = records.records([.service, .text, .ipv4, .ipv6], on: link, .proposed)
        .filter { $0.name == name }
      if Discovery.isBefore(Discovery.ordered(ours), Discovery.ordered(theirs)) {
        link.probe(at: now + .seconds(1))
        return
      }
    }
  }

  /// Class, type and data of each record as one string of bytes, in order.
  private static func ordered(_ records: [DNSRecord]) -> [[UInt8]] {
    let keys = records.map { record -> [UInt8] in
      let words = [record.recordClass, record.type.rawValue]
      return words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + record.data.uncompressed
    }
    return keys.ordered { $0.lexicographicallyPrecedes($1) }
  }

  private static func isBefore(_ left: [[UInt8]], _ right: [[UInt8]]) -> Bool {
    for (left, right) in zip(left, right) where left != right {
      return left.lexicographicallyPrecedes(right)
    }
    return left.count < right.count
  }

  /// Deals with records of others under our names; whether there were any (RFC 6762 9).
  func handleConflicts(_ message: DNSMessage, on link: Link, at now: Instant) -> Bool {
    var lost: OwnRecords = []
    for record in message.answers + message.authorities + message.additionals {
      lost.formUnion(conflict(record, on: link))
    }
    guard !lost.isEmpty else { return false }
    conflicts.append(now)
    if conflicts.count > Discovery.conflictLimit { conflicts.removeFirst() }
    guard !link.isEstablished else {
      // First see whether the other side still wants the name.
      startProbing(link, at: now, after: .zero)
      return true
    }
    if lost.contains(.service) { records.takeNextInstance() }
    if lost.contains(.ipv4) { records.takeNextHost() }
    for link in links { startProbing(link, at: now, after: random.interval(0, 250)) }
    directives.append(.renamed(id: id, host: host))
    return true
  }

  /// `.service` for the instance's name, `.ipv4` for the host's.
  private func conflict(_ record: DNSRecord, on link: Link) -> OwnRecords {
    guard record.ttl > 0, record.recordClass == 1 else { return [] }
    let isProbing = !link.isEstablished
    if record.name == records.instance {
      switch record.data {
      case .service, .text: return records.own(record, on: link).isEmpty ? .service : []
      default: return isProbing && record.type != .nsec ? .service : []
      }
    }
    guard record.name == records.host else { return [] }
    switch record.data {
    // The same host on another of its interfaces is no other host (RFC 6762 14).
    case .address(let address): return isOwnAddress(address) ? [] : .ipv4
    default: return isProbing && record.type != .nsec ? .ipv4 : []
    }
  }
}
