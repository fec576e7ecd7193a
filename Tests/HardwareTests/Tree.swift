import Foundation

@testable import Hardware

/// A folder that stands for the root of some board, removed with this object.
final class Tree {
  let root: String

  init() {
    root = NSTemporaryDirectory() + "hearth-tree-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)
  }

  /// A captured tree from `Fixtures`, without the folder `prefix`.
  convenience init(captured name: String, without prefix: String = "") throws {
    self.init()
    let text = try String(contentsOfFile: fixturePath(name), encoding: .utf8)
    try unpack(text, without: prefix)
  }

  func write(_ path: String, _ text: String) {
    let full = root + "/" + path
    let folder = (full as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // In place, as the kernel does it: an open file sees the new text.
    if let handle = FileHandle(forWritingAtPath: full) {
      handle.truncateFile(atOffset: 0)
      handle.write(Data(text.utf8))
      handle.closeFile()
    } else {
      FileManager.default.createFile(atPath: full, contents: Data(text.utf8))
    }
  }

  func link(_ path: String, to target: String) {
    let full = root + "/" + path
    let folder = (full as NSString).deletingLastPathComponent
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: target)
  }

  func makeFolder(_ path: String) {
    try? FileManager.default.createDirectory(atPath: root + "/" + path, withIntermediateDirectories: true)
  }

  func remove(_ path: String) {
    try? FileManager.default.removeItem(atPath: root + "/" + path)
  }

  func sampler() -> Sampler {
    Sampler(root: root, statePath: "/state", enginePath: "/engine")
  }

  /// A sampler after samples at 0 s, 1 s, … `count` - 1.
  func sampled(_ count: Int = 1) -> Sampler {
    let sampler = sampler()
    for second in 0..<count { sampler.sample(at: seconds(second)) }
    return sampler
  }

  /// Unpacks the text format that the README of the fixtures describes.
  private func unpack(_ text: String, without prefix: String) throws {
    var lines = text.components(separatedBy: "\n")[...]
    var path = ""
    while let line = lines.popFirst() {
      if line.hasPrefix("Path: ") || line.hasPrefix("Directory: ") {
        path = String(line.drop { $0 != " " }.dropFirst())
        if path.hasPrefix(prefix) { path.removeFirst(prefix.count) }
        if line.hasPrefix("Directory: ") { makeFolder(path) }
      } else if line.hasPrefix("SymlinkTo: ") {
        link(path, to: String(line.dropFirst("SymlinkTo: ".count)))
      } else if line.hasPrefix("Lines: "), let count = Int(line.dropFirst("Lines: ".count)) {
        var body = lines.prefix(count).map { $0 + "\n" }.joined()
        lines = lines.dropFirst(count)
        if body.hasSuffix("EOF\n") { body.removeLast(4) }
        write(path, body.replacingOccurrences(of: "NULLBYTE", with: "\0"))
      }
    }
  }
}

func fixturePath(_ name: String) -> String {
  (#filePath as NSString).deletingLastPathComponent + "/Fixtures/" + name
}

func seconds(_ count: Int) -> Instant {
  Instant(nanoseconds: Int64(count) * 1_000_000_000)
}

/// Runs a parser over a text.
func parsed<Value>(_ text: String, _ parse: (inout Cursor) -> Value?) -> Value? {
  Array(text.utf8).withUnsafeBytes { bytes in
    var cursor = Cursor(bytes)
    return parse(&cursor)
  }
}
