package import Basics

/// The times of deciding; each follows from the lease, as docs/deciding.md shows.
package struct DecidingSettings: Sendable {
  /// How long a majority's echo of a heartbeat gives the right to act, from the sending of that heartbeat (L).
  package var lease = Interval.seconds(2)
  /// Between two heartbeats.
  package var beat = Interval.milliseconds(600)
  /// With less than this left of the lease the voters are asked one by one. Without any loss 0.8 s are left.
  package var low = Interval.milliseconds(700)
  /// Between two such questions.
  package var askPause = Interval.milliseconds(100)
  /// The slowest kill of a container (K).
  package var kill = Interval.milliseconds(600)
  /// Elections begin at different times, up to this.
  package var electionSpread = Interval.milliseconds(300)
  /// An election that found no majority is tried again after this, and up to as much more.
  package var electionPause = Interval.milliseconds(450)
  /// Without an answer a write is sent again.
  package var writePause = Interval.milliseconds(300)
  /// Between two questions to one node for its status.
  package var statusPause = Interval.milliseconds(300)
  /// How often at most what a node knows of others' disks is news.
  package var knownPause = Interval.seconds(2)
  /// Between two questions to the voters about a silent node.
  package var questionPause = Interval.milliseconds(250)
  /// How long a coordinator that had no lease before its election waits for whom it has not heard since.
  package var returnTime = Interval.seconds(20)
  /// How long a dead node that is heard again has to get a lease, before what goes on there is moved.
  package var heardAgainTime = Interval.seconds(8)
  /// How long a node without a home waits for one before it founds its own.
  package var foundingTime = Interval.seconds(10)
  /// How long another home with services stops this one from deciding after it was heard last.
  package var contestTime = Interval.seconds(10)
  /// How long the containers of an agent that was stopped in order are left alone.
  package var holdTime = Interval.seconds(300)
  /// A voter that is dead for this long is taken out of the electorate.
  package var goneAfter = Interval.seconds(10)
  /// A coordinator lets nobody in before it has been one for this long.
  package var backAfter = Interval.seconds(3)
  /// Beyond 1.05 L, between two changes of the electorate.
  package var changeMargin = Interval.milliseconds(200)
  /// A question to the gateway without an answer breaks the row of its answers.
  package var gatewayPatience = Interval.milliseconds(150)
  /// The longest time between two questions to the gateway of one row.
  package var gatewayPause: Interval { beat + gatewayPatience }
  /// So many marks of removed records are forgotten together.
  package var marks = 32
  /// The most voters.
  package var maximumVoters = Electorate.maximumVoters
  /// Whether the gateway is the third voter of a home of two.
  package var hasGatewayWitness = false

  /// The defaults.
  package init() {}

  /// 1.05 L: who counts another's silence waits longer than the lease, since clocks drift.
  package var silence: Interval { longer(lease) }

  /// A time that is not shorter than this one by any clock of the home.
  func longer(_ time: Interval) -> Interval { Interval(nanoseconds: time.nanoseconds / 100 * 105) }
}
