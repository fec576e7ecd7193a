/// The network interfaces of this network namespace (`/proc/net/dev`, `/sys/class/net`).
package struct Network: Equatable, Sendable {
  /// In the order of `/proc/net/dev`, at most 64; where there are more, those with hardware before others.
  package var interfaces: [NetworkInterface]
  /// Why there is no list at all.
  package var absence: Absence?

  /// A list of interfaces, or why there is none.
  package init(interfaces: [NetworkInterface] = [], absence: Absence? = nil) {
    self.interfaces = interfaces
    self.absence = absence
  }
}

/// One network interface.
package struct NetworkInterface: Equatable, Sendable {
  /// What kind of hardware is behind an interface.
  package enum Kind: String, Sendable {
    case loopback, ethernet, wifi, bridge
    /// No device behind it: veth, tun, dummy, VLAN, …
    case virtual
    /// Hardware of another kind that carries packets: a modem, InfiniBand.
    case other
    /// What carries no packets of IP: a CAN bus, a radio that only listens, a sensor's radio.
    case noNetwork = "no-network"
  }

  /// The operational state (RFC 2863, Documentation/networking/operstates.rst).
  package enum State: String, Sendable {
    case up, down, dormant, lowerlayerdown, notpresent, testing
    /// Loopback and many virtual and USB interfaces say so although they work.
    case unknown
  }

  /// The kernel's name, as `eth0`.
  package var name: String
  /// What is behind it.
  package var kind: Kind
  /// Whether it hangs on USB, which limits a fast interface on older boards.
  package var isUSB: Bool
  /// Whether there is a link; not supported while the interface is administratively down.
  package var carrier: Reading<Bool>
  /// `operstate`.
  package var state: Reading<State>
  /// In Mbit/s; not supported when unknown (no link, Wi-Fi, virtual).
  package var speed: Reading<Int>
  /// Sums since the interface came up.
  package var counters: Reading<InterfaceCounters>
  /// In bytes per second between the last two samples.
  package var receiveRate: Reading<Double>
  /// The same of what is sent.
  package var transmitRate: Reading<Double>
  /// The radio link of a Wi-Fi interface; no file for others, and on kernels without wireless extensions.
  package var wireless: Reading<WirelessLink>

  /// An interface of which nothing was read but what is given.
  package init(
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
package struct InterfaceCounters: Equatable, Sendable {
  /// Bytes that came.
  package var receivedBytes: UInt64
  /// Packets that came.
  package var receivedPackets: UInt64
  /// Packets that came damaged.
  package var receiveErrors: UInt64
  /// Packets that came and had no room.
  package var receiveDrops: UInt64
  /// Bytes that went.
  package var sentBytes: UInt64
  /// Packets that went.
  package var sentPackets: UInt64
  /// Packets that could not be sent.
  package var sendErrors: UInt64
  /// Packets that were given up before they were sent.
  package var sendDrops: UInt64

  /// Counters at these numbers, else at 0.
  package init(
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
package struct WirelessLink: Equatable, Sendable {
  /// The driver's link quality; the maximum is commonly 70.
  package var quality: Int
  /// In dBm when negative.
  package var level: Int
  /// In dBm when negative; -256 or 0 where the driver does not know.
  package var noise: Int
  /// Beacons of the access point that did not come, since the link is up.
  package var missedBeacons: UInt64

  /// A link as its line tells it.
  package init(quality: Int, level: Int, noise: Int = 0, missedBeacons: UInt64 = 0) {
    self.quality = quality
    self.level = level
    self.noise = noise
    self.missedBeacons = missedBeacons
  }
}
