import Basics
import Containers
import Foundation
import Testing
import Wire

/// A recorded answer of a real Engine (`Captures/capture` made them) and the call it answers.
struct EngineCapture: CustomTestStringConvertible, Sendable {
  let name: String
  let request: EngineRequest
  var terminal = false
  var version: EngineVersion? = EngineVersion(1, 41)

  var testDescription: String { name }

  var bytes: [UInt8] {
    get throws { try Self.bytes(of: name) }
  }

  static let folder = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent(
      "Captures")

  static func bytes(of name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent("\(name).http")))
  }

  static func named(_ name: String) throws -> EngineCapture {
    try #require(all.first { $0.name == name }, "no capture of that name: \(name)")
  }

  private static let weather = "127.0.0.1:5789/room/weather"

  static let all: [EngineCapture] = [
    .init(name: "version", request: .version),
    .init(name: "version-refused", request: .list(labels: [])),
    .init(name: "pull-layers", request: .pull(name: weather, tag: "1")),
    .init(name: "pull-present", request: .pull(name: weather, tag: "1")),
    .init(name: "pull-unknown-tag", request: .pull(name: weather, tag: "nosuch")),
    .init(name: "pull-broken-layer", request: .pull(name: "127.0.0.1:5789/room/broken", tag: "1")),
    .init(name: "pull-no-registry", request: .pull(name: "127.0.0.1:1/room/weather", tag: "1")),
    .init(name: "image", request: .imageInspect(reference: "\(weather):1")),
    .init(name: "image-missing", request: .imageInspect(reference: "nosuch:1")),
    .init(name: "create", request: .create(name: "hearth-capture", body: ["Image": "hearth-test"])),
    .init(
      name: "create-name-in-use", request: .create(name: "hearth-capture", body: ["Image": "hearth-test"])),
    .init(name: "create-no-image", request: .create(name: nil, body: ["Image": "nosuch:1"])),
    .init(name: "create-bad-body", request: .create(name: nil, body: ["Image": 7])),
    .init(name: "inspect-created", request: .inspect(id: "c")),
    .init(name: "start", request: .start(id: "c")),
    .init(name: "start-again", request: .start(id: "c")),
    .init(name: "remove-running", request: .remove(id: "c", force: false, volumes: false)),
    .init(name: "logs-follow", request: .logs(id: "c", follow: true)),
    .init(name: "wait", request: .wait(id: "c")),
    .init(name: "logs-timestamps", request: .logs(id: "c", follow: false, tail: 2)),
    .init(name: "inspect-exited", request: .inspect(id: "c")),
    .init(name: "list", request: .list(labels: ["hearth.run"])),
    .init(name: "list-empty", request: .list(labels: ["hearth.run"])),
    .init(name: "stop-stopped", request: .stop(id: "c", seconds: 1)),
    .init(name: "kill-stopped", request: .kill(id: "c", signal: "SIGTERM")),
    .init(name: "remove", request: .remove(id: "c", force: true, volumes: true)),
    .init(name: "remove-again", request: .remove(id: "c", force: true, volumes: true)),
    .init(name: "wait-missing", request: .wait(id: "c")),
    .init(name: "events", request: .events(labels: [])),
    .init(name: "logs-terminal", request: .logs(id: "c", follow: true), terminal: true),
    .init(name: "start-no-program", request: .start(id: "c")),
    .init(name: "wait-hungry", request: .wait(id: "c")),
    .init(name: "inspect-hungry", request: .inspect(id: "c")),
    .init(name: "attach", request: .attach(id: "c")),
  ]

  /// The events of the whole recording.
  func events() throws -> [EngineEvent] {
    try events(in: [bytes])
  }

  /// The events when the bytes come in these pieces and the connection is closed after them.
  func events(in pieces: [[UInt8]]) throws -> [EngineEvent] {
    var call = EngineCall(request, version: version, terminal: terminal)
    return call.replay(pieces)
  }
}

extension EngineCall {
  mutating func received(_ bytes: [UInt8]) -> [EngineEvent] {
    bytes.withUnsafeBytes { received($0) }
  }

  mutating func received(_ text: String) -> [EngineEvent] {
    received(Array(text.utf8))
  }

  /// All events of the pieces and the close after them.
  mutating func replay(_ pieces: [[UInt8]]) -> [EngineEvent] {
    var events: [EngineEvent] = []
    for piece in pieces { events += received(piece) }
    return events + closed()
  }
}

extension [EngineEvent] {
  /// The same events with output of one stream in a row made one piece: how it is cut depends on the reads.
  var joined: [EngineEvent] {
    var result: [EngineEvent] = []
    for event in self {
      if case .output(let stream, let more) = event, case .output(stream, let bytes)? = result.last {
        result[result.count - 1] = .output(stream, bytes + more)
      } else {
        result.append(event)
      }
    }
    return result
  }

  var ends: Int {
    count {
      switch $0 {
      case .done, .failed: true
      default: false
      }
    }
  }

  var error: EngineError? {
    if case .failed(let error)? = last { error } else { nil }
  }

  /// The text of one stream.
  func text(_ stream: EngineStream) -> String {
    var bytes: [UInt8] = []
    for case .output(stream, let piece) in self { bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }
}
