/// Bounds of what discovery keeps.
package struct DiscoveryLimits: Sendable {
  /// Twice the largest home that is tested, at about 1 KiB each.
  package var peers = 2048
  /// A board has few links; each costs about 1 KiB and its own traffic.
  package var interfaces = 16
  /// Delayed replies to different askers, per interface; further ones go out at once.
  package var delayedReplies = 64
  /// Unicast replies a second and interface, so that a forged source is not flooded through us.
  package var unicastRepliesPerSecond = 200

  /// The defaults; the agent uses no others.
  package init() {}
}
