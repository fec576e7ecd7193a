import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import CommandLine
@testable import Reports

@Suite struct ScoreReportTests {
  private func report() throws -> (Score, Profiles.Match) {
    var snapshot = Snapshot()
    snapshot.board = Board(
      architecture: "arm64",
      compatible: .value(["raspberrypi,3-model-b", "brcm,bcm2837"], at: Instant(nanoseconds: 0)))
    snapshot.memory = .absent(Absence(path: "/proc/meminfo", reason: .permission))
    snapshot.pressure.memory.someShare = .value(0.25, at: Instant(nanoseconds: 0))
    snapshot.thermal.zones = [
      ThermalZone(type: "cpu-thermal", temperature: .value(70_000, at: Instant(nanoseconds: 0)))
    ]
    let match = try Profiles().match(snapshot.board)
    return (Score(of: snapshot, profile: match.profile), match)
  }

  @Test func theTextHasALinePerTermAndSaysWhatStandsIn() throws {
    let (score, match) = try report()
    let lines = scoreText(score, match).split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0)
    }
    #expect(
      lines[0] == "Score \(decimal(score.value, places: 1)), where an idle Raspberry Pi 3 Model B is 100")
    #expect(
      lines[1] == "Board Raspberry Pi 3 Model B, profile raspberry-pi-3, by compatible raspberrypi,3-model-b")
    #expect(lines[3].hasPrefix("term") && lines[3].hasSuffix("weight  effect"))
    #expect(lines.contains { $0.hasPrefix("cores            3456 MIPS *  ") && $0.hasSuffix(" 100.0") })
    #expect(
      lines.contains { $0.hasPrefix("memory-pressure  25.0 % of the time") && $0.hasSuffix("0.70   x0.83") })
    #expect(
      lines.contains {
        $0.hasPrefix("heat             70.0 °C, throttles at 80") && $0.hasSuffix("0.20   x0.90")
      })
    #expect(
      lines.contains("  memory           /proc/meminfo: permission denied; the profile's default stands in"))
    #expect(
      lines.contains {
        $0.hasPrefix("  throttling       ") && $0.hasSuffix("; taken instead: the temperature")
      })
  }

  @Test func theColumnsAreAligned() throws {
    let (score, match) = try report()
    let lines = scoreText(score, match).split(separator: "\n").map { String($0) }
    let table = lines.drop { !$0.hasPrefix("term ") }.prefix(Term.Kind.allCases.count + 1)
    #expect(table.count == 15)
    // Characters, not bytes: the degree sign is one of the one and two of the other.
    #expect(Set(table.dropFirst(2).map { $0.count }).count == 1)
  }

  @Test func theJSONHasTheSameAndNullForWhatThereIsNot() throws {
    let (score, match) = try report()
    let json = scoreJSON(score, match)
    let again = try JSON.parse(json.encoded())
    #expect(again["score"]?.double.map { ($0 - score.value).magnitude < 0.001 } == true)
    #expect(again["profile"]?["name"]?.string == "raspberry-pi-3")
    #expect(again["profile"]?["rule"]?.string == "compatible")
    let terms = try #require(again["terms"]?.array)
    #expect(terms.map { $0["term"]?.string } == Term.Kind.allCases.map { $0.name })
    let heat = try #require(terms.first { $0["term"]?.string == "heat" })
    #expect(
      heat["value"]?.double == 70 && heat["unit"]?.string == "°C" && heat["source"]?.string == "measured")
    #expect(heat["reason"] == nil)
    let quota = try #require(terms.first { $0["term"]?.string == "quota" })
    #expect(quota["value"] == .null && quota["source"]?.string == "assumed")
    let memory = try #require(terms.first { $0["term"]?.string == "memory" })
    #expect(memory["value"]?.double == 640)
    #expect(memory["reason"]?.string == "/proc/meminfo: permission denied; the profile's default stands in")
  }
}
