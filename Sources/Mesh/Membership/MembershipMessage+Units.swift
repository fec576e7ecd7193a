internal import Basics

/// The message's spans of time, written and read in the units of the wire.
extension MembershipMessage {
  private static let periodUnit = Interval.milliseconds(50)
  private static let slackUnit = Interval.milliseconds(100)

  /// - Parameters:
  ///   - period: between the sender's heartbeats; rounded up, so that no one is thought late for a part of a unit.
  ///   - slack: rounded up too.
  init(_ kind: Kind, from sender: NodeID, _ evidence: Evidence, period: Interval, slack: Interval) {
    func units(of interval: Interval, _ unit: Interval) -> Int64 {
      (interval.milliseconds + unit.milliseconds - 1) / unit.milliseconds
    }
    self.init(
      kind: kind, sender: sender, evidence: evidence,
      period: UInt8(clamping: max(1, units(of: period, Self.periodUnit))),
      slack: UInt8(clamping: units(of: slack, Self.slackUnit)))
  }

  /// Between the sender's heartbeats.
  var heartbeatPeriod: Interval { Self.periodUnit * Int(period) }

  /// How much longer than by its period the sender asks to be waited for.
  var askedSlack: Interval { Self.slackUnit * Int(slack) }
}

extension MembershipMessage.Note {
  private static let ageUnit = Interval.milliseconds(50)

  /// - Parameter silence: how long ago the sign of life was; rounded down, the most that the wire has if it is longer.
  init(_ claim: MembershipMessage.Claim, of node: NodeID, _ evidence: Evidence, silence: Interval) {
    self.init(
      claim: claim, node: node, evidence: evidence,
      age: UInt8(clamping: silence.milliseconds / Self.ageUnit.milliseconds))
  }

  /// How long ago the sign of life was.
  var silence: Interval { Self.ageUnit * Int(age) }
}
