/// The characters of RFC 9110 section 5.6.2 that names and methods are made of.
func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"),
    UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"),
    UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
    return true
  default: return false
  }
}

/// The header fields or trailers of one message while they are read, line by line.
struct HTTPFieldReader {
  private(set) var headers = HTTPHeaders()
  private var bytes = 0
  private var count = 0
  /// Trailers are checked and counted but not kept: they come after the decisions they could touch.
  let keeps: Bool

  init(keeps: Bool) {
    self.keeps = keeps
  }

  /// Reads the lines that are there; true once the empty line that ends them was read.
  mutating func read(_ input: inout HTTPInput, limits: HTTPLimits) throws(HTTPError) -> Bool {
    while true {
      switch input.line(limit: min(limits.lineBytes, limits.headerBytes - bytes)) {
      case .incomplete: return false
      case .tooLong: throw HTTPError(status: 431, reason: "header too large")
      case .bareLineFeed: throw .malformed("line feed without carriage return")
      case .line(let line):
        if line.isEmpty { return true }
        bytes += line.count + 2
        count += 1
        guard count <= limits.headerCount else {
          throw HTTPError(status: 431, reason: "more than \(limits.headerCount) header fields")
        }
        try field(input, line)
      }
    }
  }

  /// Takes `name: value` apart (RFC 9112 section 5).
  private mutating func field(_ input: HTTPInput, _ line: Range<Int>) throws(HTTPError) {
    var nameEnd = line.lowerBound
    while nameEnd < line.upperBound, isTokenByte(input.bytes[nameEnd]) { nameEnd += 1 }
    // A space here is a folded line or a space before the colon; both hide fields from one of two readers.
    guard nameEnd > line.lowerBound, nameEnd < line.upperBound, input.bytes[nameEnd] == UInt8(ascii: ":")
    else {
      throw .malformed("header field without a clean name")
    }
    var valueStart = nameEnd + 1
    var valueEnd = line.upperBound
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    while valueStart < valueEnd, isSpace(input.bytes[valueStart]) { valueStart += 1 }
    while valueEnd > valueStart, isSpace(input.bytes[valueEnd - 1]) { valueEnd -= 1 }
    for index in valueStart..<valueEnd {
      let byte = input.bytes[index]
      guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
        throw .malformed("control character in a header field")
      }
    }
    if keeps { headers.add(input.text(line.lowerBound..<nameEnd), input.text(valueStart..<valueEnd)) }
  }
}
