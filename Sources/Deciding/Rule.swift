/// The rules of deciding, so that a test can leave one out and see whether an invariant notices; what ships obeys all.
package enum Rule: UInt8, CaseIterable, Sendable {
  /// A lease counts echoed heartbeats, not merely heard voters.
  case echo
  /// A lease that ended for a moment has ended, whatever echo comes next.
  case checkBeforeUse
  /// A host is told to start only after its assignment is kept.
  case keptBeforeStart
  /// The winner acts once a majority stores its set under its term.
  case settleFirst
  /// It takes the set of the granters with the highest settled term, not the newest of all.
  case settled
  /// A voter takes a write only once it has taken that term's set.
  case settledWrites
  /// Who takes a set drops whatever else lay about.
  case setDrops
  /// The winner takes the set of a majority, not its own.
  case readMajority
  /// Term and vote survive a restart.
  case voteOnDisk
  /// One voter comes or goes, one change in flight.
  case oneAtATime
  /// The next change of the electorate begins 1.05 L after the last was kept.
  case changeWait
  /// An echo counts only from a voter that has the same electorate.
  case echoElectorate
  /// An election counts by the newest electorate that a grant tells.
  case newestElectorate
  /// The electorate itself is written anew in each term, before any change.
  case firstWrite
  /// A host refuses a directive of an older term than it has heard.
  case directiveTerm
  /// A directive names the lease of the host that it is for.
  case directiveLease
  /// A start older than the last stop of that service is refused.
  case directiveOrder
  /// An exclusive service is given away K after the death.
  case waitKill
  /// What is said in another home is none of this one's.
  case lineage
  /// Nobody takes what runs where an agent was stopped in order, for a while.
  case hold
  /// What is bound to its board starts nowhere else before its end is confirmed.
  case bound
  /// Containers end with the lease also where the agent is gone or hangs.
  case fence
  /// The lease is looked at again just before the Engine is called.
  case startGate
  /// A voter waits 1.05 L of silence, not L.
  case driftMargin
  /// A death needs a majority of the voters, not the coordinator alone.
  case deathByMajority
  /// Statements count only if they are about one moment.
  case sameMoment
  /// A death that was asked before the host was told anew does not count.
  case deathRecall
  /// A mark of a removed record is forgotten only once every voter has it.
  case marks
  /// Two starts of an agent with one incarnation are two boards with one disk's copy: neither counts.
  case clones
  /// A restarted voter counts silence from its start.
  case restartCountsFromStart
  /// A restarted voter grants nothing for 1.05 L.
  case grantWait
  /// An echo names the start of the agent beside the sequence number.
  case incarnation
  /// The clock goes on while the board stands still.
  case bootClock
  /// What is not exclusive goes on where its board is cut off.
  case goesOn
  /// Without a lease the keeper ends the rest 1 s after the agent went.
  case keeperRest
  /// A host that hears of a newer attempt ends its own.
  case olderEnds
  /// A coordinator whose lease is new waits for those it has not heard since, but for exclusive services.
  case calmWait
  /// A dead node that is heard again keeps what goes on for a while.
  case heardAgain
  /// A coordinator that loses its lease is none for the rest of its term.
  case lapseEndsTerm
  /// A grant counts as having heard the coordinator.
  case grantHolds
  /// A voter grants nobody who is not in the newest electorate that it knows.
  case grantToVoter
  /// An answer that came while it stood still is used only with a lease.
  case actWithLease
  /// Where the gateway decides, a start waits until each other node is dead or says that it does not run it.
  case lookFirst
  /// A term is won once: who stepped down or started again asks for a new one.
  case wonOnce
  /// The gateway counts for a decision only if it has answered since the other was last heard.
  case gatewayHeld
  /// The gateway counts for a decision only once the other is silent for 1.05 L and a heartbeat.
  case gatewaySilent
  /// A half has the right only if it had the coordinator's set when the other was last heard.
  case gatewayLevel
  /// A voter counts only once a majority, itself included, knows no later start of it.
  case amnesia
  /// Nor a later position.
  case position
  /// As long as it does not count it takes nothing that is new, and is judged by its disk as it was found.
  case asFound
  /// Starts and positions are passed on, so that who did not hear a board knows them, too.
  case passOn
  /// A board that was just switched on starts nothing exclusive until a board whose disk was copied has ended it.
  case bootWait
  /// A start that was asked for counts as running until its owner says what became of it.
  case startRuns
  /// A board that finds itself old is emptied, removed and added anew.
  case empty
  /// The gateway is asked with a heartbeat to all voters, and counts from its sending.
  case gatewayBeat
  /// The gateway joins or leaves the electorate as a change of its own.
  case gatewayChange
}

/// Rules that are left out.
package struct Rules: OptionSet, Sendable {
  /// One bit for each rule.
  package let rawValue: UInt64

  /// From the bits.
  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// One rule.
  package init(_ rule: Rule) { rawValue = 1 << UInt64(rule.rawValue) }

  /// Whether the rule is obeyed where these are left out. What ships obeys all, and has no code to look.
  @inline(__always)
  package func obey(_ rule: Rule) -> Bool {
    #if hasFeature(Embedded)
      return true
    #else
      return rawValue & 1 << UInt64(rule.rawValue) == 0
    #endif
  }
}
