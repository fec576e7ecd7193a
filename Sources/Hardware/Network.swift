/// The network interfaces of this network namespace (`/proc/net/dev`, `/sys/class/net`).
public struct Network: Equatable, Sendable {
  /// In the order of `/proc/net/dev`, at most 64.
  public var interfaces: [NetworkInterface]
  /// Why there is no list at all.
  public var absence: Absence?

  public init(interfaces: [NetworkInterface] = [], absence: Absence? = nil) {
    self.interfaces = interfaces
    self.absence = absence
  }
}

/// One network interface.
public struct NetworkInterface: Equatable, Sendable {
  public enum Kind: String, Sendable {
    case loopback, ethernet, wifi, bridge
    /// No device behind it: veth, tun, dummy, VLAN, …
    case virtual
    /// Hardware of another kind.
    case other
  }

  public enum State: String, Sendable {
    case up, down, dormant, lowerlayerdown, notpresent, testing
    /// Loopback and many virtual and USB interfaces say so although they work.
    case unknown
  }

  public var name: String
  public var kind: Kind
  /// Whether it hangs on USB, which limits a fast interface on older boards.
  public var isUSB: Bool
  /// Whether there is a link; not supported while the interface is administratively down.
  public var carrier: Reading<Bool>
  public var state: Reading<State>
  /// In Mbit/s; not supported when unknown (no link, Wi-Fi, virtual).
  public var speed: Reading<Int>
  public var counters: Reading<InterfaceCounters>
  /// In bytes per second between the last two samples.
  public var receiveRate: Reading<Double>
  public var transmitRate: Reading<Double>
  /// The radio link of a Wi-Fi interface; no file for others, and on kernels without wireless extensions.
  public var wireless: Reading<WirelessLink>

  public init(
    name: String, kind: Kind, isUSB: Bool = false, carrier: Reading<Bool> = .absent(.notYet),
    state: Reading<State> = .absent(.notYet), speed: Reading<Int> = .absent(.notYet),
    counters: Reading<InterfaceCounters> = .absent(.notYet), receiveRate: Reading<Double> = .absent(.notYet),
    transmitRate: Reading<Double> = .absent(.notYet), wireless: Reading<WirelessLink> = .absent(.notYet)
  ) {
    self.name = name
    self.kind = kind
    self.isUSB = isUSB
    self.carrier = carrier
    self.state = state
    self.speed = speed
    self.counters = counters
    self.receiveRate = receiveRate
    self.transmitRate = transmitRate
    self.wireless = wireless
  }
}

/// What passed since the interface came up; drivers wrap some of it at 32 bits.
public struct InterfaceCounters: Equatable, Sendable {
  public var receivedBytes: UInt64
  public var receivedPackets: UInt64
  public var receiveErrors: UInt64
  public var receiveDrops: UInt64
  public var sentBytes: UInt64
  public var sentPackets: UInt64
  public var sendErrors: UInt64
  public var sendDrops: UInt64

  public init(
    receivedBytes: UInt64 = 0, receivedPackets: UInt64 = 0, receiveErrors: UInt64 = 0,
    receiveDrops: UInt64 = 0, sentBytes: UInt64 = 0, sentPackets: UInt64 = 0, sendErrors: UInt64 = 0,
    sendDrops: UInt64 = 0
  ) {
    self.receivedBytes = receivedBytes
    self.receivedPackets = receivedPackets
    self.receiveErrors = receiveErrors
    self.receiveDrops = receiveDrops
    self.sentBytes = sentBytes
    self.sentPackets = sentPackets
    self.sendErrors = sendErrors
    self.sendDrops = sendDrops
  }
}

/// A line of `/proc/net/wireless` (net/wireless/wext-proc.c).
public struct WirelessLink: Equatable, Sendable {
  /// The driver's link quality; the maximum is commonly 70.
  public var quality: Int
  /// In dBm when negative.
  public var level: Int
  public var noise: Int
  public var missedBeacons: UInt64

  public init(quality: Int, level: Int, noise: Int = 0, missedBeacons: UInt64 = 0) {
    self.quality = quality
    self.level = level
    self.noise = noise
    self.missedBeacons = missedBeacons
  }
}
