/// A number with a fixed count of decimals, rounded half up; for amounts below a thousand billions.
///
/// Not `Double.description`: a table needs `0.50`, and 17 digits tell nobody more.
package func decimal(_ value: Double, places: Int) -> String {
  var scale: Int64 = 1
  for _ in 0..<min(max(places, 0), 3) { scale *= 10 }
  let limit = 1e12
  guard value == value else { return "?" }
  let scaled = Int64(min(value.magnitude, limit) * Double(scale) + 0.5)
  var text = value < 0 && scaled > 0 ? "-" : ""
  text += String(scaled / scale)
  guard scale > 1 else { return text }
  let fraction = String(scaled % scale)
  text += "."
  for _ in fraction.utf8.count..<min(places, 3) { text += "0" }
  return text + fraction
}

/// A number to some decimals (at most 6), rounded half away from zero. Beyond a thousand billions it stays as it is, and
/// what is no finite number is 0: JSON knows neither.
package func rounded(_ value: Double, places: Int) -> Double {
  var scale = 1.0
  for _ in 0..<min(max(places, 0), 6) { scale *= 10 }
  guard value.magnitude <= 1e12 else { return value.isFinite ? value : 0 }
  return Double(Int64(value * scale + (value < 0 ? -0.5 : 0.5))) / scale
}

/// A number in lower-case hexadecimal digits, with zeros in front so that there are at least `digits`.
package func hexadecimal(_ value: UInt64, digits: Int) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}

/// A span in its largest fitting unit, as Docker has it: `12 seconds`, `3 minutes`, `2 days`.
package func spanText(seconds: Int64) -> String {
  let units: [(Int64, String)] = [(86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]
  for (size, name) in units where seconds >= size {
    let count = seconds / size
    return "\(count) \(name)\(count == 1 ? "" : "s")"
  }
  return "0 seconds"
}
