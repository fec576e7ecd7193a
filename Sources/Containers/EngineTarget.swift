internal import Wire

/// The target of a request being written: path, then query.
struct EngineTarget {
  private(set) var text: String
  private var separator = "?"

  /// Starts with the version's prefix; without one the Engine takes its newest.
  init(_ version: EngineVersion?) {
    text = version.map { "/v\($0)" } ?? ""
  }

  mutating func path(_ fixed: StaticString) {
    text += fixed.description
  }

  /// Appends a part of the path from outside. Slashes and colons stay when it is an image, whose names have them;
  /// the Engine refuses paths that lead elsewhere.
  mutating func path(_ part: String, isImage: Bool = false) {
    text += Self.escaped(part, keeping: isImage ? "/:@" : "")
  }

  mutating func query(_ name: StaticString, _ value: String) {
    text += separator
    separator = "&"
    text += name.description
    text += "="
    text += Self.escaped(value, keeping: "/:")
  }

  mutating func query(_ name: StaticString, _ value: Bool) {
    query(name, value ? "1" : "0")
  }

  /// A time in the Engine's form, `SECONDS.NANOSECONDS`; `nil` adds nothing.
  mutating func query(_ name: StaticString, nanoseconds: Int64?) {
    guard let nanoseconds, nanoseconds >= 0 else { return }
    let fraction = String(nanoseconds % 1_000_000_000)
    let zeros = String(repeating: "0", count: max(0, 9 - fraction.utf8.count))
    query(name, "\(nanoseconds / 1_000_000_000).\(zeros)\(fraction)")
  }

  /// The Engine's filters, a JSON object of lists; empty lists are left out.
  mutating func filters(_ lists: [(name: String, values: [String])]) {
    var members: [JSONMember] = []
    for list in lists where !list.values.isEmpty {
      members.append(JSONMember(name: list.name, value: .array(list.values.map { .string($0) })))
    }
    guard !members.isEmpty else { return }
    query("filters", String(decoding: JSON.object(JSONObject(members)).encoded(), as: UTF8.self))
  }

  /// Percent-encodes all but RFC 3986's unreserved characters and those given.
  private static func escaped(_ text: String, keeping kept: StaticString) -> String {
    let digits: StaticString = "0123456789ABCDEF"
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        if kept.withUTF8Buffer({ $0.contains(byte) }) {
          bytes.append(byte)
        } else {
          bytes.append(UInt8(ascii: "%"))
          digits.withUTF8Buffer {
            bytes.append($0[Int(byte >> 4)])
            bytes.append($0[Int(byte & 15)])
          }
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
