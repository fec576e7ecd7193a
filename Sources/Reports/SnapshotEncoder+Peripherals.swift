import Basics
import Readings
import Wire

// The network and disks.
extension SnapshotEncoder {
  func encode(_ interface: NetworkInterface) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(interface.name))
        .with("kind", .string(interface.kind.rawValue))
        .with("usb", .bool(interface.isUSB))
        .with("carrier", reading(interface.carrier) { .bool($0) })
        .with("state", reading(interface.state) { .string($0.rawValue) })
        .with("speed", whole(interface.speed))
        .with("receiveRate", number(interface.receiveRate))
        .with("transmitRate", number(interface.transmitRate))
        .with("counters", reading(interface.counters, encode))
        .with(
          "wireless",
          reading(interface.wireless) { link in
            .object(
              JSONObject()
                .with("quality", whole(link.quality))
                .with("level", whole(link.level))
                .with("noise", whole(link.noise))
                .with("missedBeacons", count(link.missedBeacons)))
          }))
  }

  func encode(_ counters: InterfaceCounters) -> JSON {
    .object(
      JSONObject()
        .with("receivedBytes", count(counters.receivedBytes))
        .with("receivedPackets", count(counters.receivedPackets))
        .with("receiveErrors", count(counters.receiveErrors))
        .with("receiveDrops", count(counters.receiveDrops))
        .with("sentBytes", count(counters.sentBytes))
        .with("sentPackets", count(counters.sentPackets))
        .with("sendErrors", count(counters.sendErrors))
        .with("sendDrops", count(counters.sendDrops)))
  }

  func encode(_ space: FileSystemSpace) -> JSON {
    .object(
      JSONObject()
        .with("total", count(space.total))
        .with("free", count(space.free))
        .with("readOnly", .bool(space.isReadOnly)))
  }

  func encode(_ disk: Disk) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(disk.name))
        .with("busyShare", number(disk.busyShare))
        .with("readRate", number(disk.readRate))
        .with("writeRate", number(disk.writeRate))
        .with(
          "counters",
          reading(disk.counters) { counters in
            .object(
              JSONObject()
                .with("reads", count(counters.reads))
                .with("readSectors", count(counters.readSectors))
                .with("writes", count(counters.writes))
                .with("writtenSectors", count(counters.writtenSectors))
                .with("busyTime", count(counters.busyTime)))
          }))
  }
}
