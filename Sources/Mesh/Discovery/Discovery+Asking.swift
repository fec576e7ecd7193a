import Basics
internal import Wire

/// Asking for peers and for what is missing or old of them (RFC 6762 5.2, 7).
extension Discovery {
  /// Home Edge has to hear from us every 60 seconds.
  private static let advertiseGap = (low: 58_000, high: 60_000)
  private static let longestQueryInterval = Interval.seconds(3600)
  /// A query's known answers go into at most so many packets.
  private static let knownAnswerPackets = 64
  private static let questionsPerPacket = 24

  /// Home Edge's form: a question nobody answers, with our records for all who listen.
  func advertise(on link: Link, at now: Instant) {
    link.nextAdvertise = nil
    guard link.isEstablished else { return }
    link.nextAdvertise = now + random.interval(Discovery.advertiseGap.low, Discovery.advertiseGap.high)
    let message = DNSMessage(
      flags: DNSMessage.queryFlags,
      questions: [DNSQuestion(name: records.instance, type: .txt)],
      additionals: records.advertised(on: link, marked: true))
    if let bytes = message.encoded(limit: Discovery.packetLimit) {
      // Home Edge speaks IPv4 only; where there is none, only nodes like us listen.
      multicast(bytes, on: link, ipv6: !link.interface.hasIPv4)
    }
  }

  /// The continuous query for the service, ever more rarely.
  func askForPeers(on link: Link, at now: Instant) {
    let isFirst = link.queryInterval == .zero
    planQuery(on: link, after: now)
    var known: [DNSRecord] = []
    if link.isEstablished { known += records.records(.pointer, on: link, .proposed) }
    for peer in table.all {
      guard let life = peer.pointer, !life.isEnding else { continue }
      let left = max(0, (life.ends - now).nanoseconds / 1_000_000_000)
      guard left > Int64(life.ttl / 2) else { continue }
      known.append(
        DNSRecord(
          name: DiscoveryNames.service, ttl: UInt32(clamping: left), data: .pointer(peer.instance)))
    }
    let question = DNSQuestion(name: DiscoveryNames.service, type: .ptr, wantsUnicast: isFirst)
    ask([question], known: known, on: link)
  }

  /// Doubles the pause up to an hour, with up to a tenth more so that nodes do not ask in step.
  private func planQuery(on link: Link, after now: Instant) {
    let doubled = link.queryInterval + link.queryInterval
    link.queryInterval = min(max(doubled, .seconds(1)), Discovery.longestQueryInterval)
    let jitter = random.interval(0, Int(link.queryInterval.milliseconds / 10))
    link.nextQuery = now + link.queryInterval + jitter
  }

  /// Counts another node's question as ours where its answers will tell us as much (RFC 6762 7.3).
  func noteQuestions(
    _ message: DNSMessage, from origin: DiscoveryOrigin, on link: Link, at now: Instant
  ) {
    guard origin.isMulticast, origin.port == 5353 else { return }
    if message.answers.isEmpty, message.questions.contains(DiscoveryNames.markQuestion) {
      _ = link.takeMarkQuestion(at: now)
    }
    guard link.queryInterval > .zero, let next = link.nextQuery,
      let question = message.questions.first(where: {
        $0.name == DiscoveryNames.service && $0.type == .ptr && $0.recordClass == 1
      }), !question.wantsUnicast
    else { return }
    let soon = Interval(nanoseconds: link.queryInterval.nanoseconds / 2)
    guard next - now <= soon, origin.address.isIPv4 || !link.interface.hasIPv4 else { return }
    for record in message.answers {
      guard record.name == DiscoveryNames.service, case .pointer(let target) = record.data else { continue }
      if table[target]?.pointer == nil, target != records.instance { return }
    }
    planQuery(on: link, after: now)
  }

  /// Sends questions with our own records, which Home Edge needs to see before it answers, and with the known answers
  /// in as many packets as they take.
  func ask(_ questions: [DNSQuestion], known: [DNSRecord], on link: Link) {
    let own = link.isEstablished ? records.advertised(on: link, marked: true) : []
    let ownSize = own.reduce(0) { $0 + $1.name.bytes.count + 10 + $1.data.uncompressed.count }
    var writer = DNSWriter(flags: DNSMessage.queryFlags, limit: Discovery.packetLimit)
    for question in questions { _ = writer.append(question) }
    var packets = 1
    var hasOwn = false
    for record in known {
      let limit = hasOwn ? Discovery.packetLimit : Discovery.packetLimit - ownSize
      if writer.bytes.count + 80 <= limit, writer.append(record, to: .answer) { continue }
      guard packets < Discovery.knownAnswerPackets else { break }
      if !hasOwn {
        for record in own { _ = writer.append(record, to: .additional) }
        hasOwn = true
      }
      writer.set(flag: DNSMessage.truncatedFlag)
      multicast(writer.bytes, on: link)
      packets += 1
      writer = DNSWriter(flags: DNSMessage.queryFlags, limit: Discovery.packetLimit)
      _ = writer.append(record, to: .answer)
    }
    if !hasOwn {
      for record in own { _ = writer.append(record, to: .additional) }
    }
    multicast(writer.bytes, on: link)
  }

  /// Sends the questions of many peers, several to a packet.
  func ask(_ wanted: [(interface: Int32, question: DNSQuestion)]) {
    for link in links {
      var batch: [DNSQuestion] = []
      for item in wanted where item.interface == link.interface.index || !isLinked(item.interface) {
        guard !batch.contains(item.question) else { continue }
        batch.append(item.question)
        if batch.count == Discovery.questionsPerPacket {
          ask(batch, known: [], on: link)
          batch = []
        }
      }
      if !batch.isEmpty { ask(batch, known: [], on: link) }
    }
  }

  private func isLinked(_ index: Int32) -> Bool {
    links.contains { $0.interface.index == index }
  }
}
