/// A DNS message (RFC 1035 4, with RFC 6762 18 for multicast).
package struct DNSMessage: Hashable, Sendable {
  /// Tells which query a unicast response answers; 0 in multicast messages (RFC 6762 18.1).
  package var id: UInt16
  /// The second word of the header: QR, opcode, AA, TC, RD, RA, RCODE.
  package var flags: UInt16
  /// At most `questionLimit` in a message that was read.
  package var questions: [DNSQuestion]
  /// What was asked for; in a query, what the asker knows already (RFC 6762 7.1).
  package var answers: [DNSRecord]
  /// In a probe, the records the sender wants to own (RFC 6762 8.2).
  package var authorities: [DNSRecord]
  /// What the receiver will ask for next (RFC 6763 12).
  package var additionals: [DNSRecord]

  /// A query.
  package static let queryFlags: UInt16 = 0
  /// A response with authority, as every multicast response is (RFC 6762 18.4).
  package static let responseFlags: UInt16 = 0x8400
  /// More known answers follow in the next packet (RFC 6762 18.5).
  package static let truncatedFlag: UInt16 = 0x0200

  /// The largest message, headers of IP and UDP left out of the 9000 bytes of RFC 6762 17.
  package static let sizeLimit = 9000
  /// More questions in one message are refused.
  package static let questionLimit = 256
  /// More records in one message are refused.
  package static let recordLimit = 1024

  /// A message of these parts, which are not checked; `encoded` refuses what is too large.
  package init(
    id: UInt16 = 0, flags: UInt16, questions: [DNSQuestion] = [], answers: [DNSRecord] = [],
    authorities: [DNSRecord] = [], additionals: [DNSRecord] = []
  ) {
    self.id = id
    self.flags = flags
    self.questions = questions
    self.answers = answers
    self.authorities = authorities
    self.additionals = additionals
  }

  /// The QR bit: a response, else a query (RFC 1035 4.1.1).
  package var isResponse: Bool { flags & 0x8000 != 0 }
  /// The TC bit: in a query, more known answers follow (RFC 6762 18.5).
  package var isTruncated: Bool { flags & DNSMessage.truncatedFlag != 0 }
  /// 0 is a query; messages of other kinds are ignored by multicast DNS (RFC 6762 18.3).
  package var opcode: UInt16 { flags >> 11 & 15 }
  /// Not 0 is an error, which multicast DNS ignores (RFC 6762 18.11).
  package var responseCode: UInt16 { flags & 15 }

  /// Reads a message. A question or a record that says nothing as it stands is left out, and what stands behind the last
  /// one is not looked at.
  ///
  /// - Throws: where it cannot be told where the next part begins, or it is too large.
  package init(decoding bytes: [UInt8]) throws(DNSError) {
    guard bytes.count <= DNSMessage.sizeLimit else { throw DNSError.tooLong }
    var reader = DNSReader(bytes)
    id = try reader.word()
    flags = try reader.word()
    let questionCount = Int(try reader.word())
    let counts = (Int(try reader.word()), Int(try reader.word()), Int(try reader.word()))
    guard questionCount <= DNSMessage.questionLimit,
      counts.0 + counts.1 + counts.2 <= DNSMessage.recordLimit
    else { throw DNSError.tooMany }
    questions = []
    for _ in 0..<questionCount {
      if let question = try reader.question() { questions.append(question) }
    }
    answers = try reader.records(counts.0)
    authorities = try reader.records(counts.1)
    additionals = try reader.records(counts.2)
  }

  /// The message as bytes, names compressed; nil where it is larger than `limit`.
  ///
  /// - Parameter compressesTargets: whether SRV targets are compressed too, which only multicast DNS
  ///   permits (RFC 6762 18.14).
  package func encoded(limit: Int = DNSMessage.sizeLimit, compressesTargets: Bool = true) -> [UInt8]? {
    var writer = DNSWriter(id: id, flags: flags, limit: limit, compressesTargets: compressesTargets)
    for question in questions where !writer.append(question) { return nil }
    for record in answers where !writer.append(record, to: .answer) { return nil }
    for record in authorities where !writer.append(record, to: .authority) { return nil }
    for record in additionals where !writer.append(record, to: .additional) { return nil }
    return writer.bytes
  }
}

/// Why bytes are no DNS message.
package enum DNSError: Error, Equatable, Sendable, CustomStringConvertible {
  /// More than `DNSMessage.sizeLimit` bytes.
  case tooLong
  /// More questions or records than the limits of `DNSMessage`.
  case tooMany
  /// The bytes end within the message.
  case truncated
  /// A part is not as the RFC says; the text says which, as a phrase.
  case malformed(String)

  /// One phrase for the log, without the sender.
  package var description: String {
    switch self {
    case .tooLong: "DNS message longer than 9000 bytes"
    case .tooMany: "DNS message with too many questions or records"
    case .truncated: "DNS message ends early"
    case .malformed(let reason): "DNS message malformed: " + reason
    }
  }
}
