import Basics

/// Writes a DNS message piece by piece within a size: what does not fit any more leaves no trace.
package struct DNSWriter {
  /// Where a record stands; records are appended in this order.
  package enum Section: Int, Sendable {
    /// What was asked for.
    case answer = 6
    /// What a probe wants to own.
    case authority = 8
    /// What will be asked for next.
    case additional = 10
  }

  /// The message so far, complete at any time.
  package private(set) var bytes: [UInt8]
  private let limit: Int
  private let compressesTargets: Bool
  /// Where labels begin that later names may point to.
  private var labels: [Int] = []

  /// As many places are remembered; names beyond them are still written, only longer.
  private static let labelLimit = 256

  /// Begins a message with its header and no records.
  ///
  /// - Parameter limit: bytes, at least the 12 of the header; no more than `DNSMessage.sizeLimit` is taken.
  package init(
    id: UInt16 = 0, flags: UInt16, limit: Int = DNSMessage.sizeLimit, compressesTargets: Bool = true
  ) {
    bytes = []
    self.limit = min(limit, DNSMessage.sizeLimit)
    self.compressesTargets = compressesTargets
    word(id)
    word(flags)
    for _ in 0..<8 { bytes.append(0) }
  }

  /// Sets a flag of the header afterwards.
  package mutating func set(flag: UInt16) {
    bytes[2] |= UInt8(truncatingIfNeeded: flag >> 8)
    bytes[3] |= UInt8(truncatingIfNeeded: flag)
  }

  /// Whether the question fitted.
  package mutating func append(_ question: DNSQuestion) -> Bool {
    let mark = (bytes.count, labels.count)
    name(question.name, compressed: true)
    word(question.type.rawValue)
    word(question.recordClass & 0x7FFF | (question.wantsUnicast ? 0x8000 : 0))
    return keep(mark, countAt: 4)
  }

  /// Whether the record fitted.
  package mutating func append(_ record: DNSRecord, to section: Section) -> Bool {
    let mark = (bytes.count, labels.count)
    name(record.name, compressed: true)
    word(record.type.rawValue)
    word(record.recordClass | (record.cacheFlush ? 0x8000 : 0))
    word(UInt16(truncatingIfNeeded: record.ttl >> 16))
    word(UInt16(truncatingIfNeeded: record.ttl))
    let lengthAt = bytes.count
    word(0)
    data(record.data)
    let length = bytes.count - lengthAt - 2
    bytes[lengthAt] = UInt8(truncatingIfNeeded: length >> 8)
    bytes[lengthAt + 1] = UInt8(truncatingIfNeeded: length)
    return keep(mark, countAt: section.rawValue)
  }

  private mutating func keep(_ mark: (bytes: Int, labels: Int), countAt place: Int) -> Bool {
    guard bytes.count <= limit, bytes[place] < 0xFF || bytes[place + 1] < 0xFF else {
      bytes.removeSubrange(mark.bytes...)
      labels.removeSubrange(mark.labels...)
      return false
    }
    bytes[place + 1] &+= 1
    if bytes[place + 1] == 0 { bytes[place] += 1 }
    return true
  }

  private mutating func word(_ value: UInt16) {
    bytes.append(UInt8(value >> 8))
    bytes.append(UInt8(value & 0xFF))
  }

  private mutating func data(_ data: DNSData) {
    switch data {
    case .address(let address): bytes += address.bytes
    case .pointer(let target): name(target, compressed: true)
    case .service(let service):
      word(service.priority)
      word(service.weight)
      word(service.port)
      name(service.target, compressed: compressesTargets)
    case .text(let text): bytes += text.bytes
    case .types(let next, let types):
      name(next, compressed: compressesTargets)
      DNSWriter.append(bitMapOf: types, to: &bytes)
    case .other(_, let raw): bytes += raw
    }
  }

  /// The bit maps of an NSEC record (RFC 4034 4.1.2).
  private static func append(bitMapOf types: [DNSType], to bytes: inout [UInt8]) {
    let types = types.ordered { $0.rawValue < $1.rawValue }
    var index = 0
    while index < types.count {
      let window = types[index].rawValue >> 8
      var map: [UInt8] = []
      while index < types.count, types[index].rawValue >> 8 == window {
        let place = Int(types[index].rawValue & 0xFF)
        while map.count <= place / 8 { map.append(0) }
        map[place / 8] |= 0x80 >> UInt8(place % 8)
        index += 1
      }
      bytes.append(UInt8(window))
      bytes.append(UInt8(map.count))
      bytes += map
    }
  }

  private mutating func name(_ name: DNSName, compressed: Bool) {
    let wire = name.bytes
    var position = 0
    while position < wire.count, wire[position] > 0 {
      if compressed, let place = labels.first(where: { matches(wire, from: position, at: $0) }) {
        word(0xC000 | UInt16(place))
        return
      }
      // A pointer has 14 bits.
      if bytes.count < 0x4000, labels.count < DNSWriter.labelLimit { labels.append(bytes.count) }
      let end = min(wire.count, position + 1 + Int(wire[position]))
      bytes += wire[position..<end]
      position = end
    }
    bytes.append(0)
  }

  /// Whether the rest of a name stands, to the letter, at a place of the message.
  private func matches(_ wire: [UInt8], from start: Int, at place: Int) -> Bool {
    var position = start
    var place = place
    while place + 1 < bytes.count, bytes[place] >= 0xC0 {
      place = Int(bytes[place] & 0x3F) << 8 | Int(bytes[place + 1])
    }
    while position < wire.count {
      guard place < bytes.count else { return false }
      if bytes[place] >= 0xC0 {
        guard place + 1 < bytes.count else { return false }
        place = Int(bytes[place] & 0x3F) << 8 | Int(bytes[place + 1])
        continue
      }
      let count = Int(wire[position])
      guard bytes[place] == wire[position], place + count < bytes.count else { return false }
      if count == 0 { return true }
      for offset in 1...count where bytes[place + offset] != wire[position + offset] { return false }
      position += count + 1
      place += count + 1
    }
    return false
  }
}

extension DNSData {
  /// The data as bytes without compression, by which simultaneous probes are compared (RFC 6762 8.2).
  package var uncompressed: [UInt8] {
    switch self {
    case .address(let address): return address.bytes
    case .pointer(let target): return target.bytes
    case .service(let service):
      var bytes: [UInt8] = []
      for word in [service.priority, service.weight, service.port] {
        bytes.append(UInt8(word >> 8))
        bytes.append(UInt8(word & 0xFF))
      }
      return bytes + service.target.bytes
    case .text(let text): return text.bytes
    case .types(let next, _): return next.bytes
    case .other(_, let raw): return raw
    }
  }
}
