import Foundation
import Simulation

/// How warm and how fast the boards of a home are while it works.
enum TimelinePlot {
  struct Line {
    var name: String
    /// Seconds, degrees of each board, and their clocks as shares of the full one.
    var points: [(at: Double, celsius: [Double], clocks: [Double])] = []
  }

  static func line(_ contestant: Contestant, _ scenario: Scenario, seed: Int) -> Line {
    var line = Line(name: contestant.name)
    let simulation = Simulation(scenario, seed: UInt64(seed))
    simulation.watch(each: 5) { simulation in
      line.points.append(
        (simulation.now, simulation.nodes.map(\.celsius), simulation.nodes.map(\.clock)))
    }
    _ = simulation.run(contestant.policy(UInt64(seed)), limit: Trials.limit(simulation.jobs))
    return line
  }

  static func svg(_ title: String, _ lines: [Line]) -> String {
    let colours: [Drawing.Colour] = [.black, .green, .blue, .orange]
    let end = lines.flatMap { $0.points.map(\.at) }.max() ?? 1
    let step = end > 4000 ? 1000.0 : 250
    let x = Axes.Scale(range: 0...end, marks: Array(stride(from: 0, through: end, by: step)))
    var drawing = Drawing(width: 900, height: 620)
    drawing.text("Heat in \"\(title)\", seed 1", 20, 24, size: 16)
    drawing.legend(lines.enumerated().map { ($1.name, colours[$0 % colours.count]) }, 20, 50)
    let warm = Axes(
      left: 70, top: 70, width: 800, height: 230, x: x,
      y: Axes.Scale(range: 40...90, marks: [40, 50, 60, 70, 80, 90]))
    let fast = Axes(
      left: 70, top: 360, width: 800, height: 200, x: x,
      y: Axes.Scale(range: 70...100, marks: [70, 80, 90, 100]))
    warm.draw(on: &drawing, x: "", y: "°C of the hottest board")
    fast.draw(on: &drawing, x: "seconds", y: "mean clock, % of the full one")
    let throttle = warm.point((0, 80)).1
    drawing.line([(warm.left, throttle), (warm.left + warm.width, throttle)], .red, dashes: "4 3")
    for (index, line) in lines.enumerated() {
      let colour = colours[index % colours.count]
      drawing.line(line.points.map { warm.point(($0.at, $0.celsius.max() ?? 0)) }, colour, width: 1.2)
      drawing.line(
        line.points.map { fast.point(($0.at, 100 * $0.clocks.reduce(0, +) / Double($0.clocks.count))) },
        colour,
        width: 1.2)
    }
    return drawing.svg
  }
}
