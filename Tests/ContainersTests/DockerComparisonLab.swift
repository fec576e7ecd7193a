import Basics
import Foundation
import TestSupport
import Wire

@testable import Containers

/// A real Engine for tests: that of HEARTH_ENGINE, else one that Tests/lab/hosts/engine starts and stops.
struct ComparisonLab {
  let socket: String
  let folder: Foundation.URL
  private let started: Bool

  static let script = Foundation.URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("lab/hosts/engine").path

  static var isAvailable: Bool {
    ProcessInfo.processInfo.environment["HEARTH_ENGINE"] != nil || getuid() == 0
  }

  struct Trouble: Error, CustomStringConvertible {
    let description: String
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hearth-comparison-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    if let given = ProcessInfo.processInfo.environment["HEARTH_ENGINE"] {
      (socket, started) = (given, false)
      return
    }
    let start = try run(Self.script, ["start", folder.path])
    guard start.code == 0 else { throw Trouble(description: start.error) }
    socket = start.output.trimmingCharacters(in: .whitespacesAndNewlines)
    started = true
  }

  func stop() {
    if started { _ = try? run(Self.script, ["stop", folder.path]) }
    try? FileManager.default.removeItem(at: folder)
  }

  func docker(_ arguments: [String], environment: [String: String] = [:]) throws -> Finished {
    try run("/usr/bin/docker", ["-H", "unix://\(socket)"] + arguments, environment: environment)
  }

  /// One call of the Engine's API 1.41 through the socket.
  func call(_ method: String, _ path: String, body: [UInt8]? = nil) throws -> (status: Int, body: JSON) {
    var arguments = [
      "-s", "--max-time", "60", "-X", method, "--unix-socket", socket, "-w", "\n%{http_code}",
      "http://engine/v1.41\(path)",
    ]
    if let body {
      let file = folder.appendingPathComponent("body.json")
      try Data(body).write(to: file)
      arguments += ["-H", "Content-Type: application/json", "--data-binary", "@\(file.path)"]
    }
    let finished = try run("/usr/bin/curl", arguments)
    var lines = finished.output.split(separator: "\n", omittingEmptySubsequences: false)
    let status = Int(lines.popLast() ?? "") ?? 0
    let text = lines.joined(separator: "\n")
    return (status, (try? JSON.parse([UInt8](text.utf8))) ?? .null)
  }
}

func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Finished {
  try Child([program] + arguments, environment: environment).finish()
}

extension JSON {
  /// The places where two values differ, members compared by name.
  static func differences(_ ours: JSON, _ theirs: JSON, at path: String = "") -> [String] {
    switch (ours, theirs) {
    case (.object(let ours), .object(let theirs)):
      let names = Set(ours.members.map(\.name)).union(theirs.members.map(\.name))
      return names.sorted().flatMap { name -> [String] in
        differences(ours[name] ?? "absent", theirs[name] ?? "absent", at: "\(path).\(name)")
      }
    case (.array(let ours), .array(let theirs)) where ours.count == theirs.count:
      return zip(ours, theirs).enumerated().flatMap { differences($1.0, $1.1, at: "\(path)[\($0)]") }
    default:
      if ours == theirs { return [] }
      return ["\(path): ours \(ours.shown), the client's \(theirs.shown)"]
    }
  }

  var shown: String { String(decoding: encoded(), as: UTF8.self) }
}
