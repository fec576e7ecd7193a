import Basics
import Mesh
import Testing
import Wire

@Suite struct DiscoveryStartTests {
  @Test func aStartWithoutInterfacesSendsNothingAndWorksOnceOneAppears() {
    let device = DiscoveryDevice(interfaces: [])
    device.run(.seconds(600))
    #expect(device.sent.isEmpty)
    #expect(device.discovery.nextDue == nil)
    device.perform { $0.interfacesChanged([DiscoveryDevice.eth0], at: $1) }
    device.run(.seconds(3))
    #expect(device.probes.count == 3)
    #expect(device.announcements.count == 2)
  }
}
