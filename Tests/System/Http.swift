import Foundation
import TestSupport

/// An answer as it came over the wire.
struct Answer {
  let status: Int
  let headers: [(name: String, value: String)]
  let body: Data

  subscript(header: String) -> String? {
    headers.first { $0.name.lowercased() == header.lowercased() }?.value
  }

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: Value { Value(try? JSONSerialization.jsonObject(with: body, options: .fragmentsAllowed)) }
}

/// JSON of any shape: a missing member is a missing value, not an error.
struct Value {
  let any: Any?

  init(_ any: Any?) {
    self.any = any
  }

  subscript(name: String) -> Value { Value((any as? [String: Any])?[name]) }
  subscript(index: Int) -> Value {
    let items = any as? [Any] ?? []
    return Value(items.indices.contains(index) ? items[index] : nil)
  }
  var string: String? { any as? String }
  var int: Int? { (any as? NSNumber)?.intValue }
  var array: [Value] { (any as? [Any] ?? []).map { Value($0) } }
  var members: [String: Any] { any as? [String: Any] ?? [:] }
  var isNull: Bool { any is NSNull }
  var exists: Bool { any != nil }
}

/// One TCP connection of a client that may be as rude as a test wants it.
final class Connection {
  let descriptor: Int32
  private(set) var received = Data()

  /// - Parameter space: the network namespace that the client is in; nil for this process's own.
  init(port: UInt16, host: String = "127.0.0.1", space: String? = nil) throws {
    descriptor = try Self.socket(in: space)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, host, &address.sin_addr)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw LabError("connect \(host):\(port): \(String(cString: strerror(errno)))") }
  }

  /// setns(2), which the C library's headers show only to those who ask for its extensions.
  private static let enter = unsafeBitCast(
    dlsym(nil, "setns"), to: (@convention(c) (Int32, Int32) -> Int32).self)
  /// CLONE_NEWNET.
  private static let networkOnly: Int32 = 0x4000_0000

  /// A socket stays in the namespace in which it was made.
  private static func socket(in space: String?) throws -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard let space else { return Glibc.socket(AF_INET, kind, 0) }
    let own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    let other = open("/run/netns/\(space)", O_RDONLY | O_CLOEXEC)
    defer {
      close(own)
      close(other)
    }
    guard own >= 0, enter(other, networkOnly) == 0 else {
      throw LabError("namespace \(space): \(String(cString: strerror(errno)))")
    }
    let made = Glibc.socket(AF_INET, kind, 0)
    guard enter(own, networkOnly) == 0 else { fatalError("setns: \(String(cString: strerror(errno)))") }
    return made
  }

  deinit {
    close(descriptor)
  }

  func send(_ text: String) {
    send(Data(text.utf8))
  }

  /// Sends what the peer takes.
  func send(_ bytes: Data) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  func halfClose() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Takes what comes within a time.
  ///
  /// - Returns: false at the stream's end.
  @discardableResult
  func receive(seconds: Double) -> Bool {
    var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&poller, 1, Int32(seconds * 1000)) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { received.append(contentsOf: buffer[..<count]) }
    return count > 0
  }

  /// Reads until the received bytes are enough, or throws.
  func receive(within seconds: Double, until isEnough: (Data) -> Bool) throws {
    let deadline = Date() + seconds
    while !isEnough(received) {
      let rest = deadline.timeIntervalSinceNow
      guard rest > 0, receive(seconds: min(rest, 0.5)) else {
        if isEnough(received) { return }
        throw LabError("ended or too slow after '\(String(decoding: received.suffix(300), as: UTF8.self))'")
      }
    }
  }

  /// Whether the peer closes within a time.
  func isClosed(within seconds: Double) -> Bool {
    let deadline = Date() + seconds
    while Date() < deadline {
      if !receive(seconds: 0.2) { return true }
    }
    return false
  }

  /// The next whole answer; its bytes are taken away.
  func answer(seconds: Double = 30, isHead: Bool = false) throws -> Answer {
    let blank = Data("\r\n\r\n".utf8)
    try receive(within: seconds) { $0.range(of: blank) != nil }
    guard let end = received.range(of: blank) else { throw LabError("no head") }
    let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ", maxSplits: 2)
    guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw LabError("not a status line: \(lines[0])")
    }
    let headers = lines.dropFirst().map { line -> (name: String, value: String) in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
    }
    let head = Answer(status: status, headers: headers, body: Data())
    received = Data(received[end.upperBound...])
    var body = Data()
    if isHead || status == 204 || status == 304 || status < 200 {
    } else if head["Transfer-Encoding"] == "chunked" {
      body = try chunks(seconds: seconds)
    } else if let length = head["Content-Length"].flatMap({ Int($0) }) {
      try receive(within: seconds) { $0.count >= length }
      body = Data(received.prefix(length))
      received = Data(received.dropFirst(length))
    }
    return Answer(status: status, headers: headers, body: body)
  }

  /// The status of the next answer, of which no more is read.
  func answerHead(seconds: Double = 30) throws -> Int {
    try receive(within: seconds) { $0.count >= 12 }
    return Int(String(decoding: received.prefix(12).suffix(3), as: UTF8.self)) ?? 0
  }

  private func chunks(seconds: Double) throws -> Data {
    var body = Data()
    let deadline = Date() + seconds
    while true {
      let lineEnd = Data("\r\n".utf8)
      try receive(within: deadline.timeIntervalSinceNow) { $0.range(of: lineEnd) != nil }
      guard let line = received.range(of: lineEnd),
        let size = Int(String(decoding: received[..<line.lowerBound], as: UTF8.self), radix: 16)
      else { throw LabError("not a chunk") }
      received = Data(received[line.upperBound...])
      try receive(within: deadline.timeIntervalSinceNow) { $0.count >= size + 2 }
      body.append(received.prefix(size))
      received = Data(received.dropFirst(size + 2))
      if size == 0 { return body }
    }
  }
}
