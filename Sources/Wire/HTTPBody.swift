import Basics

/// How long a body is (RFC 9112 section 6.3).
enum HTTPFraming: Equatable {
  case none
  case counted(Int64)
  case chunked
  case untilClose

  /// What the header fields say, `nil` if they say nothing.
  ///
  /// Whatever two readers could understand differently is refused: that is how requests are smuggled.
  static func declared(
    by headers: HTTPHeaders, allowsChunked: Bool, limits: HTTPLimits
  ) throws(HTTPError) -> HTTPFraming? {
    let lengths = headers.values(of: "Content-Length")
    let codings = headers.values(of: "Transfer-Encoding")
    if let coding = codings.first {
      guard lengths.isEmpty else { throw .malformed("both a length and a transfer coding") }
      guard allowsChunked else { throw .malformed("transfer coding in HTTP/1.0") }
      guard codings.count == 1, equalIgnoringCase(coding, "chunked") else {
        throw HTTPError(status: 501, reason: "transfer coding other than chunked")
      }
      return .chunked
    }
    guard let text = lengths.first else { return nil }
    let length = try number(text)
    for other in lengths.dropFirst() {
      guard try number(other) == length else { throw .malformed("lengths that differ") }
    }
    guard limits.bodyBytes == .max || length <= Int64(limits.bodyBytes) else {
      throw HTTPError(status: 413, reason: "body longer than \(limits.bodyBytes) bytes")
    }
    return length == 0 ? HTTPFraming.none : .counted(length)
  }

  /// Digits and nothing else: no sign, no space, no list.
  private static func number(_ text: String) throws(HTTPError) -> Int64 {
    var value: Int64 = 0
    for byte in text.utf8 {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        throw .malformed("length not a number")
      }
      let (shifted, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = shifted.addingReportingOverflow(Int64(byte & 0x0F))
      guard !overflows, !carries else { throw .malformed("length beyond all reason") }
      value = sum
    }
    guard !text.isEmpty else { throw .malformed("length without digits") }
    return value
  }
}

/// Takes a body out of the input, piece by piece.
struct HTTPBodyReader {
  enum Step {
    case incomplete
    /// The place of the piece in the input, valid as a line's range is.
    case piece(Range<Int>)
    case end
  }

  private enum State {
    case counted(Int64)
    case chunkSize
    case chunk(Int64)
    case chunkEnd
    case trailers(HTTPFieldReader)
    case untilClose
    case done
  }

  private var state: State
  private var chunkedBytes: Int64 = 0
  private var extensionBytes = 0

  init(_ framing: HTTPFraming) {
    switch framing {
    case .none: state = .done
    case .counted(let count): state = .counted(count)
    case .chunked: state = .chunkSize
    case .untilClose: state = .untilClose
    }
  }

  var endsAtClose: Bool {
    if case .untilClose = state { return true }
    return false
  }

  mutating func step(_ input: inout HTTPInput, limits: HTTPLimits) throws(HTTPError) -> Step {
    while true {
      switch state {
      case .counted(let rest):
        if rest == 0 { return .end }
        let piece = input.take(atMost: Int(clamping: rest))
        if piece.isEmpty { return .incomplete }
        state = .counted(rest - Int64(piece.count))
        return .piece(piece)
      case .chunkSize:
        guard let size = try chunkSize(&input, limits: limits) else { return .incomplete }
        state = size == 0 ? .trailers(HTTPFieldReader(keeps: false)) : .chunk(size)
      case .chunk(let rest):
        let piece = input.take(atMost: Int(clamping: rest))
        if piece.isEmpty { return .incomplete }
        let left = rest - Int64(piece.count)
        state = left == 0 ? .chunkEnd : .chunk(left)
        return .piece(piece)
      case .chunkEnd:
        switch input.line(limit: 2) {
        case .incomplete: return .incomplete
        case .line(let line) where line.isEmpty: state = .chunkSize
        default: throw .malformed("chunk longer than its size")
        }
      case .trailers(var fields):
        let isComplete = try fields.read(&input, limits: limits)
        state = isComplete ? .done : .trailers(fields)
        if !isComplete { return .incomplete }
      case .untilClose:
        let piece = input.take(atMost: .max)
        return piece.isEmpty ? .incomplete : .piece(piece)
      case .done: return .end
      }
    }
  }

  /// Reads `size [;extension]` (RFC 9112 section 7.1); extensions are skipped.
  private mutating func chunkSize(_ input: inout HTTPInput, limits: HTTPLimits) throws(HTTPError) -> Int64? {
    let line: Range<Int>
    switch input.line(limit: limits.chunkLineBytes) {
    case .incomplete: return nil
    case .tooLong: throw .malformed("chunk size line too long")
    case .bareLineFeed: throw .malformed("line feed without carriage return")
    case .line(let range): line = range
    }
    var size: Int64 = 0
    var index = line.lowerBound
    while index < line.upperBound, let digit = input.bytes[index].hexadecimal {
      guard size <= Int64.max >> 4 else { throw .malformed("chunk size beyond all reason") }
      size = size << 4 | Int64(digit)
      index += 1
    }
    guard index > line.lowerBound else { throw .malformed("chunk without a size") }
    try skipExtensions(input, index..<line.upperBound, limits: limits)
    // A stream without a bound may go on for ever; its count stops instead of overflowing.
    guard limits.bodyBytes < .max else { return size }
    guard size <= Int64(limits.bodyBytes) - chunkedBytes else {
      throw HTTPError(status: 413, reason: "body longer than \(limits.bodyBytes) bytes")
    }
    chunkedBytes += size
    return size
  }

  private mutating func skipExtensions(
    _ input: HTTPInput, _ range: Range<Int>, limits: HTTPLimits
  ) throws(HTTPError) {
    if range.isEmpty { return }
    extensionBytes += range.count
    guard extensionBytes <= limits.chunkExtensionBytes else { throw .malformed("too many chunk extensions") }
    var isOpen = false
    for index in range {
      let byte = input.bytes[index]
      let isSpace = byte == 0x20 || byte == 0x09
      guard byte >= 0x20 && byte != 0x7F || isSpace else {
        throw .malformed("control character in a chunk size")
      }
      if byte == UInt8(ascii: ";") { isOpen = true }
      guard isOpen || isSpace else { throw .malformed("chunk size not a number") }
    }
    guard isOpen else { throw .malformed("space after a chunk size") }
  }
}
