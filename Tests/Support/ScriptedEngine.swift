import Foundation

/// A Docker Engine made of threads. It does what the real one does with containers that are nothing but a state, until a
/// test says for one kind of call what it does instead.
package final class ScriptedEngine: @unchecked Sendable {
  /// One call on its connection.
  package struct Call: Sendable {
    /// As `start`, `list` or `images`; `other` where it is none of these.
    package let verb: String
    /// Path and query, without the version.
    package let target: String
    /// The container's identifier; empty where it is about none.
    package let container: String
    /// The labels of that container.
    package let labels: [String: String]
    fileprivate let body: Data
    fileprivate let socket: Int32

    /// Answers with JSON.
    package func send(_ json: String) { send(200, json) }

    /// Answers with JSON and that status.
    package func send(_ status: Int, _ json: String) {
      send(
        head: "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\nContent-Length: \(json.utf8.count)")
      send(Data(json.utf8))
    }

    /// Answers with a message of an error.
    package func refuse(_ status: Int, _ message: String) {
      send(status, "{\"message\":\(Self.text(message))}")
    }

    fileprivate static func text(_ string: String) -> String {
      let data = (try? JSONSerialization.data(withJSONObject: [string])) ?? Data()
      return String(String(decoding: data, as: UTF8.self).dropFirst().dropLast())
    }

    /// The head of an answer, without its last line end.
    package func send(head: String) { send(Data((head + "\r\n\r\n").utf8)) }

    /// Bytes as they are.
    package func send(_ bytes: Data) {
      bytes.withUnsafeBytes { all in
        var sent = 0
        while sent < all.count {
          let count = Foundation.send(
            socket, all.baseAddress! + sent, all.count - sent, Int32(MSG_NOSIGNAL))
          guard count > 0 else { return }
          sent += count
        }
      }
    }

    /// Says nothing until the caller has gone.
    package func hang() {
      var byte: UInt8 = 0
      while recv(socket, &byte, 1, 0) > 0 {}
    }
  }

  /// A container.
  package struct Container: Sendable {
    /// As the create call gave them.
    package var labels: [String: String]
    /// `created`, `running` or `exited`.
    package var state = "created"
    /// How it ended.
    package var code = 0

    /// With these labels, in that state.
    package init(labels: [String: String], state: String = "created") {
      self.labels = labels
      self.state = state
    }
  }

  private let lock = NSCondition()
  private var listener: Int32 = -1
  private var all: [String: Container] = [:]
  private var made = 0
  private var counts: [String: Int] = [:]
  private var targets: [String] = []
  private var scripts: [String: @Sendable (Call) -> Bool] = [:]
  private var runTime: Double? = 0.1
  /// Its socket.
  package let path: String

  /// Listens in that folder.
  package init(folder: String) {
    path = folder + "/scripted.sock"
    unlink(path)
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) }
    }
    listen(listener, 256)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let engine = self else { return }
        Thread.detachNewThread {
          engine.serve(connection)
          close(connection)
        }
      }
    }
  }

  /// Listens no more.
  package func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    unlink(path)
  }

  /// From now on a call of this kind is answered by `action`; it says whether it has, else the call is answered well.
  package func script(_ verb: String, _ action: (@Sendable (Call) -> Bool)?) {
    locked { scripts[verb] = action }
  }

  /// Seconds for which programs run from now on; nil for ever.
  package func programsRun(for seconds: Double?) { locked { runTime = seconds } }

  /// How many calls of that kind came.
  package func count(of verb: String) -> Int { locked { counts[verb] ?? 0 } }

  /// Path and query of all calls so far.
  package var allTargets: [String] { locked { targets } }

  /// All containers by their identifiers.
  package var containers: [String: Container] { locked { all } }

  private func locked<Result>(_ body: () -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }

  // MARK: - Calls

  private func serve(_ socket: Int32) {
    guard let call = read(socket) else { return }
    let action = locked {
      counts[call.verb, default: 0] += 1
      targets.append(call.target)
      return scripts[call.verb]
    }
    if let action, action(call) { return }
    answer(call)
  }

  private func read(_ socket: Int32) -> Call? {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var end: Range<Data.Index>?
    var length = 0
    while true {
      if end == nil, let found = data.range(of: Data("\r\n\r\n".utf8)) {
        end = found
        let head = String(decoding: data[..<found.lowerBound], as: UTF8.self).lowercased()
        if let field = head.range(of: "content-length: ") {
          length = Int(head[field.upperBound...].prefix { $0.isNumber }) ?? 0
        }
      }
      if let end, data.count >= end.upperBound + length { break }
      let count = recv(socket, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      data += buffer[..<count]
    }
    guard let end else { return nil }
    let words = String(decoding: data, as: UTF8.self).split(separator: " ", maxSplits: 2)
    var target = String(words[1])
    if target.hasPrefix("/v1.") { target = "/" + target.dropFirst().drop { $0 != "/" }.dropFirst() }
    return call(String(words[0]), target, data[end.upperBound...], socket)
  }

  private func call(_ method: String, _ target: String, _ body: Data, _ socket: Int32) -> Call {
    let path = target.prefix { $0 != "?" }.split(separator: "/").map { String($0) }
    var verb = "other"
    var container = ""
    switch path.first {
    case "version": verb = "version"
    case "events": verb = "events"
    case "images": verb = path.last == "create" ? "pull" : "images"
    case "containers" where path.last == "create": verb = "create"
    case "containers" where path.count == 2 && path[1] == "json": verb = "list"
    case "containers" where path.count > 1:
      container = path[1]
      verb = path.count == 3 ? (path[2] == "json" ? "inspect" : path[2]) : "remove"
    default: break
    }
    let labels = locked { all[container]?.labels ?? [:] }
    return Call(
      verb: verb, target: target, container: container, labels: labels, body: body, socket: socket)
  }

  private func answer(_ call: Call) {
    switch call.verb {
    case "version":
      call.send(
        200, #"{"ApiVersion":"1.51","MinAPIVersion":"1.24","Version":"28.0","Os":"linux","Arch":"amd64"}"#)
    case "events":
      call.send(head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked")
      call.hang()
    case "images": call.send(#"[{"Id":"sha256:1","RepoTags":["busybox:latest"],"Size":4000000}]"#)
    case "pull": call.send("{\"status\":\"done\"}\n")
    case "list":
      call.send("[" + containers.map { Self.listed($0.key, $0.value) }.joined(separator: ",") + "]")
    case "create":
      let json = try? JSONSerialization.jsonObject(with: call.body) as? [String: Any]
      let labels = json?["Labels"] as? [String: String] ?? [:]
      let id = locked {
        made += 1
        let id = String(repeating: "0", count: 56) + String(format: "%08x", made)
        all[id] = Container(labels: labels)
        return id
      }
      call.send(201, #"{"Id":"\#(id)","Warnings":[]}"#)
    default:
      guard containers[call.container] != nil else {
        return call.refuse(404, "No such container: \(call.container)")
      }
      answer(ofContainer: call)
    }
  }

  private func answer(ofContainer call: Call) {
    let id = call.container
    switch call.verb {
    case "start":
      let time = locked {
        all[id]?.state = "running"
        return runTime
      }
      if let time {
        Thread.detachNewThread {
          Thread.sleep(forTimeInterval: time)
          self.finish(id, code: 0)
        }
      }
      call.send(head: "HTTP/1.1 204 X")
    case "wait":
      lock.lock()
      while all[id]?.state == "running" { lock.wait() }
      let code = all[id]?.code ?? 0
      lock.unlock()
      call.send(#"{"StatusCode":\#(code)}"#)
    case "inspect":
      guard let container = containers[id] else { return }
      let isUp = container.state == "running"
      let end = isUp ? "0001-01-01T00:00:00Z" : "2026-01-01T00:00:01Z"
      call.send(
        #"{"Id":"\#(id)","Config":{},"State":{"Status":"\#(container.state)","Running":\#(isUp),"#
          + #""ExitCode":\#(container.code),"StartedAt":"2026-01-01T00:00:00Z","FinishedAt":"\#(end)"}}"#)
    case "logs":
      call.send(head: "HTTP/1.1 200 OK\r\nContent-Length: 11")
      call.send(Data([1, 0, 0, 0, 0, 0, 0, 3]) + Data("hi\n".utf8))
    case "stop":
      finish(id, code: 137)
      call.send(head: "HTTP/1.1 204 X")
    case "remove":
      lock.lock()
      all[id] = nil
      lock.broadcast()
      lock.unlock()
      call.send(head: "HTTP/1.1 204 X")
    default:
      call.refuse(404, "?")
    }
  }

  private func finish(_ id: String, code: Int) {
    lock.lock()
    if all[id]?.state == "running" {
      all[id]?.state = "exited"
      all[id]?.code = code
      lock.broadcast()
    }
    lock.unlock()
  }

  /// A container as an Engine's list has it.
  package static func listed(_ id: String, _ container: Container) -> String {
    let labels = container.labels.map { "\(Call.text($0.key)):\(Call.text($0.value))" }
    return #"{"Id":"\#(id)","Names":["/x"],"Image":"busybox","ImageID":"sha256:1","Labels":{"#
      + labels.joined(separator: ",") + #"},"State":"\#(container.state)"}"#
  }
}
