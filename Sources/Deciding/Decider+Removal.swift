internal import Basics
internal import Mesh

// Services that are to be forgotten: their copies end, their records become marks of the removal, and the marks go once no voter
// can have what was there before.
extension Decider {
  /// Forgets a service of which nobody has a copy any more.
  mutating func forget(_ subject: SubjectID, _ now: Instant) {
    let keys = [RecordKey(.service, subject), RecordKey(.assignment, subject)]
    for key in keys where won.isPending(key) { return }
    if attempt(of: subject, on: id) != nil { return }
    for peer in peers where livingLease(of: peer.id, now) != nil {
      guard peer.isStatusCurrent, attempt(of: subject, on: peer.id) == nil else {
        return lookAgain(now + settings.askPause, now)
      }
    }
    let there = keys.filter { durable.records[$0] != nil }
    write(there.map { record($0, .removed) }, electorate: nil, then: .nothing, now)
  }

  /// Ends what runs of services that the home does not know: they were removed while their host was away.
  mutating func endForgotten(_ now: Instant) {
    for copy in runs where durable.records.service(copy.subject) == nil { tellStop(id, copy) }
    for peer in peers where livingLease(of: peer.id, now) != nil {
      for copy in peer.status?.runs ?? [] where durable.records.service(copy.subject) == nil {
        tellStop(peer.id, copy)
      }
    }
  }

  /// Forgets marks of removals once every voter has them on disk, of which a digest alone tells nothing: of two sets that meet in an
  /// election the one that lacks a mark would bring back what the other has removed.
  mutating func forgetMarks(_ now: Instant) {
    let marks = durable.records.records.filter { $0.value == .removed }.map(\.key)
    guard marks.count >= settings.marks, won.writes.isEmpty,
      storedPosition == durable.position || !without.obey(.marks)
    else { return }
    for voter in durable.electorate.voters where voter != id && without.obey(.marks) {
      guard livingLease(of: voter, now) != nil, let beat = peer(voter)?.beat,
        beat.digest == durable.records.digest, beat.position == durable.position
      else { return }
    }
    write([], electorate: nil, dropped: marks, then: .nothing, now)
  }
}
