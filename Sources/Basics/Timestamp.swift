/// A date and time of the Internet (RFC 3339), as the Engine writes them.
package enum Timestamp {
  /// Milliseconds since 1970-01-01 UTC of a text such as `2026-11-22T16:46:01.123456789Z`; nil where it is none.
  ///
  /// Only UTC is read, which is all the Engine writes. Leap seconds count as the second before.
  package static func milliseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 40, bytes[bytes.count - 1] | 0x20 == UInt8(ascii: "z"),
      bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] | 0x20 == UInt8(ascii: "t"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
      let second = number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let fraction = bytes[19..<(bytes.count - 1)]
    guard fraction.isEmpty || fraction.first == UInt8(ascii: ".") && number(fraction.dropFirst()) != nil
    else { return nil }
    let thousandths = Array(fraction.dropFirst().prefix(3)) + [48, 48, 48]
    let seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + min(second, 59)
    return seconds * 1000 + (number(thousandths[..<3]) ?? 0)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value: Int64 = 0
    for digit in digits {
      guard (48...57).contains(digit) else { return nil }
      value = value * 10 + Int64(digit - 48)
    }
    return value
  }

  /// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day is the last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
