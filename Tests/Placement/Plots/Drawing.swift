import Foundation

/// An SVG picture on a light ground, written as text.
struct Drawing {
  let width: Double
  let height: Double
  private var body = ""

  /// Colours that differ in lightness too, for those who see few (Okabe and Ito).
  enum Colour: String, CaseIterable {
    case green = "#009e73"
    case orange = "#e69f00"
    case red = "#d55e00"
    case blue = "#0072b2"
    case pink = "#cc79a7"
    case grey = "#999999"
    case faint = "#dddddd"
    case black = "#222222"
  }

  enum Anchor: String {
    case start, middle, end
  }

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 12, anchor: Anchor = .start,
    colour: Colour = .black,
    isTurned: Bool = false
  ) {
    let turn = isTurned ? " transform=\"rotate(-90 \(Self.number(x)) \(Self.number(y)))\"" : ""
    body +=
      "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(Self.number(size))\""
      + " text-anchor=\"\(anchor.rawValue)\" fill=\"\(colour.rawValue)\"\(turn)>\(Self.escaped(text))</text>\n"
  }

  mutating func line(
    _ points: [(Double, Double)], _ colour: Colour, width: Double = 1, dashes: String = ""
  ) {
    let list = points.map { "\(Self.number($0.0)),\(Self.number($0.1))" }.joined(separator: " ")
    let dashed = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
    body +=
      "<polyline points=\"\(list)\" fill=\"none\" stroke=\"\(colour.rawValue)\""
      + " stroke-width=\"\(Self.number(width))\"\(dashed)/>\n"
  }

  mutating func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: Colour) {
    body +=
      "<rect x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(max(width, 0)))\""
      + " height=\"\(Self.number(max(height, 0)))\" fill=\"\(colour.rawValue)\"/>\n"
  }

  /// What the colours stand for, in a row.
  mutating func legend(_ entries: [(String, Colour)], _ x: Double, _ y: Double) {
    var x = x
    for (name, colour) in entries {
      box(x, y - 9, 14, 10, colour)
      text(name, x + 19, y)
      x += 40 + Double(name.count) * 6.6
    }
  }

  var svg: String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
      + " viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" font-family=\"sans-serif\">\n"
      + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\(body)</svg>\n"
  }

  private static func number(_ value: Double) -> String {
    String(format: "%.6g", (value * 10).rounded() / 10)
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
  }
}
