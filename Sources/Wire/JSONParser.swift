extension JSON {
  /// What a text may demand of the parser.
  package struct Limits: Sendable {
    /// Arrays and objects inside each other. Each level costs a stack frame; the deepest document known here (an
    /// engine's container description) has 7.
    package var depth: Int
    /// Length of the text. The largest document known here, the engine's list of 200 containers, has 400 kB.
    package var bytes: Int
    /// Values in total, counting each element and member. One costs up to 40 bytes of memory, so the text `[0,0,…]`
    /// would take twenty times its own size without this bound.
    package var nodes: Int
    /// Length of one number. Seventeen digits say all a double can hold; the rest is for exponents and patience.
    package var numberBytes: Int

    /// The limits for requests: 32 levels, 1 MiB of text, 32 768 values, 512 bytes a number.
    package init(depth: Int = 32, bytes: Int = 1 << 20, nodes: Int = 32_768, numberBytes: Int = 512) {
      self.depth = depth
      self.bytes = bytes
      self.nodes = nodes
      self.numberBytes = numberBytes
    }
  }

  /// Reads one JSON text (RFC 8259, strictly), UTF-8 without byte order mark, white space around it allowed.
  ///
  /// Of a repeated name the last value stays. Numbers that no double can hold, lone surrogates and anything
  /// after the value are errors.
  package static func parse(_ bytes: [UInt8], limits: Limits = .init()) throws(JSONError) -> JSON {
    guard bytes.count <= limits.bytes else {
      throw JSONError(reason: "text longer than \(limits.bytes) bytes", offset: limits.bytes)
    }
    var parser = JSONParser(bytes: bytes, limits: limits)
    return try parser.document()
  }

  /// As above; offsets in errors count from the start of the slice.
  package static func parse(_ bytes: ArraySlice<UInt8>, limits: Limits = .init()) throws(JSONError) -> JSON {
    guard bytes.count <= limits.bytes else {
      throw JSONError(reason: "text longer than \(limits.bytes) bytes", offset: limits.bytes)
    }
    return try parse(Array(bytes), limits: limits)
  }
}

/// A recursive descent over the bytes; recursion is bounded by `Limits.depth`.
struct JSONParser {
  let bytes: [UInt8]
  let limits: JSON.Limits
  var position = 0
  private var nodes = 0

  init(bytes: [UInt8], limits: JSON.Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// The byte at the position, 0 at the end: no grammar rule accepts a 0, so the end needs no case of its own.
  var current: UInt8 {
    position < bytes.count ? bytes[position] : 0
  }

  func failure(_ reason: String) -> JSONError {
    JSONError(reason: reason, offset: position)
  }

  mutating func document() throws(JSONError) -> JSON {
    skipSpace()
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("nothing more expected") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    nodes += 1
    guard nodes <= limits.nodes else { throw failure("more than \(limits.nodes) values") }
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth + 1)
    case UInt8(ascii: "["): return try array(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("value expected")
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    guard depth <= limits.depth else { throw failure("nested deeper than \(limits.depth)") }
    position += 1
    skipSpace()
    var elements: [JSON] = []
    if skip(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      skipSpace()
      elements.append(try value(depth: depth))
      skipSpace()
      if skip(UInt8(ascii: "]")) { return .array(elements) }
      guard skip(UInt8(ascii: ",")) else { throw failure("',' or ']' expected") }
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    guard depth <= limits.depth else { throw failure("nested deeper than \(limits.depth)") }
    position += 1
    skipSpace()
    var members: [JSONMember] = []
    if skip(UInt8(ascii: "}")) { return .object(JSONObject(members)) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("name expected") }
      let name = try string()
      skipSpace()
      guard skip(UInt8(ascii: ":")) else { throw failure("':' expected") }
      skipSpace()
      members.append(JSONMember(name: name, value: try value(depth: depth)))
      skipSpace()
      if skip(UInt8(ascii: "}")) { return .object(JSONObject(members)) }
      guard skip(UInt8(ascii: ",")) else { throw failure("',' or '}' expected") }
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    for index in 0..<word.utf8CodeUnitCount {
      guard skip(word.utf8Start[index]) else { throw failure("value expected") }
    }
  }
}
