import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// Which interfaces are a network, and which of too many are followed.
@Suite struct NetworkKindTests {
  private let header = "Inter-|   Receive  |  Transmit\n face |bytes  |bytes\n"

  private func table(_ names: [String], received: Int = 1) -> String {
    header + names.map { "  \($0): \(received) 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n" }.joined()
  }

  private func kind(type: Int?, device: Bool, files: [String: String] = [:], folders: [String] = [])
    -> NetworkInterface.Kind
  {
    let tree = Tree()
    let folder = "sys/class/net/x0/"
    tree.write("proc/net/dev", table(["x0"]))
    tree.makeFolder(folder)
    if let type { tree.write(folder + "type", "\(type)\n") }
    if device { tree.makeFolder(folder + "device") }
    for (name, text) in files { tree.write(folder + name, text) }
    for name in folders { tree.makeFolder(folder + name) }
    return tree.sampled().snapshot.network.interfaces[0].kind
  }

  /// CAN (dankamongmen/omphalos 16), IEEE 802.15.4 and its monitor, radios that listen, phones' own, taps, what is void.
  @Test(arguments: [280, 804, 805, 801, 802, 803, 820, 821, 822, 824, 826, 825, 783, 65535, 271])
  func whatCarriesNoPacketsIsNoNetworkWithOrWithoutADevice(_ type: Int) {
    #expect(kind(type: type, device: true) == .noNetwork)
    #expect(kind(type: type, device: false) == .noNetwork)
    #expect(kind(type: type, device: true, folders: ["phy80211"]) == .noNetwork)
  }

  @Test(
    arguments: [
      (1, .ethernet, .virtual), (32, .other, .virtual), (512, .other, .virtual), (519, .other, .virtual),
      (65534, .other, .virtual), (24, .other, .virtual), (776, .other, .virtual), (nil, .other, .other),
    ] as [(Int?, NetworkInterface.Kind, NetworkInterface.Kind)])
  func whatCarriesPacketsIsToldByItsDevice(
    _ type: Int?, _ withDevice: NetworkInterface.Kind, _ without: NetworkInterface.Kind
  ) {
    #expect(kind(type: type, device: true) == withDevice)
    #expect(kind(type: type, device: false) == without)
  }

  /// shellrow/netdev 63: type 1, a device, and no folder of a radio.
  @Test func aModemWithFramesOfEthernetIsNoEthernet() {
    #expect(
      kind(type: 1, device: true, files: ["uevent": "DEVTYPE=wwan\nINTERFACE=x0\nIFINDEX=3\n"]) == .other)
    #expect(kind(type: 1, device: true, files: ["uevent": "INTERFACE=x0\nIFINDEX=3\n"]) == .ethernet)
    #expect(kind(type: 772, device: false) == .loopback)
    #expect(kind(type: 1, device: true, folders: ["wireless"]) == .wifi)
  }

  @Test func ofMoreInterfacesThanAreFollowedThoseWithHardwareComeFirst() throws {
    let tree = Tree()
    var names = (0..<300).map { "veth\($0)" }
    names.insert("wlan0", at: 130)
    names.append("eth0")
    for name in names { tree.write("sys/class/net/\(name)/type", "1\n") }
    for name in ["eth0", "wlan0"] { tree.makeFolder("sys/class/net/\(name)/device") }
    tree.makeFolder("sys/class/net/wlan0/phy80211")
    tree.write("sys/class/net/eth0/speed", "1000\n")
    tree.write("proc/net/dev", table(names))
    let sampler = tree.sampled()
    func followed() -> [String] { sampler.snapshot.network.interfaces.map(\.name) }
    #expect(followed() == (0..<62).map { "veth\($0)" } + ["wlan0", "eth0"])
    #expect(sampler.snapshot.network.interfaces.suffix(2).map(\.kind) == [.wifi, .ethernet])
    tree.write("proc/net/dev", table(names, received: 5001))
    sampler.sample(at: seconds(5))
    #expect(sampler.snapshot.network.interfaces.allSatisfy { $0.receiveRate.value == 1000 })
    // One that goes moves all lines behind it.
    names.remove(at: 3)
    tree.write("proc/net/dev", table(names, received: 10_001))
    sampler.sample(at: seconds(10))
    #expect(followed() == ([0, 1, 2] + Array(4..<63)).map { "veth\($0)" } + ["wlan0", "eth0"])
    let eth0 = try #require(sampler.snapshot.network.interfaces.last)
    #expect(eth0.receiveRate.value == 1000 && eth0.speed.value == 1000)
  }

  @Test func moreThanAreFollowedOfHardwareAreCutInTheirOrder() {
    let tree = Tree()
    let names = (0..<80).map { "eth\($0)" }
    for name in names { tree.makeFolder("sys/class/net/\(name)/device") }
    tree.write("proc/net/dev", table(names))
    #expect(tree.sampled().snapshot.network.interfaces.map(\.name) == Array(names.prefix(64)))
  }
}
