internal import Basics
internal import Mesh

// Deaths: a majority of the voters has heard nothing of a node for longer than any lease lasts.
extension Decider {
  /// How long nothing was heard of a node, at most since the own start.
  func silence(of node: NodeID, _ now: Instant) -> Interval {
    if let heard = peer(node)?.heard { return now - heard }
    return without.obey(.restartCountsFromStart) ? now - born : settings.silence * 10
  }

  /// The lease of a node that was heard lately.
  func livingLease(of node: NodeID, _ now: Instant) -> LeaseName? {
    if node == id { return lease }
    guard let peer = peer(node), let beat = peer.beat, let at = peer.beatAt, now - at < settings.lease else {
      return nil
    }
    return beat.lease
  }

  /// Asks the voters about those that are not heard with a lease.
  mutating func judge(_ now: Instant) {
    for node in others where !won.isDead(node) {
      if livingLease(of: node, now) == nil {
        judge(node, now)
      } else if let at = peer(node)?.beatAt {
        lookAgain(at + settings.lease, now)
      }
    }
  }

  /// The other nodes that were heard, vote, or are to run something.
  private var others: [NodeID] {
    var nodes = peers.map(\.id)
    for voter in durable.electorate.voters where voter != id && !nodes.contains(voter) { nodes.append(voter) }
    for record in durable.records.records {
      guard case .assignment(let assignment) = record.value, assignment.host != id else { continue }
      if !nodes.contains(assignment.host) { nodes.append(assignment.host) }
    }
    return nodes
  }

  private mutating func judge(_ node: NodeID, _ now: Instant) {
    var place = won.asked.firstIndex { $0.about == node }
    if place.map({ now - won.asked[$0].at >= settings.questionPause }) ?? true {
      if let place { won.asked.remove(at: place) }
      won.asked.append(Won.Question(about: node, at: now))
      place = won.asked.count - 1
      for voter in durable.electorate.voters where voter != id && voter != node {
        send(.question(about: node, asked: now), to: voter)
      }
    }
    guard let place else { return }
    let asked = won.asked[place]
    let length = silence(of: node, now)
    let waited = now - asked.at
    if isVoter { say(length - waited, by: id, at: place) }
    decide(place, now)
    lookAgain(now + settings.askPause, now)
  }

  private mutating func say(_ length: Interval, by voter: NodeID, at place: Int) {
    won.asked[place].said.removeAll { $0.voter == voter }
    won.asked[place].said.append((voter, length))
  }

  private mutating func decide(_ place: Int, _ now: Instant) {
    let asked = won.asked[place]
    // Silence under the electorate before this one is no silence under this one.
    guard now - editionSince >= settings.silence || !without.obey(.changeWait) else { return }
    let needed = without.obey(.driftMargin) ? settings.silence : settings.lease
    let agree = asked.said.filter { $0.length >= needed }.map(\.voter)
    let alone = !without.obey(.deathByMajority) && silence(of: asked.about, now) >= needed
    guard alone || isMajority(agree, of: durable.electorate, now) else { return }
    won.dead.append(Won.Death(node: asked.about, since: now))
    won.asked.remove(at: place)
  }

  mutating func answerQuestion(_ node: NodeID, _ about: NodeID, _ asked: Instant, _ now: Instant) {
    guard counts else { return }
    let length = about == id ? Interval.zero : silence(of: about, now)
    send(.silence(about: about, asked: asked, length: length, edition: durable.electorate.edition), to: node)
  }

  mutating func take(
    silenceOf about: NodeID, _ asked: Instant, _ length: Interval, _ edition: Version, by node: NodeID,
    _ now: Instant
  ) {
    guard isActing, edition == durable.electorate.edition,
      let place = won.asked.firstIndex(where: { $0.about == about })
    else { return }
    let isSame = won.asked[place].at == asked
    guard isSame || !without.obey(.sameMoment) else { return }
    // The answer may have been given at any moment up to now.
    say(isSame ? length - (now - asked) : length, by: node, at: place)
    coordinate(now)
  }
}
