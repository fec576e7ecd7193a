import Basics
internal import Wire

/// Learning peers from packets, and forgetting them.
extension Discovery {
  /// Questions about one incomplete peer, each after twice the pause of the last, from a second on.
  private static let resolveLimit: UInt8 = 6
  /// Of these, how many are for the mark of one that is complete without it: a node of Home Edge has none.
  private static let markLimit: UInt8 = 3

  /// Takes what a packet says of peers: any section of a response; of a query what it shows of the sender itself.
  ///
  /// The known answers of a query are hearsay (RFC 6762 7.1), and its proposals hold only for names without a holder.
  func learn(_ message: DNSMessage, on link: Link, at now: Instant) {
    var told = message.additionals
    if message.isResponse {
      told = message.answers + message.authorities + told
    } else if message.questions.allSatisfy({ $0.type != .any }) {
      told += proposals(message)
    }
    guard !told.isEmpty else { return }
    var touched: [KnownInstance] = []
    for record in told where record.recordClass == 1 {
      guard let peer = take(record, on: link, at: now) else { continue }
      if !touched.contains(where: { $0 === peer }) { touched.append(peer) }
    }
    takeAddresses(told, touched: &touched, on: link, at: now)
    for peer in touched { settle(peer, on: link, at: now) }
  }

  /// What a Home Edge node shows when it starts, of which only news is taken; a proper probe asks for ANY and does
  /// not hold its names yet.
  private func proposals(_ message: DNSMessage) -> [DNSRecord] {
    guard !message.authorities.isEmpty,
      !message.authorities.contains(where: { table[$0.name]?.service != nil })
    else { return [] }
    let hosts = message.authorities.compactMap { record -> DNSName? in
      if case .service(let service) = record.data { service.target } else { nil }
    }
    let isKnownHost = table.all.contains { peer in peer.host.map { hosts.contains($0) } ?? false }
    return isKnownHost ? [] : message.authorities
  }

  /// A PTR, SRV or TXT record of a peer; the peer it speaks of.
  private func take(_ record: DNSRecord, on link: Link, at now: Instant) -> KnownInstance? {
    switch record.data {
    case .pointer(let instance):
      let isMark = record.name == DiscoveryNames.subtype
      guard isMark || record.name == DiscoveryNames.service,
        let peer = peer(instance, isNew: record.ttl > 0, on: link, at: now)
      else { return nil }
      if isMark {
        if record.ttl > 0 {
          if !peer.isHearth { peer.isChanged = true }
          peer.mark = Life(ttl: record.ttl, from: now, random: random.next())
        }
      } else {
        renew(&peer.pointer, record, at: now)
        // Without its pointer an instance has left its service, whatever else is remembered of it.
        if record.ttl == 0 { peer.service?.end(soonAfter: now) }
      }
      return peer
    case .service(let service):
      guard service.target.bytes.count <= KnownInstance.hostLimit,
        let peer = peer(record.name, isNew: record.ttl > 0, on: link, at: now)
      else { return nil }
      renew(&peer.service, record, at: now)
      if record.ttl > 0, peer.host != service.target || peer.port != service.port {
        if peer.host != service.target { peer.addresses = [] }
        peer.host = service.target
        peer.hostHash = service.target.hashValue
        peer.port = service.port
        peer.isChanged = true
      }
      return peer
    case .text(let text):
      guard let peer = peer(record.name, isNew: record.ttl > 0, on: link, at: now) else { return nil }
      renew(&peer.textLife, record, at: now)
      let text = text.prefix(KnownInstance.textLimit)
      if record.ttl > 0, text != peer.text {
        peer.text = text
        peer.isChanged = true
      }
      return peer
    default: return nil
    }
  }

  private func renew(_ life: inout Life?, _ record: DNSRecord, at now: Instant) {
    if record.ttl > 0 {
      life = Life(ttl: record.ttl, from: now, random: random.next())
    } else {
      life?.end(soonAfter: now)
    }
  }

  private func peer(_ instance: DNSName, isNew: Bool, on link: Link, at now: Instant) -> KnownInstance? {
    guard instance.isChild(of: DiscoveryNames.service), instance != records.instance else { return nil }
    if let known = table[instance] { return known }
    guard isNew,
      let made = table.peer(instance, on: link.interface.index, at: now, limit: limits.peers)
    else { return nil }
    if let evicted = made.evicted, evicted.isReported { directives.append(.lost(id: evicted.id)) }
    return made.peer
  }

  // MARK: Addresses

  /// Gives the addresses of a packet to the peers on their hosts, in the packet's order.
  ///
  /// A packet without addresses takes none away: they go by their own life, or flushed by newer ones.
  private func takeAddresses(
    _ told: [DNSRecord], touched: inout [KnownInstance], on link: Link, at now: Instant
  ) {
    var hosts: [DNSName] = []
    for record in told where record.recordClass == 1 {
      if case .address(let address) = record.data, isOfPeer(address), record.name != records.host,
        !hosts.contains(record.name), hosts.count < 16
      {
        hosts.append(record.name)
      }
    }
    for host in hosts {
      let news = told.filter { $0.name == host }
      // The packet's own instance as a rule; only then all others.
      var owners = touched.filter { $0.host == host }
      if owners.isEmpty {
        let hash = host.hashValue
        owners = table.all.filter { $0.hostHash == hash && $0.host == host }
      }
      for peer in owners {
        takeAddresses(news, of: peer, on: link, at: now)
        if !touched.contains(where: { $0 === peer }) { touched.append(peer) }
      }
    }
  }

  private func takeAddresses(_ news: [DNSRecord], of peer: KnownInstance, on link: Link, at now: Instant) {
    let index = link.interface.index
    var list: [KnownInstance.Address] = []
    var old = peer.addresses
    for record in news {
      guard case .address(let address) = record.data, isOfPeer(address) else { continue }
      let place = old.firstIndex { $0.address == address && $0.interface == index }
      if record.ttl == 0 {
        if let place { old[place].life.end(soonAfter: now) }
        continue
      }
      if let place { old.remove(at: place) }
      guard !list.contains(where: { $0.address == address }), list.count < KnownInstance.addressLimit else {
        continue
      }
      let life = Life(ttl: record.ttl, from: now, random: random.next())
      list.append(KnownInstance.Address(address: address, interface: index, life: life))
      guard record.cacheFlush else { continue }
      for place in old.indices
      where old[place].interface == index && old[place].address.isIPv4 == address.isIPv4 {
        old[place].life.end(soonAfter: now)
      }
    }
    list += old.prefix(KnownInstance.addressLimit - list.count)
    let isSame =
      list.count == peer.addresses.count
      && zip(list, peer.addresses).allSatisfy { $0.address == $1.address && $0.interface == $1.interface }
    peer.addresses = list
    if !isSame { peer.isChanged = true }
  }

  /// Whether another node can be reached there: by no address of ours, and by none of all hosts or of no host.
  private func isOfPeer(_ address: DNSAddress) -> Bool {
    guard address.isOfAnotherHost else { return false }
    return !links.contains { link in
      link.interface.addresses.contains { own in
        own.address == address
          || address.isBroadcast(prefix: own.prefix)
            && own.address.isInSubnet(of: address, prefix: own.prefix)
      }
    }
  }

  /// After a change of our own addresses: drops those of peers that are ours now, and ranks the others anew.
  func judgeAddresses(at now: Instant) {
    for peer in table.all {
      let count = peer.addresses.count
      peer.addresses.removeAll { !isOfPeer($0.address) }
      guard peer.isReported, count > 1 || peer.addresses.count < count else { continue }
      peer.isChanged = true
      // One that is left without an address is let go with the next tick.
      if peer.isComplete { report(peer) } else { peer.resolveNext = now }
    }
    table.recount()
  }

  // MARK: Telling

  /// Tells what a packet has changed, and plans what is missing.
  private func settle(_ peer: KnownInstance, on link: Link, at now: Instant) {
    peer.heard = now
    peer.interface = link.interface.index
    report(peer)
    if peer.isComplete { peer.resolveCount = 0 }
    if !lacks(peer) {
      peer.resolveNext = nil
    } else if peer.resolveNext == nil {
      peer.resolveNext = now + random.interval(20, 120)
    }
    table.note(peer.due)
  }

  /// Whether something of it is missing and has not been asked for too often. What comes through a reflector has been
  /// asked for by somebody, and the mark is asked for by nobody else.
  private func lacks(_ peer: KnownInstance) -> Bool {
    peer.isComplete
      ? !peer.isHearth && peer.markCount < Discovery.markLimit : peer.resolveCount < Discovery.resolveLimit
  }

  func report(_ peer: KnownInstance) {
    guard peer.isComplete else { return }
    if !peer.isReported {
      directives.append(.found(value(of: peer)))
    } else if peer.isChanged {
      directives.append(.changed(value(of: peer)))
    }
    peer.isReported = true
    peer.isChanged = false
  }

  func value(of peer: KnownInstance) -> DiscoveredPeer {
    let text = PeerText(peer.text)
    var addresses: [DiscoveredAddress] = []
    for rank in 0...4 {
      for item in peer.addresses where self.rank(item.address) == rank {
        addresses.append(DiscoveredAddress(address: item.address, interface: item.interface))
      }
    }
    return DiscoveredPeer(
      id: peer.id, kind: peer.isHearth ? .hearth : .homeEdge, host: peer.host?.text ?? "", port: peer.port,
      addresses: addresses, platform: text.platform, executionType: text.executionType,
      services: text.services)
  }

  private func rank(_ address: DNSAddress) -> Int {
    guard address.isIPv4 else { return address.isLinkLocal ? 4 : 3 }
    let isNear = links.contains { link in
      link.interface.addresses.contains { $0.address.isInSubnet(of: address, prefix: $0.prefix) }
    }
    return isNear ? 0 : address.isLinkLocal ? 2 : 1
  }

  // MARK: Time

  /// Forgets what has ended, asks for what soon will and for what is missing.
  func tendPeers(at now: Instant) {
    var wanted: [(interface: Int32, question: DNSQuestion)] = []
    var gone: [KnownInstance] = []
    for peer in table.all {
      guard let due = peer.due, due <= now else {
        if peer.due == nil { gone.append(peer) }
        continue
      }
      for question in tend(peer, at: now) { wanted.append((peer.interface, question)) }
      let isGone =
        peer.isReported
        ? !peer.isComplete : peer.pointer == nil && peer.service == nil && peer.textLife == nil
      if isGone { gone.append(peer) } else { report(peer) }
    }
    for peer in gone {
      table.remove(peer)
      if peer.isReported { directives.append(.lost(id: peer.id)) }
    }
    ask(wanted)
    table.recount()
  }

  private func tend(_ peer: KnownInstance, at now: Instant) -> [DNSQuestion] {
    var questions: [DNSQuestion] = []
    if let pointer = peer.pointer, pointer.ends <= now { peer.pointer = nil }
    if tend(&peer.service, at: now) { questions.append(DNSQuestion(name: peer.instance, type: .srv)) }
    if tend(&peer.textLife, at: now) { questions.append(DNSQuestion(name: peer.instance, type: .txt)) }
    let count = peer.addresses.count
    peer.addresses.removeAll { $0.life.ends <= now }
    if peer.addresses.count != count { peer.isChanged = true }
    for index in peer.addresses.indices where peer.addresses[index].life.next <= now {
      peer.addresses[index].life.advance()
      guard let host = peer.host else { continue }
      let type: DNSType = peer.addresses[index].address.isIPv4 ? .a : .aaaa
      questions.append(DNSQuestion(name: host, type: type))
    }
    if let next = peer.resolveNext, next <= now { questions += missing(of: peer, at: now) }
    return questions
  }

  /// Whether it is time to ask for the record.
  private func tend(_ life: inout Life?, at now: Instant) -> Bool {
    guard let known = life, known.next <= now else { return false }
    if known.ends <= now {
      life = nil
      return false
    }
    life?.advance()
    return true
  }

  private func missing(of peer: KnownInstance, at now: Instant) -> [DNSQuestion] {
    var questions: [DNSQuestion] = []
    if peer.service == nil { questions.append(DNSQuestion(name: peer.instance, type: .srv)) }
    if peer.textLife == nil { questions.append(DNSQuestion(name: peer.instance, type: .txt)) }
    if peer.service != nil, peer.addresses.isEmpty, let host = peer.host {
      questions.append(DNSQuestion(name: host, type: .a))
      questions.append(DNSQuestion(name: host, type: .aaaa))
    }
    if !peer.isHearth, peer.markCount < Discovery.markLimit {
      peer.markCount += 1
      let link = links.first { $0.interface.index == peer.interface }
      if link?.takeMarkQuestion(at: now) ?? true { questions.append(DiscoveryNames.markQuestion) }
    }
    if !peer.isComplete { peer.resolveCount += 1 }
    let count = max(1, peer.isComplete ? peer.markCount : peer.resolveCount)
    peer.resolveNext = lacks(peer) ? now + .seconds(1 << Int(count - 1)) : nil
    return questions
  }
}
