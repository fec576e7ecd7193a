import Basics
import Readings
import Wire

// Heat, sensors and power.
extension SnapshotEncoder {
  func encode(_ zone: ThermalZone) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(zone.number))
        .with("type", .string(zone.type))
        .with("temperature", whole(zone.temperature))
        .with("slowsProcessors", .bool(zone.slowsProcessors))
        .with(
          "trips",
          .array(
            zone.trips.map { trip in
              .object(
                JSONObject()
                  .with("kind", .string(trip.kind.rawValue))
                  .with("temperature", whole(trip.temperature))
                  .with("hysteresis", whole(trip.hysteresis)))
            })))
  }

  func encode(_ device: CoolingDevice) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(device.number))
        .with("type", .string(device.type))
        .with("state", whole(device.state))
        .with("maximum", whole(device.maximum)))
  }

  func encode(_ chip: HwmonChip) -> JSON {
    .object(
      JSONObject()
        .with("number", whole(chip.number))
        .with("name", .string(chip.name))
        .with("device", .string(chip.device))
        .with(
          "sensors",
          .array(
            chip.sensors.map { sensor in
              .object(
                JSONObject()
                  .with("kind", .string(sensor.kind.prefix))
                  .with("number", whole(sensor.number))
                  .with("label", sensor.label.map { .string($0) } ?? .null)
                  .with("value", whole(sensor.value))
                  .with("unit", .string(sensor.kind.unit))
                  .with("maximum", sensor.maximum.map { whole($0) } ?? .null)
                  .with("critical", sensor.critical.map { whole($0) } ?? .null))
            })
        )
        .with(
          "alarms",
          .array(
            chip.alarms.map { alarm in
              .object(
                JSONObject()
                  .with("name", .string(alarm.name))
                  .with("raised", reading(alarm.isRaised) { .bool($0) }))
            })))
  }

  func encode(_ chip: SensorChip) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(chip.name))
        .with("type", .string(chip.type))
        .with("bus", .string(chip.bus))
        .with("address", whole(Int(chip.address)))
        .with("score", .string(chip.meaning.rawValue))
        .with(
          "readings",
          .array(
            chip.readings.map { reading in
              .object(
                JSONObject()
                  .with("quantity", .string(reading.quantity.rawValue))
                  .with("name", .string(reading.name))
                  .with("unit", .string(reading.quantity.unit))
                  .with("value", number(reading.value)))
            })))
  }

  func encode(_ supply: PowerSupply) -> JSON {
    .object(
      JSONObject()
        .with("name", .string(supply.name))
        .with("kind", .string(supply.kind.rawValue))
        .with("state", reading(supply.state, encode)))
  }

  func encode(_ state: PowerSupplyState) -> JSON {
    .object(
      JSONObject()
        .with("online", state.isOnline.map { .bool($0) } ?? .null)
        .with("present", state.isPresent.map { .bool($0) } ?? .null)
        .with("ofDevice", .bool(state.isOfDevice))
        .with("status", state.status.map { .string($0.rawValue) } ?? .null)
        .with("capacity", state.capacity.map { whole($0) } ?? .null)
        .with("voltage", state.voltage.map { .integer($0) } ?? .null)
        .with("current", state.current.map { .integer($0) } ?? .null)
        .with("power", state.power.map { .integer($0) } ?? .null))
  }
}
