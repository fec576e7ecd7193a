import Basics
import Readings
import Scoring
import Testing

/// What chips on I2C buses mean for the score.
@Suite struct SensorTermTests {
  private func score(_ chips: SensorChip..., with change: (inout Snapshot) -> Void = { _ in }) throws -> Score
  {
    var snapshot = Snapshot.idlePi3
    change(&snapshot)
    snapshot.sensors.chips = chips
    return Score(of: snapshot, profile: try Profiles().match(snapshot.board).profile)
  }

  private func chip(
    _ meaning: SensorChip.Meaning, low: Double? = nil, _ readings: (SensorReading.Quantity, Double?)...
  ) -> SensorChip {
    SensorChip(
      name: "x", type: "x", bus: "b", address: 0x40,
      readings: readings.map { quantity, value in
        SensorReading(
          quantity: quantity, value: value.map { .value($0, at: Instant(nanoseconds: 0)) } ?? .absent(.notYet)
        )
      }, meaning: meaning, low: low)
  }

  @Test func aSupplyBelowItsLimitCountsAsTooWeak() throws {
    #expect(try score(chip(.supply, low: 4.65, (.voltage, 5.0))).terms[.supply].factor == 1)
    let weak = try score(chip(.supply, low: 4.65, (.voltage, 4.6)))
    #expect(weak.terms[.supply].factor == 0 && weak.terms[.supply].source == .measured)
    #expect(weak.value < 70)
  }

  @Test func withoutALimitOrAReadingItSaysNothing() throws {
    for chip in [
      chip(.none, (.voltage, 1.0)), chip(.supply, (.voltage, 1.0)), chip(.supply, low: 4.65, (.voltage, nil)),
    ] {
      #expect(try score(chip).value == score().value)
    }
  }

  @Test func aChipThatIsWellDoesNotSilenceTheFirmware() throws {
    let both = try score(chip(.supply, low: 4.65, (.voltage, 5.0))) {
      $0.firmware.undervoltage = .value(true, at: Instant(nanoseconds: 0))
    }
    #expect(both.terms[.supply].factor == 0)
  }

  @Test func aBatteryCountsFromHalfOfItOnUnlessItIsBeingCharged() throws {
    #expect(try score(chip(.battery, (.charge, 90.5))).terms[.battery].factor == 1)
    let low = try score(chip(.battery, (.charge, 20)))
    #expect(low.terms[.battery].factor == 0.4 && low.terms[.battery].value == 20)
    #expect(try score(chip(.battery, (.charge, 20), (.chargeRate, 3))).terms[.battery].factor == 1)
    #expect(try score(chip(.battery, (.charge, 20), (.chargeRate, -3))).terms[.battery].factor == 0.4)
    let two = try score(chip(.battery, (.charge, 30)), chip(.battery, (.charge, 10)))
    #expect(two.terms[.battery].factor == 0.2, "the emptier one")
  }

  @Test func aThermometerCountsOnlyWhereItsOwnerSaysSo() throws {
    #expect(try score(chip(.none, (.temperature, 95))).value == score().value)
    let hot = try score(chip(.heat, (.temperature, 79)))
    #expect(hot.terms[.heat].value == 79 && hot.terms[.heat].factor < 1)
    #expect(try score(chip(.heat, (.temperature, 20))).value == score().value, "the processor is hotter")
    for odd in [Double.infinity, -.infinity, 1e300] {
      let value = try score(chip(.heat, (.temperature, odd))).value
      #expect(value.isFinite && value > 0)
    }
  }
}
