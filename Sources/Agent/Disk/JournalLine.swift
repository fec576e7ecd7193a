import Basics
internal import CLinux
import Orchestration
import Platform
import Wire

/// A line of the journal: a checksum, a blank and a run as JSON.
enum JournalLine {
  /// A line holds what a request and the files it names brought, escaped, and our own members besides.
  private static let limit = 16 << 20
  private static let limits = JSON.Limits(bytes: limit, nodes: 1 << 16)
  /// More than the present runs can be; what is behind it was not written by us.
  private static let fileLimit = 256 << 20

  static func append(_ body: [UInt8], to lines: inout [UInt8]) {
    lines.makeRoom(forLong: body.count)
    lines += Array(String(checksum(body[...]), radix: 16).utf8)
    lines.append(32)
    lines += body
    lines.append(10)
  }

  /// The run; nil where the line is damaged, or none of ours.
  static func run(of line: ArraySlice<UInt8>) -> Run? {
    guard let blank = line.firstIndex(of: 32),
      let sum = UInt32(String(decoding: line[..<blank], as: UTF8.self), radix: 16),
      sum == checksum(line[(blank + 1)...]),
      let json = try? JSON.parse(line[(blank + 1)...], limits: limits)
    else { return nil }
    return Run(json: json)
  }

  /// FNV-1a, 32 bits: finds torn lines, not forgers.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }

  /// Calls `each` with every line of a file that is not empty; with nil for one that is too long, and where the file is.
  ///
  /// - Throws: ENOENT where there is no file, EINVAL where it is none.
  static func read(_ path: String, _ each: (ArraySlice<UInt8>?) -> Void) throws(SystemError) {
    let descriptor = File.openForReading(path)
    guard descriptor >= 0 else { throw SystemError("open", path, errno: -descriptor) }
    defer { File.close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else {
      throw SystemError("read", path, errno: EINVAL)
    }
    var line: [UInt8] = []
    var isTooLong = false
    var total = 0
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = retrying { CLinux.read(descriptor, &chunk, chunk.count) }
      guard count >= 0 else { throw SystemError("read", path) }
      total += count
      guard count > 0, total <= fileLimit else { break }
      var start = 0
      while let end = chunk[start..<count].firstIndex(of: 10) {
        if line.isEmpty, !isTooLong {
          if end > start { each(chunk[start..<end]) }
        } else {
          line += chunk[start..<end]
          each(isTooLong ? nil : line[...])
        }
        line = []
        isTooLong = false
        start = end + 1
      }
      line += chunk[start..<count]
      if line.count > limit {
        line = []
        isTooLong = true
      }
    }
    if !line.isEmpty || isTooLong || total > fileLimit {
      each(isTooLong || total > fileLimit ? nil : line[...])
    }
  }
}
