internal import Basics
internal import Mesh

// Elections: a pre-vote, a vote for one term, and the set of who gave it.
extension Decider {
  /// Whether no coordinator with a lease is known here, nor can one have been before the start.
  private func isFree(_ now: Instant) -> Bool {
    guard role == .follower, counts, !isCloned(now) else { return false }
    if !without.obey(.grantWait), coordinatorHeard == born { return true }
    return now - max(coordinatorHeard, without.obey(.grantWait) ? born : coordinatorHeard) >= settings.silence
  }

  /// Stands for election where nobody has claimed to be the coordinator for 1.05 L.
  mutating func stand(_ now: Instant) {
    guard role == .follower, isVoter, !isContested(now), !isCloned(now), !isLeaving,
      now - max(coordinatorHeard, born) >= settings.silence
    else { return }
    guard let due = nextElection else {
      nextElection = now + random.below(settings.electionSpread)
      return
    }
    guard now >= due else { return }
    nextElection = now + settings.electionPause + random.below(settings.electionPause)
    candidacy = Candidacy(newest: durable.electorate)
    for voter in durable.electorate.voters where voter != id {
      send(.preVote(term: durable.term), to: voter)
    }
    take(favourOf: id, durable.electorate, now)
  }

  mutating func answerPreVote(_ node: NodeID, _ now: Instant) {
    guard isFree(now), isCandidate(node) else { return }
    send(.preVoteGiven(durable.electorate), to: node)
  }

  private func isCandidate(_ node: NodeID) -> Bool {
    durable.electorate.voters.contains(node) || !without.obey(.grantToVoter)
  }

  mutating func take(favourOf node: NodeID, _ electorate: Electorate, _ now: Instant) {
    guard role == .follower, candidacy != nil, candidacy?.term == nil, isFree(now) else { return }
    if candidacy?.favour.contains(node) == false { candidacy?.favour.append(node) }
    if let newest = candidacy?.newest, newest.version < electorate.version { candidacy?.newest = electorate }
    guard let asked = candidacy, isMajority(asked.favour, of: asked.newest, now) else { return }
    durable.term += 1
    durable.vote = id
    candidacy?.term = durable.term
    store()
    candidacy?.ownStore = storesAsked
  }

  /// The own vote is on disk: now the others are asked.
  mutating func voteForOneself(_ now: Instant) {
    guard role == .follower, let asked = candidacy, let term = asked.term, term == durable.term,
      asked.ownStore <= storesDone, asked.grants.isEmpty
    else { return }
    for voter in durable.electorate.voters where voter != id { send(.vote(term: term), to: voter) }
    take(ownGrant, now)
  }

  private var ownGrant: Grant {
    Grant(from: id, settled: durable.settled, electorate: durable.electorate, records: durable.records)
  }

  mutating func answerVote(_ node: NodeID, _ term: UInt32, _ now: Instant) {
    guard isCandidate(node) else { return }
    guard term >= durable.term else { return send(.term(durable.term), to: node) }
    guard isFree(now), term > durable.term || durable.vote == nil || durable.vote == node else { return }
    durable.term = term
    durable.vote = node
    // One's own election for an earlier term is over.
    candidacy = nil
    if without.obey(.grantHolds) { coordinatorHeard = now }
    store()
    let grant = ownGrant
    sendStored(
      .grant(term: term, settled: grant.settled, electorate: grant.electorate, records: grant.records),
      to: node)
  }

  mutating func take(_ grant: Grant, _ now: Instant) {
    guard role == .follower else { return }
    // Without the rule, an answer for an election that is over counts as well.
    if candidacy == nil { candidacy = Candidacy(newest: durable.electorate, term: durable.term) }
    guard var asked = candidacy, !asked.grants.contains(where: { $0.from == grant.from }) else { return }
    asked.grants.append(grant)
    var newest = durable.electorate
    if without.obey(.newestElectorate) {
      for grant in asked.grants where newest.version < grant.electorate.version { newest = grant.electorate }
    }
    candidacy = asked
    for voter in newest.voters
    where voter != id && !durable.electorate.voters.contains(voter) && grant.electorate == newest {
      send(.vote(term: durable.term), to: voter)
    }
    if isMajority(asked.grants.map(\.from), of: newest, now) { takeOver(newest, asked.grants, now) }
  }

  /// Won: takes the set that was settled last, and has a majority store it under this term before it acts.
  private mutating func takeOver(_ newest: Electorate, _ grants: [Grant], _ now: Instant) {
    role = .winner
    candidacy = nil
    nextElection = nil
    coordinatorHeard = now
    won = Won()
    won.at = now
    won.changedAt = now
    let top = grants.reduce(0) { max($0, $1.settled) }
    var found = RecordSet()
    for grant in grants where without.obey(.readMajority) || grant.from == id {
      guard grant.settled == top || !without.obey(.settled) || !without.obey(.readMajority) else { continue }
      for record in grant.records.records { found.take(record) }
    }
    // No voter has the older one of what was removed any more once it has taken this set.
    for record in found.records where record.value == .removed { found.drop(record.key) }
    var electorate = newest
    electorate.version = Version(term: durable.term, counter: 1)
    if !without.obey(.firstWrite) { durable.electorate = newest }
    write(
      found.records, electorate: without.obey(.firstWrite) ? electorate : nil, isSet: true, then: .act, now)
    if !without.obey(.settleFirst), role == .winner { act(now) }
  }

  /// A majority has the set under this term.
  mutating func act(_ now: Instant) {
    role = .coordinator
    won.actingSince = now
    out.append(.acting)
    if isActing { coordinate(now) }
  }

  /// Is no coordinator any more, nor will be in this term.
  mutating func stepDown(_ now: Instant) {
    candidacy = nil
    nextElection = nil
    guard role != .follower else { return }
    role = .follower
    for write in won.writes {
      if case .client(let ticket) = write.then { out.append(.notKept(ticket)) }
    }
    won = Won()
    coordinatorHeard = now + (settings.lease / 2) * -1
    out.append(.steppedDown)
  }

  /// A winner that gets no lease, and a coordinator that keeps no write, is none for the rest of its term.
  mutating func stepDownIfStale(_ now: Instant) {
    guard role != .follower else { return }
    if lease == nil, now - won.at > settings.lease { return stepDown(now) }
    if role == .coordinator, let oldest = won.writes.first, now - oldest.began > settings.lease * 2 {
      stepDown(now)
    }
  }
}
