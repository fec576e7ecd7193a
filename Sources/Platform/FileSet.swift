import Basics
internal import CLinux

/// Files that are read together, and whether any of them is another than before: settings, definitions, keys.
///
/// Where the disk may hang they are read by another process, and this is what it has found.
package struct FileSet {
  /// Of the files' names, times, sizes and modes; the same as long as nothing has changed.
  package let stamp: UInt64
  /// As the patterns name them, those of a folder by name.
  package private(set) var files: [FoundFile]

  /// What a pattern ends with that names all `NAME.conf` of a folder.
  package static let each = "/*.conf"
  /// What a pattern ends with that names `NAME/NAME.conf` for each `NAME` of a folder.
  package static let eachFolder = "/*/*.conf"
  /// More files of one folder are not looked at.
  package static let folderLimit = 256
  /// A larger file is none of these (EFBIG).
  package static let sizeLimit = 64 << 10

  /// Reads what the patterns name: a file each, be it missing, or the files of a folder.
  ///
  package init(_ patterns: [String]) {
    self.init(patterns, unread: ())
    read()
  }

  /// The same where something has changed since there was an earlier stamp; nil, and nothing is read, where not.
  package init?(_ patterns: [String], since stamp: UInt64) {
    self.init(patterns, unread: ())
    guard self.stamp != stamp else { return nil }
    read()
  }

  private init(_ patterns: [String], unread: Void) {
    files = []
    for pattern in patterns { Self.find(pattern, &files) }
    var hash = FNV1a()
    for index in files.indices { files[index].look(into: &hash) }
    stamp = hash.value
  }

  private mutating func read() {
    for index in files.indices { files[index].read(limit: Self.sizeLimit) }
  }

  private static func find(_ pattern: String, _ found: inout [FoundFile]) {
    let isFolders = pattern.ends(with: eachFolder)
    guard isFolders || pattern.ends(with: each) else { return found.append(FoundFile(path: pattern)) }
    let folder = pattern.droppingLast(isFolders ? eachFolder.utf8.count : each.utf8.count)
    for name in File.names(in: folder, limit: folderLimit).ordered() {
      let path = folder + "/" + name
      if isFolders {
        let file = path + "/" + name + ".conf"
        if File.exists(file) { found.append(FoundFile(path: file, name: name)) }
      } else if name.ends(with: ".conf") {
        found.append(FoundFile(path: path))
      }
    }
  }

  /// The file of that path; one that was not asked for is missing.
  package subscript(path: String) -> FoundFile {
    files.first { $0.path == path } ?? FoundFile(path: path)
  }

  // MARK: - Between two processes

  /// As `init(encoded:)` reads it.
  package func encode(into bytes: inout [UInt8]) {
    Self.add(stamp, into: &bytes)
    for file in files {
      Self.add(UInt64(UInt32(file.error)) << 32 | UInt64(file.mode), into: &bytes)
      for part in [Array(file.path.utf8), Array(file.name.utf8), file.bytes] {
        Self.add(UInt64(part.count), into: &bytes)
        bytes += part
      }
    }
  }

  /// Nil for bytes that are none.
  package init?(encoded bytes: [UInt8]) {
    var rest = bytes[...]
    guard let stamp = Self.number(&rest) else { return nil }
    var files: [FoundFile] = []
    while !rest.isEmpty {
      guard let state = Self.number(&rest), let path = Self.part(&rest), let name = Self.part(&rest),
        let content = Self.part(&rest)
      else { return nil }
      var file = FoundFile(
        path: String(decoding: path, as: UTF8.self), name: String(decoding: name, as: UTF8.self))
      file.error = Int32(truncatingIfNeeded: state >> 32)
      file.mode = UInt32(truncatingIfNeeded: state)
      file.bytes = Array(content)
      files.append(file)
    }
    self.stamp = stamp
    self.files = files
  }

  private static func add(_ number: UInt64, into bytes: inout [UInt8]) {
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * shift))) }
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    guard rest.count >= 8 else { return nil }
    var value: UInt64 = 0
    for shift in 0..<8 { value |= UInt64(rest.removeFirst()) << UInt64(8 * shift) }
    return value
  }

  private static func part(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let count = number(&rest), count <= UInt64(rest.count) else { return nil }
    let part = rest.prefix(Int(count))
    rest = rest.dropFirst(Int(count))
    return part
  }
}

/// A file of a `FileSet`, read or not.
package struct FoundFile {
  /// As the pattern has it.
  package let path: String
  /// The folder of one that `FileSet.eachFolder` names; empty for others.
  package var name = ""
  /// Its permissions (`st_mode`).
  package fileprivate(set) var mode: UInt32 = 0
  /// Why it could not be read (errno); 0 where it was.
  package fileprivate(set) var error: Int32 = ENOENT
  /// All of it.
  package fileprivate(set) var bytes: [UInt8] = []

  /// Its bytes, or why there are none.
  package func contents() throws(SystemError) -> [UInt8] {
    guard error == 0 else { throw SystemError("read", path, errno: error) }
    return bytes
  }

  /// Whether nothing has that path.
  package var isMissing: Bool { error == ENOENT }

  fileprivate mutating func look(into hash: inout FNV1a) {
    hash.add(path)
    var status = stat()
    guard stat(path, &status) == 0 else {
      error = clinux_errno()
      return
    }
    error = 0
    mode = UInt32(status.st_mode)
    hash.add(UInt64(truncatingIfNeeded: status.st_mtim.tv_sec))
    hash.add(UInt64(truncatingIfNeeded: status.st_mtim.tv_nsec))
    hash.add(UInt64(truncatingIfNeeded: status.st_ino))
    hash.add(UInt64(truncatingIfNeeded: status.st_size))
    hash.add(UInt64(mode))
  }

  fileprivate mutating func read(limit: Int) {
    guard error == 0 else { return }
    do throws(SystemError) {
      bytes = try File.read(path, limit: limit)
    } catch {
      self.error = error.errno
    }
  }
}
