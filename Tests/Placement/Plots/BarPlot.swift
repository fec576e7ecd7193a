import Foundation

/// The mean slowdown of each scenario, of the oracle's: Hearth, the best rival, Home Edge with self excluded.
enum BarPlot {
  static func svg(_ list: [Comparison]) -> String {
    let row = 44.0
    let height = Double(list.count) * row
    var drawing = Drawing(width: 900, height: height + 120)
    let axes = Axes(
      left: 130, top: 62, width: 700, height: height,
      x: Axes.Scale(
        range: 0.8...40, marks: [0.8, 1, 1.5, 2, 3, 5, 10, 20, 40], isLogarithmic: true, decimals: 1),
      y: Axes.Scale(range: 0...1, marks: []))
    drawing.text("Mean slowdown, of the oracle's (logarithmic; less is better)", 20, 24, size: 16)
    drawing.legend(
      [("Hearth", .green), ("best rival", .blue), ("Home Edge, self excluded", .orange)], 20, 46)
    axes.draw(on: &drawing, x: "times the oracle's", y: "")
    let start = axes.point((1, 0)).0
    for (index, it) in list.enumerated() {
      let top = axes.top + Double(index) * row
      drawing.text(it.scenario, axes.left - 8, top + 26, anchor: .end)
      let bars: [(Double, Drawing.Colour, String)] = [
        (it.mean, .green, ""), (it.ratio(it.rival, \.mean), .blue, it.rival.name),
        (it.ratio(it.homeEdge, \.mean), .orange, ""),
      ]
      for (number, bar) in bars.enumerated() {
        let y = top + 4 + Double(number) * 12
        let end = axes.point((bar.0, 0)).0
        drawing.box(min(start, end), y, max((end - start).magnitude, 1.5), 11, bar.1)
        drawing.text(
          "\(format(bar.0, 2)) \(bar.2)", max(start, end) + 4, y + 9, size: 10,
          anchor: .start)
      }
    }
    let limit = axes.point((Limits.mean, 0)).0
    drawing.line([(limit, axes.top), (limit, axes.top + height)], .red, dashes: "4 3")
    drawing.line([(start, axes.top), (start, axes.top + height)], .black)
    drawing.text("limit \(format(Limits.mean, 2))", limit + 3, axes.top - 3, size: 10, colour: .red)
    return drawing.svg
  }
}
