/// A version of the Engine API, such as 1.41.
package struct EngineVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
  /// At most 4 digits where it was read from text.
  package let major: Int
  /// A number of its own and no fraction: 1.9 is below 1.41.
  package let minor: Int

  /// The version `major.minor`; neither is checked.
  package init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads `major.minor`, each of 1 to 4 digits; `nil` for anything else.
  package init?(_ text: String) {
    var parts: [Int] = []
    var number = 0
    var digits = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 4:
        number = number * 10 + Int(byte - UInt8(ascii: "0"))
        digits += 1
      case UInt8(ascii: ".") where digits > 0 && parts.isEmpty:
        parts.append(number)
        number = 0
        digits = 0
      default:
        return nil
      }
    }
    guard digits > 0, let major = parts.first else { return nil }
    self.init(major, number)
  }

  /// The oldest version this client speaks, that of Engine 17.06: the first whose `wait` takes a condition and
  /// answers with its head at once.
  package static let oldest = EngineVersion(1, 30)

  /// The newest version whose changes were read against what this client sends and reads, that of Engine 29.0.
  package static let newest = EngineVersion(1, 52)

  /// Compares the major numbers first.
  package static func < (left: EngineVersion, right: EngineVersion) -> Bool {
    left.major == right.major ? left.minor < right.minor : left.major < right.major
  }

  /// The form that the path of a request has behind its `v`: `1.41`.
  package var description: String {
    "\(major).\(minor)"
  }

  /// The version to speak with an Engine that serves `minimum` to `maximum`.
  ///
  /// It is the Engine's newest, but none newer than `newest`, unless the Engine's minimum is above that: then the
  /// minimum, because the API has so far only grown in what this client uses. An Engine that stops below
  /// `oldest` is too old, which is the error.
  package static func negotiated(
    maximum: EngineVersion, minimum: EngineVersion?
  ) throws(EngineError) -> EngineVersion {
    guard maximum >= oldest else {
      throw EngineError(.version, reason: .tooOld(maximum))
    }
    let wanted = min(maximum, newest)
    guard let minimum, minimum > wanted else { return wanted }
    return min(minimum, maximum)
  }
}
