package import Basics
internal import Mesh

// Writes: the coordinator's own disk first, then the others'; kept once a majority of the voters has them on disk.
extension Decider {
  /// Writes records under the own term.
  mutating func write(
    _ records: [Record], electorate: Electorate?, isSet: Bool = false, dropped: [RecordKey] = [],
    then: Won.Then, _ now: Instant
  ) {
    won.counter = max(won.counter + 1, electorate?.version.counter ?? 0)
    won.number += 1
    let write = Write(
      term: durable.term, number: won.number, isSet: isSet, counter: won.counter, records: records,
      dropped: dropped, electorate: electorate)
    apply(write, now)
    store()
    won.writes.append(
      Won.Pending(
        write: write, began: now, again: now + settings.writePause, ownStore: storesAsked, then: then))
    out.append(.send(.write(write), of: durable.lineage, to: nil))
  }

  /// A value under the version that the next write has.
  func record(_ key: RecordKey, _ value: Record.Value) -> Record {
    Record(key: key, version: Version(term: durable.term, counter: won.counter + 1), value: value)
  }

  private mutating func apply(_ write: Write, _ now: Instant) {
    if write.isSet, durable.settled < write.term {
      durable.settled = write.term
      durable.counter = 0
      if without.obey(.setDrops) { durable.records = RecordSet() }
    }
    for record in write.records
    where durable.records.count < DecidingLimits.records || durable.records[record.key] != nil {
      durable.records.take(record)
    }
    for key in write.dropped { durable.records.drop(key) }
    if let electorate = write.electorate, durable.electorate.version < electorate.version {
      if durable.electorate.edition != electorate.edition { editionSince = now }
      durable.electorate = electorate
    }
    if durable.settled == write.term { durable.counter = max(durable.counter, write.counter) }
    if durable.isEmptied, durable.settled == write.term, !isVoter {
      durable.isEmptied = false
      found = durable.position
    }
  }

  /// Sends again what nobody confirms.
  mutating func writeAgain(_ now: Instant) {
    for place in won.writes.indices where now >= won.writes[place].again {
      won.writes[place].again = now + settings.writePause
      for peer in peers where !won.writes[place].confirmed.contains(peer.id) {
        send(.write(won.writes[place].write), to: peer.id)
      }
    }
  }

  /// Whether this node may take what is new: a disk that nobody has vouched for is left as it was found.
  private var mayTake: Bool { counts || durable.isEmptied || !without.obey(.asFound) }

  mutating func take(_ write: Write, from node: NodeID, _ now: Instant) {
    guard mayTake else { return }
    if write.term < durable.term
      || (write.term == durable.term && durable.vote != nil && durable.vote != node)
    {
      let isSame = write.term == durable.term
      return send(.term(durable.term + (isSame ? 1 : 0)), to: node)
    }
    let isLater = write.term > durable.term
    if isLater {
      durable.term = write.term
      stepDown(now)
    }
    let before = (durable.vote, durable.counter, durable.records.digest, durable.electorate.version)
    durable.vote = node
    if !write.isSet, durable.settled < write.term, without.obey(.settledWrites) {
      if isLater || before.0 != node { store() }
      return
    }
    let settled = durable.settled
    apply(write, now)
    let isSame =
      !isLater
      && before == (durable.vote, durable.counter, durable.records.digest, durable.electorate.version)
    if !isSame || settled != durable.settled { store() }
    guard let number = write.number, counts else { return }
    sendStored(.stored(term: write.term, number: number), to: node)
  }

  mutating func confirmOwn(_ now: Instant) {
    guard role != .follower, counts else { return }
    for pending in won.writes where pending.ownStore <= storesDone && !pending.confirmed.contains(id) {
      guard let number = pending.write.number else { continue }
      confirm(by: id, durable.term, number, now)
    }
  }

  mutating func confirm(by node: NodeID, _ term: UInt32, _ number: UInt32, _ now: Instant) {
    guard role != .follower, term == durable.term else { return }
    if without.obey(.actWithLease), lease == nil { return }
    guard let place = won.writes.firstIndex(where: { $0.write.number == number }) else { return }
    if !won.writes[place].confirmed.contains(node) { won.writes[place].confirmed.append(node) }
    let pending = won.writes[place]
    let electorate = pending.write.electorate ?? durable.electorate
    let votes = electorate.count(pending.confirmed)
    // The gateway keeps nothing: a change of who votes needs a majority of disks.
    let isChange = pending.write.electorate != nil && role == .coordinator
    guard votes > electorate.size / 2 || (!isChange && isMajority(pending.confirmed, of: electorate, now))
    else {
      return
    }
    won.writes.remove(at: place)
    switch pending.then {
    case .act: act(now)
    case .electorate: won.changedAt = now
    case .assigned(let subject): if isActing { serve(subject, now) }
    case .hold(let node, let incarnation): confirmHold(of: node, incarnation, now)
    case .client(let ticket): out.append(.kept(ticket))
    case .nothing: break
    }
  }

  // MARK: - Differences

  /// Asks the coordinator for what differs.
  mutating func fetchIfDifferent(_ beat: Beat, from node: NodeID, _ now: Instant) {
    guard mayTake, beat.term == durable.term,
      durable.settled < beat.term || beat.digest != durable.records.digest
        || durable.electorate.version < beat.electorate
    else { return }
    guard lastFetch.map({ now - $0 >= settings.writePause }) ?? true else { return }
    lastFetch = now
    send(
      .fetch(
        settled: durable.settled, electorate: durable.electorate.version,
        versions: durable.records.records.map { ($0.key, $0.version) }), to: node)
  }

  /// Only the coordinator gives records, so that an old one cannot spread behind its back.
  mutating func answerFetch(
    _ node: NodeID, _ settled: UInt32, _ electorate: Version, _ versions: [(RecordKey, Version)]
  ) {
    guard isActing else { return }
    let isSet = settled < durable.term
    var records: [Record] = []
    for record in durable.records.records {
      let known = versions.first { $0.0 == record.key }?.1
      if isSet || known.map({ $0 < record.version }) ?? true { records.append(record) }
    }
    var write = Write(
      term: durable.term, number: nil, isSet: isSet, counter: durable.counter, records: records,
      electorate: isSet || electorate < durable.electorate.version ? durable.electorate : nil)
    if !isSet { write.dropped = versions.map(\.0).filter { durable.records[$0] == nil } }
    send(.write(write), to: node)
  }

  // MARK: - Clients

  /// What a client wants of a service; `kept` or `notKept` tells of it by the ticket.
  ///
  /// - Returns: nil where this node does not decide, a write of the same record is under way, or the home keeps as many
  ///   services as it may, or as much of one.
  package mutating func put(
    _ subject: SubjectID, _ service: ServiceRecord, ticket: UInt64, at now: Instant
  ) -> [Directive]? {
    look(now)
    let key = RecordKey(.service, subject)
    guard isActing, !won.isPending(key), !isRemoved(subject), service.body.count <= DecidingLimits.body,
      durable.records[key] != nil || durable.records.count(.service) < DecidingLimits.services
    else { return nil }
    write([record(key, .service(service))], electorate: nil, then: .client(ticket), now)
    return takeDirectives()
  }

  /// A client wants a service, or a one-off run that has ended, to be forgotten: its copies end, then its records go. `kept` or
  /// `notKept` tells of it by the ticket.
  ///
  /// - Returns: nil where this node does not decide, a write of the same record is under way, or there is none.
  package mutating func remove(_ subject: SubjectID, ticket: UInt64, at now: Instant) -> [Directive]? {
    look(now)
    let key = RecordKey(.service, subject)
    guard isActing, !won.isPending(key), var service = durable.records.service(subject) else { return nil }
    service.isWanted = false
    service.isRemoved = true
    service.body = []
    write([record(key, .service(service))], electorate: nil, then: .client(ticket), now)
    return takeDirectives()
  }

  private func isRemoved(_ subject: SubjectID) -> Bool {
    durable.records.service(subject)?.isRemoved ?? false
  }
}
