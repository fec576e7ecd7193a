import Foundation
import TestSupport
import Testing

/// A callback's server: answers with the statuses of a list, and keeps what it was sent.
private final class Receiver: @unchecked Sendable {
  let port: UInt16
  private let listener: Int32
  private let lock = NSLock()
  private var statuses: [Int]
  private var taken: [(time: Date, status: Int, run: Value)] = []

  var requests: [(time: Date, status: Int, run: Value)] {
    lock.withLock { taken }
  }

  /// - Parameter statuses: of the first answers; later ones are 200.
  init(statuses: [Int] = []) throws {
    self.statuses = statuses
    port = try Lab.freePort()
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var on: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let listener = self.listener
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(listener, 16) == 0 else { throw LabError("no server") }
    Thread.detachNewThread { self.serve() }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { return }
      let (head, body) = Self.read(connection)
      let run = Value(try? JSONSerialization.jsonObject(with: body))
      let isPost =
        head.hasPrefix("POST /told HTTP/1.1\r\n")
        && head.lowercased().contains("content-type: application/json")
      let status = lock.withLock { () -> Int in
        let status = isPost ? (statuses.isEmpty ? 200 : statuses.removeFirst()) : 400
        taken.append((Date(), status, run))
        return status
      }
      let answer = "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
      _ = send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
      close(connection)
    }
  }

  private static func read(_ connection: Int32) -> (String, Data) {
    var bytes = Data()
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      if let end = bytes.range(of: Data("\r\n\r\n".utf8)) {
        let head = String(decoding: bytes[..<end.upperBound], as: UTF8.self)
        let line =
          head.lowercased().components(separatedBy: "\r\n").first { $0.hasPrefix("content-length:") } ?? ""
        let length = Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces)) ?? 0
        if bytes.count - end.upperBound >= length { return (head, Data(bytes[end.upperBound...])) }
      }
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return ("", bytes) }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}

/// `StatusCallbackURI` and `callback`: each change of a run's state, in order, until it was taken.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"))
struct CallbackTests {
  private static let order = ["accepted", "placing", "pulling", "starting", "running", "finished"]

  private func check(_ states: [String]) {
    // States that follow each other within one moment may be told as the last of them.
    #expect(states.count > 1 && states.last == "finished", "\(states)")
    let places = states.compactMap { Self.order.firstIndex(of: $0) }
    #expect(places == places.sorted() && Set(places).count == states.count, "\(states)")
  }

  @Test func everyStateIsToldInOrderAndTheEndWithItsCode() throws {
    let receiver = try Receiver()
    try Agent.with { agent in
      let answer = try agent.homeEdge(
        run: ["--network", "none", "busybox", "sh", "-c", "exit 3"],
        more: #""StatusCallbackURI":"http://localhost:\#(receiver.port)/told","#)
      #expect(answer.json["Message"].string == "ERROR_NONE", "\(answer.text)")
      try Lab.eventually("the end is told") { receiver.requests.last?.run["state"].string == "finished" }
      check(receiver.requests.map { $0.run["state"].string ?? "" })
      #expect(receiver.requests.last?.run["exitCode"].int == 3)
    }
  }

  @Test func aServerThatFailsIsAskedAgainWithGrowingPauses() throws {
    let receiver = try Receiver(statuses: [500, 503])
    try Agent.with { agent in
      let callback = #""callback":"http://127.0.0.1:\#(receiver.port)/told","#
      _ = try agent.submit(["--network", "none", "busybox", "true"], more: callback)
      try Lab.eventually(within: 40, "the end is told") {
        receiver.requests.last?.run["state"].string == "finished"
      }
      let requests = receiver.requests
      check(requests.filter { $0.status == 200 }.map { $0.run["state"].string ?? "" })
      #expect(requests[1].time.timeIntervalSince(requests[0].time) > 0.8)
      #expect(requests[2].time.timeIntervalSince(requests[1].time) > 1.8)
    }
  }

  @Test func anEndThatWasNotTakenIsToldByTheNextAgent() throws {
    try Agent.with { agent in
      let port = try Lab.freePort()
      let callback = #""callback":"http://127.0.0.1:\#(port)/told","#
      let id = try agent.submit(["--network", "none", "busybox", "sh", "-c", "exit 8"], more: callback)
      _ = try agent.end(of: id)
      try agent.kill9()
      let path = agent.state + "/runs.journal"
      let receiver = try Receiver()
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains(":\(port)/told"))
      // Another port for the same run: the checksum of the line is that of FNV-1a.
      let changed = text.split(separator: "\n").map { line -> String in
        let body = line.drop { $0 != " " }.dropFirst().replacingOccurrences(
          of: ":\(port)/", with: ":\(receiver.port)/")
        let sum = body.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return String(sum, radix: 16) + " " + body + "\n"
      }
      try changed.joined().write(toFile: path, atomically: true, encoding: .utf8)
      try agent.start()
      try Lab.eventually("the end is told") { receiver.requests.last?.run["exitCode"].int == 8 }
      sleep(1)
      try agent.kill9()
      try agent.start()
      sleep(2)
      #expect(receiver.requests.count == 1)
    }
  }

  @Test(arguments: ["https://a/", "nonsense", "http://", "file:///etc/passwd", "http://a:99999/"])
  func anAddressThatCannotBeToldIsRefusedInWords(address: String) throws {
    try Agent.with { agent in
      let message =
        try agent.homeEdge(
          run: ["--network", "none", "hello-world"], more: #""StatusCallbackURI":"\#(address)","#
        ).json["Reason"].string ?? ""
      #expect(message.contains("StatusCallbackURI"), "\(message)")
      #expect(try agent.get("/api/v2/runs").json["runs"].array.isEmpty)
    }
  }
}
