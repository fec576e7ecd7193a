internal import CLinux

/// What the kernel says of links and addresses (rtnetlink(7)), as far as it matters here.
package enum RouteMessage: Equatable {
  /// An interface is there or has changed; the flags are IFF_* of netdevice(7).
  case link(index: UInt32, name: String, flags: UInt32)
  /// An interface is gone, its addresses with it.
  case linkGone(index: UInt32)
  /// The interface has this address, or the address has changed.
  case address(index: UInt32, LinkAddress)
  /// The interface has lost this address.
  case addressGone(index: UInt32, LinkAddress)
  /// The end of a dump; `isWhole` is false where something changed meanwhile.
  case done(isWhole: Bool)
  /// A request failed; the errno, above 0.
  case error(Int32)

  /// The messages of one datagram; what is damaged or unknown is passed over.
  ///
  /// They are in the byte order of the host, which is little-endian on every board.
  static func decode(_ bytes: [UInt8]) -> [RouteMessage] {
    var messages: [RouteMessage] = []
    var reader = RouteReader(bytes[...])
    while let size = reader.uint32(at: 0), let length = Int(exactly: size), length >= 16,
      length <= reader.count
    {
      if let message = decode(reader.part(0, length)) { messages.append(message) }
      reader.drop(aligned(length))
    }
    return messages
  }

  private static func decode(_ message: RouteReader) -> RouteMessage? {
    guard let type = message.uint16(at: 4), let flags = message.uint16(at: 6) else { return nil }
    switch Int(type) {
    case Int(NLMSG_ERROR):
      guard let number = message.uint32(at: 16) else { return nil }
      let error = Int32(truncatingIfNeeded: number)
      return error == 0 ? nil : .error(0 &- error)
    case Int(NLMSG_DONE): return .done(isWhole: flags & UInt16(NLM_F_DUMP_INTR) == 0)
    case Int(RTM_NEWLINK): return link(message, isGone: false)
    case Int(RTM_DELLINK): return link(message, isGone: true)
    case Int(RTM_NEWADDR): return address(message, isGone: false)
    case Int(RTM_DELADDR): return address(message, isGone: true)
    default: return nil
    }
  }

  /// struct ifinfomsg is 16 bytes: family, type, index at 4, flags at 8.
  private static func link(_ message: RouteReader, isGone: Bool) -> RouteMessage? {
    // Bridges send messages of their own about their ports (AF_BRIDGE), whose end is not the interface's.
    guard message.byte(at: 16) == 0, let index = message.uint32(at: 20), index > 0,
      let flags = message.uint32(at: 24)
    else { return nil }
    if isGone { return .linkGone(index: index) }
    var name: String?
    message.attributes(from: 32) { type, value in
      if type == Int(IFLA_IFNAME), value.count <= Int(IFNAMSIZ) { name = value.text }
    }
    guard let name else { return nil }
    return .link(index: index, name: name, flags: flags)
  }

  /// struct ifaddrmsg is 8 bytes: family, prefix, flags, scope, index.
  private static func address(_ message: RouteReader, isGone: Bool) -> RouteMessage? {
    guard let family = message.byte(at: 16), let prefix = message.byte(at: 17),
      let brief = message.byte(at: 18),
      let index = message.uint32(at: 20), index > 0
    else { return nil }
    let size = family == UInt8(AF_INET) ? 4 : family == UInt8(AF_INET6) ? 16 : 0
    var flags = UInt32(brief)
    var local: [UInt8] = []
    var other: [UInt8] = []
    message.attributes(from: 24) { type, value in
      switch type {
      // IFA_ADDRESS is the far end on a point-to-point link, where IFA_LOCAL is ours.
      case Int(IFA_ADDRESS): other = value.bytes
      case Int(IFA_LOCAL): local = value.bytes
      case Int(IFA_FLAGS): flags = value.uint32(at: 0) ?? flags
      default: break
      }
    }
    let bytes = local.isEmpty ? other : local
    guard size > 0, bytes.count == size, Int(prefix) <= size * 8 else { return nil }
    let address = LinkAddress(bytes: bytes, prefix: prefix, flags: flags)
    return isGone ? .addressGone(index: index, address) : .address(index: index, address)
  }

  fileprivate static func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
}

/// An address of an interface.
package struct LinkAddress: Equatable {
  /// 4 or 16 bytes in network order.
  package var bytes: [UInt8]
  /// The length of the subnet's part in bits: 0...32 or 0...128.
  package var prefix: UInt8
  /// IFA_F_*.
  var flags: UInt32

  /// Duplicate address detection is under way, or has failed (RFC 4862 5.4): nobody may use it.
  var isTentative: Bool { flags & UInt32(IFA_F_TENTATIVE | IFA_F_DADFAILED) != 0 }
  /// Better not used for anything new.
  package var isDeprecated: Bool { flags & UInt32(IFA_F_DEPRECATED) != 0 }
  /// A privacy address (RFC 8981), or a second one of an IPv4 subnet: the bit is the same.
  var isTemporary: Bool { flags & UInt32(IFA_F_TEMPORARY) != 0 }
  /// 169.254/16 (RFC 3927) or fe80::/10.
  var isLinkLocal: Bool {
    bytes.count == 4 ? bytes[0] == 169 && bytes[1] == 254 : bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
  }
  var isLoopback: Bool { IPAddress(bytes: bytes).isLoopback }
}

/// Fields of a message at their places; nil beyond its end.
private struct RouteReader {
  private var slice: ArraySlice<UInt8>

  init(_ slice: ArraySlice<UInt8>) {
    self.slice = slice
  }

  var count: Int { slice.count }
  var bytes: [UInt8] { Array(slice) }
  /// Up to the first zero.
  var text: String { String(decoding: slice.prefix { $0 != 0 }, as: UTF8.self) }

  func byte(at offset: Int) -> UInt8? {
    offset < slice.count ? slice[slice.startIndex + offset] : nil
  }

  func uint16(at offset: Int) -> UInt16? {
    guard offset + 2 <= slice.count else { return nil }
    let start = slice.startIndex + offset
    return UInt16(slice[start]) | UInt16(slice[start + 1]) << 8
  }

  func uint32(at offset: Int) -> UInt32? {
    guard let low = uint16(at: offset), let high = uint16(at: offset + 2) else { return nil }
    return UInt32(low) | UInt32(high) << 16
  }

  func part(_ offset: Int, _ length: Int) -> RouteReader {
    RouteReader(slice.dropFirst(offset).prefix(length))
  }

  mutating func drop(_ length: Int) {
    slice = slice.dropFirst(length)
  }

  /// Each attribute (struct rtattr: length with its 4 bytes of header, type, value).
  func attributes(from offset: Int, _ body: (Int, RouteReader) -> Void) {
    var rest = part(offset, slice.count)
    while let length = rest.uint16(at: 0), length >= 4, Int(length) <= rest.count,
      let type = rest.uint16(at: 2)
    {
      // The upper two bits say how the value is built (NLA_TYPE_MASK).
      body(Int(type & 0x3fff), rest.part(4, Int(length) - 4))
      rest.drop(RouteMessage.aligned(Int(length)))
    }
  }
}
