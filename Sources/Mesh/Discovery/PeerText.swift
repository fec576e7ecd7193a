internal import Wire

/// What a peer's TXT strings mean, by Home Edge's rules: their order does not matter.
struct PeerText {
  private(set) var platform = ""
  private(set) var executionType = ""
  private(set) var services: [String] = []

  init(_ text: DNSText) {
    for string in text.strings where !string.isEmpty {
      if let value = PeerText.value(of: "ExecType=", in: string) {
        executionType = value
      } else if let value = PeerText.value(of: "Platform=", in: string) {
        platform = value
      } else {
        services.append(String(decoding: string, as: UTF8.self))
      }
    }
  }

  /// The text between the first and the second `=` of a string that holds the mark anywhere; nil without it.
  static func value(of mark: String, in string: [UInt8]) -> String? {
    let mark = Array(mark.utf8)
    guard string.count >= mark.count,
      (0...(string.count - mark.count)).contains(where: { string[$0..<($0 + mark.count)].elementsEqual(mark) }
      )
    else { return nil }
    let equals = UInt8(ascii: "=")
    let rest = string.drop { $0 != equals }.dropFirst()
    return String(decoding: rest.prefix { $0 != equals }, as: UTF8.self)
  }
}
