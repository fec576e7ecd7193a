internal import CLinux

@testable import Basics
@testable import Hardware
@testable import Platform
@testable import Readings
@testable import Sampling

/// A folder that stands for the root of some board, removed with this object.
final class Tree {
  let root: String

  init() {
    root = "/tmp/hearth-tree-\(UInt64.random(in: 0 ... .max))"
    mkdir(root, 0o755)
  }

  deinit {
    removeAll(root)
  }

  /// A captured tree from `Fixtures`, without the folder `prefix`.
  convenience init(captured name: String, without prefix: String = "") throws {
    self.init()
    unpack(try fixture(name), without: prefix)
  }

  func write(_ path: String, _ text: String) {
    makeFolder(parent(path))
    // In place, as the kernel does it: an open file sees the new text.
    let file = clinux_open(root + "/" + path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    let bytes = Array(text.utf8)
    _ = CLinux.write(file, bytes, bytes.count)
    close(file)
  }

  func link(_ path: String, to target: String) {
    makeFolder(parent(path))
    symlink(target, root + "/" + path)
  }

  func makeFolder(_ path: String) {
    var full = root
    for part in path.split(separator: "/") {
      full += "/" + part
      mkdir(full, 0o755)
    }
  }

  func remove(_ path: String) {
    removeAll(root + "/" + path)
  }

  private func removeAll(_ path: String) {
    guard unlink(path) != 0 else { return }
    var names: [String] = []
    _ = File.forEachName(in: path) { names.append($0.text()) }
    for name in names { removeAll(path + "/" + name) }
    rmdir(path)
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
  private func unpack(_ text: String, without prefix: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
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
        write(path, body.replacing("NULLBYTE", with: "\0"))
      }
    }
  }
}

struct NoFixture: Error {
  var name: String
}

/// The text of a file in `Fixtures`.
func fixture(_ name: String) throws -> String {
  let reader = FileReader(files: .system)
  var file = Attribute(parent(#filePath) + "/Fixtures/" + name, .once)
  guard let text = reader.contents(of: &file) else { throw NoFixture(name: name) }
  return text.text(limit: FileReader.largestFile) + "\n"
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
