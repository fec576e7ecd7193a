package import Basics

/// How much a counter grew, as a number for a rate: one step back is a wrap at 32 bits if that is plausible,
/// else the counter began anew and nothing is known.
package func counterGrowth(from old: UInt64, to new: UInt64, atMost most: Double) -> Double? {
  if new >= old { return Double(new - old) }
  guard old <= 0xffff_ffff else { return nil }
  let wrapped = Double(new + 0x1_0000_0000 - old)
  return wrapped <= most ? wrapped : nil
}

/// The name before the colon, which may touch the number behind it.
package func interfaceName(_ line: inout Cursor) -> Cursor? {
  line.skipSpaces()
  let name = line.part(upTo: UInt8(ascii: ":"))
  return name.isAtEnd || name.count > 63 || line.isAtEnd ? nil : name
}

/// Whether hardware of that type (`type`, ARPHRD_* of include/uapi/linux/if_arp.h) carries packets of IP from machine to
/// machine: by Ethernet or the like, alone, or in a tunnel. All others are buses, radios that listen, and taps.
package func carriesPackets(_ type: Int) -> Bool {
  switch type {
  // Ethernet, IEEE 802, ARCnet, IEEE 1394, InfiniBand, SLIP, FDDI.
  case 1, 6, 7, 24, 32, 256...259, 774: true
  // PPP, raw IP, none: modems and what programs make.
  case 512, 519, 65534: true
  // IP in IP, in IPv6, IPv6 in IP, GRE of both.
  case 768, 769, 776, 778, 823: true
  default: false
  }
}

/// Eight numbers of receiving and eight of sending.
package func parseInterfaceCounters(_ line: inout Cursor) -> InterfaceCounters? {
  var counters = InterfaceCounters()
  for column in 0..<16 {
    line.skipSpaces()
    guard let value = line.unsigned() else { return nil }
    switch column {
    case 0: counters.receivedBytes = value
    case 1: counters.receivedPackets = value
    case 2: counters.receiveErrors = value
    case 3: counters.receiveDrops = value
    case 8: counters.sentBytes = value
    case 9: counters.sentPackets = value
    case 10: counters.sendErrors = value
    case 11: counters.sendDrops = value
    default: break
    }
  }
  return counters
}

/// ` 0000   54.  -56.  -256        0      0      0      0     12        0` after the colon.
package func parseWirelessLink(_ line: inout Cursor) -> WirelessLink? {
  line.skipSpaces()
  guard line.hexadecimal() != nil else { return nil }
  var values: [3 of Int] = [0, 0, 0]
  for index in 0..<3 {
    line.skipSpaces()
    guard let value = line.integer() else { return nil }
    // A dot marks a value that is new.
    _ = line.skip(UInt8(ascii: "."))
    values[index] = value
  }
  var missed: UInt64 = 0
  for _ in 0..<6 {
    line.skipSpaces()
    guard let value = line.unsigned() else { return nil }
    missed = value
  }
  return WirelessLink(quality: values[0], level: values[1], noise: values[2], missedBeacons: missed)
}

/// The word of `operstate`; nil for one that the kernel does not document.
package func parseInterfaceState(_ text: inout Cursor) -> NetworkInterface.State? {
  let word = text.word()
  if word.equals("up" as StaticString) { return .up }
  if word.equals("down" as StaticString) { return .down }
  if word.equals("dormant" as StaticString) { return .dormant }
  if word.equals("lowerlayerdown" as StaticString) { return .lowerlayerdown }
  if word.equals("notpresent" as StaticString) { return .notpresent }
  if word.equals("testing" as StaticString) { return .testing }
  return word.equals("unknown" as StaticString) ? .unknown : nil
}

extension NetworkInterface {
  /// Takes new counters over and makes rates of what they have grown.
  ///
  /// - Parameter noRate: what is said of rates that cannot be told.
  package mutating func advance(to new: InterfaceCounters, at now: Instant, without noRate: Absence) {
    defer { counters = .value(new, at: now) }
    guard case .value(let old, let then) = counters else {
      receiveRate = .absent(noRate)
      transmitRate = .absent(noRate)
      return
    }
    guard now > then else { return }
    let seconds = (now - then).seconds
    // Without a known speed, 1 Gbit/s decides whether a counter wrapped or began anew.
    let bytesPerSecond = Double(speed.value ?? 1000) * 125_000
    let most = bytesPerSecond * seconds * 1.25 + 65536
    func rate(from old: UInt64, to new: UInt64) -> Reading<Double> {
      guard let growth = counterGrowth(from: old, to: new, atMost: most) else { return .absent(noRate) }
      return .value(growth / seconds, at: now)
    }
    receiveRate = rate(from: old.receivedBytes, to: new.receivedBytes)
    transmitRate = rate(from: old.sentBytes, to: new.sentBytes)
  }
}
