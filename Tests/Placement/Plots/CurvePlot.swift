import Foundation

/// Which share of the runs has at most which slowdown, in one scenario.
enum CurvePlot {
  /// - Parameter curves: slowdowns in ascending order, by name.
  static func svg(_ title: String, _ curves: [(name: String, slowdowns: [Double])]) -> String {
    let colours: [Drawing.Colour] = [.black, .green, .blue, .orange]
    var drawing = Drawing(width: 760, height: 480)
    // The tail is what matters: each tenth that is left has the same height.
    let axes = Axes(
      left: 70, top: 70, width: 650, height: 340,
      x: Axes.Scale(range: 1...50, marks: [1, 1.5, 2, 3, 5, 10, 20, 50], isLogarithmic: true, decimals: 1),
      y: Axes.Scale(range: 0.1...100, marks: [0.1, 1, 10, 100], isLogarithmic: true, decimals: 1))
    drawing.text("Slowdowns in \"\(title)\" (lower left is better)", 20, 24, size: 16)
    drawing.legend(curves.enumerated().map { ($1.name, colours[$0 % colours.count]) }, 20, 50)
    axes.draw(
      on: &drawing, x: "slowdown: times the run alone on the fastest board", y: "% of the runs are slower")
    for (index, curve) in curves.enumerated() {
      var points: [(Double, Double)] = []
      let count = Double(curve.slowdowns.count)
      for (rank, slowdown) in curve.slowdowns.enumerated() {
        let left = 100 * (1 - (Double(rank) + 0.5) / count)
        let point = axes.point((slowdown, left))
        if let last = points.last, (last.0 - point.0).magnitude + (last.1 - point.1).magnitude < 0.7 {
          continue
        }
        points.append(point)
      }
      drawing.line(points, colours[index % colours.count], width: 2)
    }
    return drawing.svg
  }
}
