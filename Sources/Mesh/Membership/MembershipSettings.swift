package import Basics

/// The times and counts of membership; each default states its reason.
///
/// A crash is known after silence, check and suspicion: at most 2.2 * 600 + 200 ms, 400 ms and 400 ms to 900 ms; the
/// sum of the largest is 2.82 s, under the 3 s that are promised for homes of up to 16 nodes.
package struct MembershipSettings: Sendable {
  /// Between two heartbeats of a node in a home of up to `fullRateNodes`: 1.7 packets a second, which leaves room for
  /// answers below 2, and lets two be lost in a row before anything is asked.
  package var period = Interval.milliseconds(600)
  /// Above this many nodes the period grows with the square root of their number, so that 1,000 nodes send 300
  /// packets a second together, 30 kB, and not 1,700.
  package var fullRateNodes = 32
  /// The same for a node that knows of nobody, not even of dead ones. Nobody judges it by its heartbeats: they are there
  /// for two networks that become one, and were half of what it did.
  package var lonelyPeriod = Interval.milliseconds(2400)
  /// After its announcement a node is lonely no earlier: the answers may have been lost.
  package var lonelyAfter = Interval.seconds(10)
  /// Each period is longer or shorter by up to this share, so that nodes started together drift apart.
  package var jitterPercent = 10
  /// Between two heartbeats of which the second is out of turn, because there is news or someone doubts the node. Others
  /// choose by news, and a doubted node has half a second at the least.
  package var shortestPause = Interval.milliseconds(50)
  /// Questions and answers from one heartbeat to the next, beside the checks: so many at most are led astray by a forger of
  /// addresses.
  package var questionsPerBeat = 32
  /// How often a heartbeat has the details: a node that missed the change learns it within 5 s even if it cannot ask.
  package var detailsEvery = 8
  /// The same for a lonely node.
  package var lonelyDetailsEvery = 2

  /// Silence beyond this many periods of the sender, in tenths, plus `silenceMargin`, starts a check: two lost in a row
  /// at the longest jitter do.
  package var silencePeriodsInTenths = 22
  /// Silence beyond this many periods, in tenths, is enough to believe another's doubt: one heartbeat is missing here too.
  package var doubtfulPeriodsInTenths = 15
  /// For delays of the network and of the receiver's loop.
  package var silenceMargin = Interval.milliseconds(200)
  /// Up to this many nodes, observers check at once; in larger homes they spread their checks over one period, so that
  /// a crash costs each node a constant number of packets.
  package var smallHome = 16
  /// Over which the observers of a small home spread their checks.
  package var checkSpread = Interval.milliseconds(80)
  /// Between two pings of a check: several round trips of a home's Wi-Fi.
  package var checkStep = Interval.milliseconds(100)
  /// How long a check lasts before it becomes a suspicion: four pings and three indirect ones, each of which may be lost.
  package var checkTime = Interval.milliseconds(400)
  /// Peers that are asked to ping for us, as SWIM and its descendants have it.
  package var indirectPeers = 3
  /// When a peer that was asked says that it got no answer either: before the check of who asked ends.
  package var nackTime = Interval.milliseconds(200)

  /// Suspicion lasts this long where `confirmations` others (or all, in smaller homes) suspect the same node…
  package var shortestSuspicion = Interval.milliseconds(400)
  /// … and this long where none does (Lifeguard: max - (max - min) * ln(n + 1) / ln(k + 1)).
  package var longestSuspicion = Interval.milliseconds(900)
  /// Independent suspicions that make it certain enough.
  package var confirmations = 3

  /// About so many of those who know tell the others of a suspicion, a death or a goodbye, and deny a suspicion that they
  /// know is wrong: all of them in a home that is not large.
  package var gossipFanOut = 8
  /// How many of the next heartbeats say it again, since a packet may be lost.
  package var gossipRepeats = 2
  /// Over which those who know better spread their refutations: who hears one meanwhile keeps its own.
  package var refutationSpread = Interval.milliseconds(60)

  /// A tick that comes later than this after it was due means that this node slept or starved; what passed meanwhile
  /// is nobody's silence.
  package var lateness = Interval.milliseconds(150)
  /// The most that the local health multiplier can be; 0 is healthy. Each step lengthens the node's checks and suspicions by
  /// their length.
  package var worstLocalHealth = 4
  /// Heartbeats without a fault, 3 s, after which the local health multiplier goes down by one.
  package var beatsToRecover = 5
  /// Copies of the heartbeat after a sleep that was longer than a period: the node may sleep again at once.
  package var starvedCopies = 2
  /// The patience a starved node can ask for.
  package var longestSlack = Interval.seconds(12)
  /// After how long without late ticks the patience asked for halves.
  package var slackHalfLife = Interval.seconds(120)

  /// The pauses between a new node's announcements: four in all, one of which arrives even where a fifth is lost (0.2 % do
  /// not; the heartbeats follow). Each is answered, so as much is true of the answers: the pauses are longer than the 200 ms
  /// in which a node gathers what it reads, since two of one group have one answer.
  package var announcements = [Interval.milliseconds(210), .milliseconds(250), .milliseconds(400)]
  /// Within which a start is over: the announcements, their way into groups of readings and the answers'.
  package var joiningTime = Interval.seconds(2)
  /// Over which the answers to an announcement are spread.
  package var joinReplySpread = Interval.milliseconds(100)
  /// About so many nodes answer an announcement in a large home; the others are heard at their next heartbeat.
  package var joinReplies = 16
  /// About so many nodes give notice to one that it is thought dead, or that the home knows a later incarnation of it.
  package var noticeFanOut = 4
  /// A packet so many sequence numbers back is not a reordered one, but of a node that has started anew. As many as the
  /// window of `Sealer` against replays.
  package var reorderedPackets: UInt32 = 64
  /// After how long a node takes packets in its own name for another device's, and not for late ones of its former life.
  package var duplicateIDDelay = Interval.seconds(5)
  /// Heartbeats in which a node says goodbye, since a packet may be lost.
  package var goodbyes = 3

  /// Peers that are kept, dead ones included; twice the home that is promised.
  package var maximumPeers = 2048
  /// How long the entry of a node that died or left is kept; its return within that is a return, later an appearance.
  package var tombstoneRetention = Interval.seconds(3600)

  /// The defaults; the agent uses no others.
  package init() {}
}
