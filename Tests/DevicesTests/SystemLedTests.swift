import Foundation
import Peripherals
import Testing

@testable import Devices

struct SystemLedTests {
  private let root = FileManager.default.temporaryDirectory.path + "/hearth-led-\(UUID())"

  private func file(_ name: String) -> String {
    (try? String(contentsOfFile: root + "/sys/class/leds/" + name, encoding: .utf8)) ?? "missing"
  }

  private func makeLed(_ name: String) throws {
    let folder = root + "/sys/class/leds/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "0\n".write(toFile: folder + "/brightness", atomically: false, encoding: .utf8)
    try "255\n".write(toFile: folder + "/max_brightness", atomically: false, encoding: .utf8)
    try "none [mmc0] timer\n".write(toFile: folder + "/trigger", atomically: false, encoding: .utf8)
  }

  @Test func theFirstThatIsThereIsTakenFromItsTriggerAndGivenBack() throws {
    try makeLed("ACT")
    defer { try? FileManager.default.removeItem(atPath: root) }
    let led = try SystemLed(firstOf: ["led0", "ACT"], root: root)
    #expect(led.name == "ACT" && file("ACT/trigger").hasPrefix("none"))
    try led.write(true)
    #expect(file("ACT/brightness").hasPrefix("255"))
    led.release()
    #expect(file("ACT/brightness").hasPrefix("0") && file("ACT/trigger").hasPrefix("mmc0"))
  }

  @Test func withoutAnyTheErrorNamesTheLast() {
    #expect {
      _ = try SystemLed(firstOf: ["led0", "ACT"], root: root)
    } throws: {
      ($0 as? LineError)?.text.contains("leds/ACT/brightness: No such file") == true
    }
  }

  @Test func theTriggerIsTheOneInBrackets() {
    #expect(SystemLed.trigger(in: "none [mmc0] timer") == "mmc0")
    #expect(SystemLed.trigger(in: "[none] timer") == "none")
    #expect(SystemLed.trigger(in: "none timer") == "" && SystemLed.trigger(in: "[") == "")
  }
}
