import Foundation

/// A field of a drawing with a scale on each side.
struct Axes {
  /// From the smallest to the largest, and where it is marked.
  struct Scale {
    var range: ClosedRange<Double>
    var marks: [Double]
    var isLogarithmic = false
    var decimals = 0

    func place(_ value: Double) -> Double {
      let value = min(max(value, range.lowerBound), range.upperBound)
      if isLogarithmic { return log(value / range.lowerBound) / log(range.upperBound / range.lowerBound) }
      return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
  }

  var left: Double
  var top: Double
  var width: Double
  var height: Double
  var x: Scale
  var y: Scale

  func point(_ at: (Double, Double)) -> (Double, Double) {
    (left + width * x.place(at.0), top + height * (1 - y.place(at.1)))
  }

  func draw(on drawing: inout Drawing, x title: String, y side: String) {
    for mark in x.marks {
      let place = point((mark, y.range.lowerBound))
      drawing.line([place, (place.0, top)], .faint)
      drawing.text(format(mark, x.decimals), place.0, top + height + 16, size: 11, anchor: .middle)
    }
    for mark in y.marks {
      let place = point((x.range.lowerBound, mark))
      drawing.line([place, (left + width, place.1)], .faint)
      drawing.text(format(mark, y.decimals), left - 6, place.1 + 4, size: 11, anchor: .end)
    }
    drawing.line([(left, top), (left, top + height), (left + width, top + height)], .black)
    drawing.text(title, left + width / 2, top + height + 34, anchor: .middle)
    drawing.text(side, left - 42, top + height / 2, anchor: .middle, isTurned: true)
  }
}
