import Foundation
import Testing

@testable import Basics
@testable import Simulation

/// What sbc-bench saw on a real board, row by row.
private struct Trace {
  struct Row {
    var seconds: Double
    var megahertz: Double
    /// Of all cores, 0...1, since the row before.
    var busy: Double
    var celsius: Double
  }

  var rows: [Row] = []

  init(_ name: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "ScoringTests/Fixtures/traces/\(name).txt")
    // 18:00:11: 1200/ 980MHz  3.48  85%   0%  84%   0%   0%   0%  81.7°C  1.3188V
    let row = try Regex(#"^(\d\d):(\d\d):(\d\d):\s*\d+/\s*(\d+)MHz\s+([\d.]+)\s+(\d+)% .* ([\d.]+)°C"#)
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      guard let match = try row.firstMatch(in: line) else { continue }
      let values = match.output.dropFirst().map { Double($0.substring ?? "") ?? 0 }
      // A block's first row says 0 %: nothing was measured yet. What was runnable is known.
      let busy = values[5] > 0 ? values[5] / 100 : min(values[4] / 4, 1)
      rows.append(
        Row(
          seconds: values[0] * 3600 + values[1] * 60 + values[2], megahertz: values[3], busy: busy,
          celsius: values[6]))
    }
  }

  /// The model's temperature and clock at each row but the first, at which it is as warm as the board.
  ///
  /// - Parameter full: MHz; nil for the clocks of the model's own law.
  func replay(_ model: HeatModel, full: Double?) -> [(row: Row, celsius: Double, clock: Double)] {
    var state = HeatModel.State()
    let constant = (rows[0].celsius - model.idle) / (model.chip.rise + model.board.rise)
    state.pass(1e6, work: constant, model)
    var list: [(Row, Double, Double)] = []
    for (row, last) in zip(rows.dropFirst(), rows) {
      for _ in 0..<Int(row.seconds - last.seconds) {
        let clock = full.map { row.megahertz / $0 } ?? state.clock(model)
        state.pass(1, work: row.busy * clock, model)
      }
      list.append((row, state.celsius(model), state.clock(model)))
    }
    return list
  }
}

private func rootMeanSquare(_ errors: [Double]) -> Double {
  (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
}

@Suite struct HeatModelTests {
  @Test(arguments: [("4hOp", "raspberry-pi-3", 1200.0), ("1iH0", "raspberry-pi-3-plus", 1400.0)])
  func withATracesLoadAndClockTheModelIsAsWarm(_ name: String, _ profile: String, _ full: Double) throws {
    let model = try #require(HeatModel.of(profile))
    let list = try Trace(name).replay(model, full: full)
    #expect(list.count > 40)
    let error = rootMeanSquare(list.map { $0.celsius - $0.row.celsius })
    #expect(error <= 2.5, "\(error)")
  }

  /// 4hOp: 84.9 °C and 657 MHz at the worst.
  @Test func aRaspberryPi3LeftToItsOwnLawIsAsWarmAndAsFast() throws {
    let model = try #require(HeatModel.of("raspberry-pi-3"))
    let list = try Trace("4hOp").replay(model, full: nil)
    let error = rootMeanSquare(list.map { $0.celsius - $0.row.celsius })
    #expect(error <= 2.5, "\(error)")
    let clocks = rootMeanSquare(list.map { $0.clock - $0.row.megahertz / 1200 })
    #expect(clocks <= 0.08, "\(clocks)")
  }

  /// The law alone, by the trace's temperatures: within 0.12 of the full clock from 81 °C on; below 80 °C it never slows, and
  /// the trace, whose clocks are means of a moment before, by less than 0.1.
  @Test func theLawGivesTheTracesClocks() throws {
    let model = try #require(HeatModel.of("raspberry-pi-3"))
    func law(_ celsius: Double) -> Double {
      var state = HeatModel.State()
      state.pass(1e6, work: (celsius - model.idle) / (model.chip.rise + model.board.rise), model)
      return state.clock(model)
    }
    let rows = try Trace("4hOp").rows
    let hot = rows.filter { $0.celsius >= 81 }
    #expect(hot.count >= 9)
    for row in hot { #expect((law(row.celsius) - row.megahertz / 1200).magnitude <= 0.12, "\(row)") }
    #expect(rootMeanSquare(hot.map { law($0.celsius) - $0.megahertz / 1200 }) <= 0.07)
    for row in rows where row.celsius < 80 {
      #expect(law(row.celsius) == 1 && row.megahertz / 1200 >= 0.9, "\(row)")
    }
  }

  /// 1iH0: 1200 of 1400 MHz above 60 °C; its 600 MHz are a weak supply's, which the model does not know.
  @Test func aRaspberryPi3BPlusHasItsSoftLimit() throws {
    let model = try #require(HeatModel.of("raspberry-pi-3-plus"))
    var state = HeatModel.State()
    #expect(state.clock(model) == 1)
    state.pass(1e6, work: 0.3, model)
    #expect(state.celsius(model) > 60 && state.clock(model) == 1200.0 / 1400)
    let rows = try Trace("1iH0").rows
    #expect(rows.allSatisfy { $0.celsius > 60 && [600, 1200].contains($0.megahertz) })
  }
}
