import Basics
internal import Wire

/// Answering questions (RFC 6762 5.4, 6, 7).
extension Discovery {
  /// One multicast of a record a second and interface.
  private static let gap = Interval.seconds(1)
  /// The same where a name is defended.
  private static let defenceGap = Interval.milliseconds(250)

  func answer(_ message: DNSMessage, from origin: DiscoveryOrigin, on link: Link, at now: Instant) {
    guard link.isEstablished else { return }
    if origin.port != 5353 { return answerLegacy(message, to: origin, on: link, at: now) }
    if answerHomeEdge(message, to: origin, on: link, at: now) { return }
    if message.questions.isEmpty {
      return dropKnown(message, from: origin, on: link, at: now)
    }
    var multicast: OwnRecords = []
    var unicast: OwnRecords = []
    for question in message.questions {
      for bit in records.answers(to: question, on: link).bits {
        let isPrivate =
          (question.wantsUnicast || !origin.isMulticast) && link.wasSentLately(bit, at: now)
        if isPrivate {
          unicast.formUnion(OwnRecords(bit: bit))
        } else {
          multicast.formUnion(OwnRecords(bit: bit))
        }
      }
    }
    let known = knownAnswers(message, on: link)
    multicast.subtract(known)
    unicast.subtract(known.union(multicast))
    guard !multicast.isEmpty || !unicast.isEmpty else { return }
    let isShared = !multicast.union(unicast).isDisjoint(with: OwnRecords.shared)
    let isProbe = !message.authorities.isEmpty
    if message.isTruncated, !isProbe {
      delay(
        multicast, unicast, to: origin, until: now + random.interval(400, 500), more: true, on: link, at: now)
    } else if isShared {
      let due = now + random.interval(20, 120)
      if !unicast.isEmpty { delay([], unicast, to: origin, until: due, more: false, on: link, at: now) }
      schedule(multicast, at: due, gap: Discovery.gap, for: origin, on: link)
    } else {
      if !unicast.isEmpty { sendUnicast(unicast, to: origin, on: link, at: now) }
      schedule(multicast, at: now, gap: isProbe ? Discovery.defenceGap : Discovery.gap, for: origin, on: link)
      sendDue(on: link, at: now, gap: isProbe ? Discovery.defenceGap : Discovery.gap)
    }
  }

  /// Our records that the asker knows for at least half of their life (RFC 6762 7.1).
  private func knownAnswers(_ message: DNSMessage, on link: Link) -> OwnRecords {
    var known: OwnRecords = []
    for record in message.answers {
      let own = records.own(record, on: link)
      if !own.isEmpty, record.ttl >= DiscoveryRecordSet.life(own) / 2 { known.formUnion(own) }
    }
    return known
  }

  /// A packet with further known answers of an asker whose question waits (RFC 6762 7.2).
  private func dropKnown(
    _ message: DNSMessage, from origin: DiscoveryOrigin, on link: Link, at now: Instant
  ) {
    guard !message.answers.isEmpty else { return }
    let known = knownAnswers(message, on: link)
    for index in link.delayedReplies.indices
    where link.delayedReplies[index].waitsForMore && link.delayedReplies[index].origin == origin {
      link.delayedReplies[index].multicast.subtract(known)
      link.delayedReplies[index].unicast.subtract(known)
      if message.isTruncated { link.delayedReplies[index].due = now + random.interval(400, 500) }
    }
  }

  /// Drops answers that another node has just given in full (RFC 6762 7.4).
  func dropAnswered(_ message: DNSMessage, on link: Link) {
    for record in message.answers {
      let own = records.own(record, on: link)
      guard !own.isEmpty, record.ttl >= DiscoveryRecordSet.life(own) else { continue }
      for bit in own.bits { link.due[bit] = nil }
      for index in link.delayedReplies.indices { link.delayedReplies[index].multicast.subtract(own) }
    }
  }

  private func delay(
    _ multicast: OwnRecords, _ unicast: OwnRecords, to origin: DiscoveryOrigin, until due: Instant,
    more: Bool,
    on link: Link, at now: Instant
  ) {
    guard link.delayedReplies.count < limits.delayedReplies else {
      if !unicast.isEmpty { sendUnicast(unicast, to: origin, on: link, at: now) }
      return schedule(multicast, at: due, gap: Discovery.gap, for: origin, on: link)
    }
    link.delayedReplies.append(
      Link.DelayedReply(
        origin: origin, due: due, multicast: multicast, unicast: unicast, waitsForMore: more))
  }

  func sendDelayedReplies(on link: Link, at now: Instant) {
    guard link.delayedReplies.contains(where: { $0.due <= now }) else { return }
    let due = link.delayedReplies.filter { $0.due <= now }
    link.delayedReplies.removeAll { $0.due <= now }
    for reply in due {
      if !reply.unicast.isEmpty { sendUnicast(reply.unicast, to: reply.origin, on: link, at: now) }
      schedule(reply.multicast, at: now, gap: Discovery.gap, for: reply.origin, on: link)
    }
  }

  /// Plans a multicast of the records, later where they went out too recently.
  private func schedule(
    _ own: OwnRecords, at due: Instant, gap: Interval, for origin: DiscoveryOrigin, on link: Link
  ) {
    guard !own.isEmpty else { return }
    for bit in own.bits {
      let time = max(due, link.permitted(bit, gap: gap) ?? due)
      link.due[bit] = earliest(link.due[bit], time)
    }
    if origin.address.isIPv4 { link.pendingIPv4 = true } else { link.pendingIPv6 = true }
  }

  /// Multicasts what is due, and with it what may go along (RFC 6762 6.4).
  func sendDue(on link: Link, at now: Instant, gap: Interval = Discovery.gap) {
    var answers: OwnRecords = []
    for (bit, due) in link.due.enumerated() {
      if let due, due <= now { answers.formUnion(OwnRecords(bit: bit)) }
    }
    guard !answers.isEmpty else { return }
    let takesShared = !answers.isDisjoint(with: OwnRecords.shared)
    for (bit, due) in link.due.enumerated() where due != nil && link.isPermitted(bit, at: now, gap: gap) {
      let own = OwnRecords(bit: bit)
      if takesShared || OwnRecords.shared.isDisjoint(with: own) { answers.formUnion(own) }
    }
    var additionals = records.additionals(to: answers, on: link)
    let isBound = !answers.isDisjoint(with: [.service, .text])
    if !isBound, additionals.bits.contains(where: { !link.isPermitted($0, at: now, gap: gap) }) {
      additionals = []
    }
    let message = DNSMessage(
      flags: DNSMessage.responseFlags, answers: records.records(answers, on: link),
      additionals: records.records(additionals, on: link))
    for bit in answers.union(additionals).bits {
      link.due[bit] = nil
      link.lastSent[bit] = now
    }
    if let bytes = message.encoded(limit: Discovery.packetLimit) {
      multicast(bytes, on: link, ipv4: link.pendingIPv4, ipv6: link.pendingIPv6)
    }
    if link.due.allSatisfy({ $0 == nil }) {
      link.pendingIPv4 = false
      link.pendingIPv6 = false
    }
  }

  // MARK: Unicast

  private func sendUnicast(
    _ own: OwnRecords, to origin: DiscoveryOrigin, on link: Link, at now: Instant
  ) {
    let message = DNSMessage(
      flags: DNSMessage.responseFlags, answers: records.records(own, on: link),
      additionals: records.records(records.additionals(to: own, on: link), on: link))
    send(message.encoded(limit: Discovery.packetLimit), to: origin, on: link, at: now)
  }

  private func send(_ bytes: [UInt8]?, to origin: DiscoveryOrigin, on link: Link, at now: Instant) {
    guard let bytes, link.takeUnicast(at: now, limit: limits.unicastRepliesPerSecond) else { return }
    let target = DiscoveryDestination.unicast(origin.address, port: origin.port)
    directives.append(.send(bytes, interface: link.interface.index, to: target))
  }

  /// Answers a resolver that knows nothing of multicast DNS the way a server would (RFC 6762 6.7).
  private func answerLegacy(
    _ message: DNSMessage, to origin: DiscoveryOrigin, on link: Link, at now: Instant
  ) {
    var own: OwnRecords = []
    var questions: [DNSQuestion] = []
    for question in message.questions {
      let answers = records.answers(to: question, on: link)
      if answers.isEmpty { continue }
      own.formUnion(answers)
      questions.append(question)
    }
    guard !own.isEmpty, origin.port > 0 else { return }
    let reply = DNSMessage(
      id: message.id, flags: DNSMessage.responseFlags, questions: questions,
      answers: records.records(own, on: link, .legacy),
      additionals: records.records(records.additionals(to: own, on: link), on: link, .legacy))
    send(
      reply.encoded(limit: Discovery.packetLimit, compressesTargets: false), to: origin, on: link, at: now)
  }

  /// Answers a Home Edge node that shows its own records and asks, as it expects it; whether it was one.
  private func answerHomeEdge(
    _ message: DNSMessage, to origin: DiscoveryOrigin, on link: Link, at now: Instant
  ) -> Bool {
    guard !message.questions.isEmpty else { return false }
    var isShown = false
    for record in message.additionals + message.authorities + message.answers {
      if record.name == DiscoveryNames.subtype { return false }
      if record.type == .srv || record.type == .txt, record.name.isChild(of: DiscoveryNames.service),
        record.name != records.instance
      {
        isShown = true
      }
    }
    // An ordinary prober of the service asks for ANY and wants no answer from others than the name's holder.
    guard isShown, message.questions.allSatisfy({ $0.type != .any }) else { return false }
    let reply = DNSMessage(
      id: message.id, flags: DNSMessage.responseFlags,
      additionals: records.advertised(on: link, marked: false))
    send(reply.encoded(limit: Discovery.packetLimit), to: origin, on: link, at: now)
    return message.questions.allSatisfy { records.answers(to: $0, on: link).isEmpty }
  }
}
