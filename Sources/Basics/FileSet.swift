/// Files that are read together, and whether any of them is another than before: settings, definitions, keys.
///
/// Where the disk may hang they are read by another process, and this is what it has found.
package struct FileSet {
  /// Of the files' names, times, sizes and modes; the same as long as nothing has changed.
  package let stamp: UInt64
  /// As the patterns name them, those of a folder by name.
  package let files: [FoundFile]

  /// What a pattern ends with that names all `NAME.conf` of a folder.
  package static let each = "/*.conf"
  /// What a pattern ends with that names `NAME/NAME.conf` for each `NAME` of a folder.
  package static let eachFolder = "/*/*.conf"
  /// More files of one folder are not looked at.
  package static let folderLimit = 256
  /// A larger file is none of these (EFBIG).
  package static let sizeLimit = 64 << 10
  /// Bytes of all files together; those for which no room is left are too large as well.
  package static let totalLimit = 1 << 20

  /// What was found.
  package init(stamp: UInt64, files: [FoundFile]) {
    self.stamp = stamp
    self.files = files
  }

  /// The file of that path; one that was not asked for is missing.
  package subscript(path: String) -> FoundFile {
    files.first { $0.path == path } ?? FoundFile(path: path)
  }

  // MARK: - Between two processes

  /// As `init(encoded:)` reads it.
  package func encode(into bytes: inout [UInt8]) {
    bytes.append(littleEndian: stamp, size: 8)
    for file in files {
      bytes.append(littleEndian: UInt64(UInt32(bitPattern: file.error)) << 32 | UInt64(file.mode), size: 8)
      for part in [Array(file.path.utf8), Array(file.name.utf8), file.bytes] {
        bytes.append(littleEndian: UInt64(part.count), size: 8)
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

  private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    guard rest.count >= 8 else { return nil }
    defer { rest = rest.dropFirst(8) }
    return rest.prefix(8).littleEndian
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
  package var mode: UInt32 = 0
  /// Why it could not be read (errno(3)); 0 where it was.
  package var error = FoundFile.missing
  /// All of it.
  package var bytes: [UInt8] = []

  /// ENOENT, the same number in every Linux.
  package static let missing: Int32 = 2

  /// Nothing is known of it yet but its path.
  package init(path: String, name: String = "") {
    self.path = path
    self.name = name
  }

  /// Whether nothing has that path.
  package var isMissing: Bool { error == Self.missing }
}
