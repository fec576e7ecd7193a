import Basics
import Foundation
import Testing
import Wire

struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.5Z", 500),
    ("2026-11-22T16:46:01.123456789Z", 1_795_365_961_123),
    ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
  ])
  func aTimeOfTheEngineIsRead(text: String, milliseconds: Int64) {
    #expect(Timestamp.milliseconds(text) == milliseconds)
  }

  @Test(arguments: [
    "", "Z", "2026-11-22", "2026-11-22T16:46:01", "2026-11-22T16:46:01+01:00", "2026-13-22T16:46:01Z",
    "2026-11-22T25:46:01Z", "2026-11-22T16:46:01.Z", "2026-11-22T16:46:01.12x4Z", "2026/11/22T16:46:01Z",
    "2026-11-22T16:46:01.1234567890123456789Z",
  ])
  func whatIsNoTimeInUTCIsRefused(text: String) {
    #expect(Timestamp.milliseconds(text) == nil)
  }

  @Test func everyDayOfFourHundredYearsAgreesWithFoundation() {
    let formatter = ISO8601DateFormatter()
    for day in stride(from: -70_000, to: 80_000, by: 1) {
      let date = Date(timeIntervalSince1970: Double(day) * 86400)
      #expect(Timestamp.milliseconds(formatter.string(from: date)) == Int64(day) * 86_400_000)
    }
  }
}
