internal import Wire

/// The target of a request being written: path, then query.
struct EngineTarget {
  private(set) var text: String
  private var separator = "?"

  /// Starts with the version's prefix; without one the Engine takes its newest.
  init(_ version: EngineVersion?) {
    text = version.map { "/v\($0)" } ?? ""
  }

  mutating func path(fixed: StaticString) {
    text += fixed.description
  }

  /// Appends one segment of the path from outside.
  mutating func path(segment: String) {
    text += HTTPURL.percentEncoded(segment)
  }

  /// Appends an image's name, whose slashes stay; the Engine does not follow paths that lead elsewhere.
  mutating func path(image: String) {
    var isFirst = true
    for segment in image.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if !isFirst { text += "/" }
      isFirst = false
      text += HTTPURL.percentEncoded(String(decoding: segment, as: UTF8.self))
    }
  }

  @inline(never)
  mutating func query(_ name: StaticString, _ value: String) {
    text += separator
    separator = "&"
    text += name.description
    text += "="
    text += HTTPURL.percentEncoded(value)
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
}
