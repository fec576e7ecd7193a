package import Basics
internal import CLinux

extension FileSet {
  /// Reads what the patterns name: a file each, be it missing, or the files of a folder.
  package init(_ patterns: [String]) {
    var (stamp, files) = Self.found(patterns)
    Self.read(&files)
    self.init(stamp: stamp, files: files)
  }

  /// The same where something has changed since there was an earlier stamp; nil, and nothing is read, where not.
  package init?(_ patterns: [String], since earlier: UInt64) {
    var (stamp, files) = Self.found(patterns)
    guard stamp != earlier else { return nil }
    Self.read(&files)
    self.init(stamp: stamp, files: files)
  }

  private static func found(_ patterns: [String]) -> (UInt64, [FoundFile]) {
    var files: [FoundFile] = []
    for pattern in patterns { find(pattern, &files) }
    var hash = FNV1a()
    for index in files.indices { files[index].look(into: &hash) }
    return (hash.value, files)
  }

  private static func read(_ files: inout [FoundFile]) {
    var room = totalLimit
    for index in files.indices {
      files[index].read(limit: min(sizeLimit, room))
      room -= files[index].bytes.count
    }
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
}

extension FoundFile {
  /// Its bytes, or why there are none.
  package func contents() throws(SystemError) -> [UInt8] {
    guard error == 0 else { throw SystemError("read", path, errno: error) }
    return bytes
  }

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
