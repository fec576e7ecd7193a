import Basics
import Platform

/// One thing that is done to files of the state folder by the process that writes them (`DiskWriter`).
struct DiskJob {
  /// What is done; the raw value travels to that process.
  enum Verb: UInt8 {
    /// Adds the body to the file's end; durable with fdatasync(2). What fails leaves the file as it was.
    case append
    /// Puts the body in the file's place (`File.replace`); one that is not durable has its folder made.
    case replace
    /// Removes the file, or the folder with the files in it; nothing there is fine.
    case remove
    /// Gives the file the second name as well, whatever had it (link(2)); nothing there is fine.
    case link
    /// Gives what has this name the second one instead (rename(2)); nothing there is fine.
    case move
    /// Makes the folder and those above it.
    case makeFolder
    /// Reads the file, of at most `limit` bytes.
    case read
    /// Reads the files that `path` names, each with a NUL behind it, as a `FileSet`, if its stamp is not `stamp`.
    case look
  }

  let verb: Verb
  let path: String
  /// The second name.
  var target = ""
  /// Whether it is to outlive a power cut before it counts as done.
  var isDurable = false
  /// Begins to give the body, piece by piece up to nil; again where the process had to be started again.
  var body: (() -> () -> [UInt8]?)?
  /// Bytes of the body that wait in memory.
  var weight = 0
  /// Bytes that are read at most.
  var limit: UInt32 = 0
  /// What was read last.
  var stamp: UInt64 = 0
  /// Given what was read, before `then`.
  var take: ([UInt8]) -> Void = { _ in }
  /// Told once: nil where it is done, else why it is not.
  var then: (SystemError?) -> Void = { _ in }

  /// A body that is there in one piece.
  mutating func give(_ bytes: [UInt8]) {
    weight = bytes.count
    body = {
      var rest: [UInt8]? = bytes
      return {
        defer { rest = nil }
        return rest
      }
    }
  }

  var hasBody: Bool { verb == .append || verb == .replace }
  var isReading: Bool { verb == .read || verb == .look }

  // MARK: - On the way to the process

  /// Verb, durability, lengths of the two names (little-endian), limit, stamp; then the names, then the body's pieces,
  /// each with its length in front, the last being empty.
  static let headSize = 18
  /// The answer: errno, the number of the call in `calls`, and how many bytes of what was read follow.
  static let answerSize = 9
  /// Both names have fewer bytes: the paths of a home key are three of at most 4096.
  static let nameLimit = 16 << 10

  /// Calls that an answer can name (`SystemError.call`); anything else is the first.
  static let calls: [StaticString] = [
    "write", "open", "fdatasync", "fsync", "rename", "unlink", "link", "mkdir", "rmdir", "read",
  ]

  func encodeHead(into bytes: inout [UInt8]) {
    bytes += [verb.rawValue, isDurable ? 1 : 0]
    for name in [path, target] {
      bytes.append(littleEndian: UInt64(name.utf8.count), size: 2)
    }
    bytes.append(littleEndian: UInt64(limit), size: 4)
    bytes.append(littleEndian: stamp, size: 8)
    bytes += Array(path.utf8) + Array(target.utf8)
  }
}
