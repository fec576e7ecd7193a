package import Basics
internal import CLinux
package import Mesh
package import Platform

/// Why there is no home key.
package struct HomeKeyError: Error {
  /// One sentence for people; it names the file where one is at fault.
  package let message: String
  /// Whether there was none, and the disk takes none now.
  package let isOfDisk: Bool

  /// The words go to the log and the terminal; nothing of a key may be in them.
  package init(_ message: String, isOfDisk: Bool = false) {
    self.message = message
    self.isOfDisk = isOfDisk
  }
}

/// The secret that makes nodes a home: one file, and beside it, while the home changes its key, `FILE.next`, which is
/// accepted already, and `FILE.old`, which is accepted still.
package final class HomeKey {
  /// The file of the key that seals: the one the settings name, else Home Edge's, else `home.key` in the
  /// state folder.
  package let path: String
  /// Seals.
  package private(set) var current: SealKey
  /// Open as well, the next before the old.
  package private(set) var accepted: [SealKey] = []
  /// Of the files that were read last; 0 before the first.
  package private(set) var stamp: UInt64 = 0
  /// What was last complained of, so that it is said once and not every ten seconds.
  private var complaint = ""
  /// Others may read Home Edge's own file, for Home Edge writes it so.
  private let isOfHomeEdge: Bool

  /// Between two looks at the files.
  package static let interval = Interval.seconds(10)

  /// Finds the key of a configuration; makes one where the node has none yet.
  package init(configuration: Configuration) throws(HomeKeyError) {
    let inherited = configuration.homeEdge + "/user/orchestration_userID.txt"
    isOfHomeEdge = configuration.homeKey.isEmpty && access(inherited, F_OK) == 0
    if isOfHomeEdge {
      path = inherited
    } else {
      path = configuration.homeKey.isEmpty ? configuration.state + "/home.key" : configuration.homeKey
    }
    if access(path, F_OK) != 0 {
      // A change of the key that was cut short between its two renamings goes on with the new one.
      if let next = try Self.read(path + ".next", toleratesReaders: false) {
        current = next
        refresh()
        return
      }
      try Self.make(path)
    }
    guard let key = try Self.read(path, toleratesReaders: isOfHomeEdge) else {
      throw HomeKeyError("\(path): the home key is gone")
    }
    current = key
    refresh()
  }

  /// The keys that open connections between nodes, the one that is used first in front.
  package var tlsKeys: [PresharedKey] {
    ([current] + accepted).map { $0.preshared }
  }

  /// What may be shown of a key: `hearth-` and its id in 4 hexadecimal digits. The id is a part of a hash and
  /// tells nothing of the secret.
  package static func identity(of key: SealKey) -> String {
    identity(ofKey: key.id)
  }

  /// The same of a key of which only the id is known.
  package static func identity(ofKey id: UInt16) -> String {
    "hearth-" + hexadecimal(UInt64(id), digits: 4)
  }

  /// The files that it is made of, as a `FileSet` names them.
  package var patterns: [String] { [path, path + ".next", path + ".old"] }

  /// Looks at the files again; whether the keys are others now.
  @discardableResult
  package func refresh() -> Bool {
    guard let files = FileSet(patterns, since: stamp) else { return false }
    return take(files)
  }

  /// Goes on with what stands in the files; whether the keys are others now. What is no key leaves them as they are.
  package func take(_ files: FileSet) -> Bool {
    stamp = files.stamp
    do throws(HomeKeyError) {
      let before = [current] + accepted
      let key = try Self.key(in: files[path], toleratesReaders: isOfHomeEdge) ?? current
      var others: [SealKey] = []
      for suffix in [".next", ".old"] {
        guard let other = try Self.key(in: files[path + suffix], toleratesReaders: false) else { continue }
        if other != key, !others.contains(other) { others.append(other) }
      }
      current = key
      accepted = others
      complaint = ""
      return [current] + accepted != before
    } catch {
      if complaint != error.message { Log.error(error.message + "; the home key stays as it was") }
      complaint = error.message
      return false
    }
  }

  /// The key of a file; nil where there is no file.
  package static func read(_ path: String, toleratesReaders: Bool) throws(HomeKeyError) -> SealKey? {
    try key(in: FileSet([path])[path], toleratesReaders: toleratesReaders)
  }

  private static func key(in file: FoundFile, toleratesReaders: Bool) throws(HomeKeyError) -> SealKey? {
    if file.isMissing { return nil }
    let path = file.path
    // Read or write for others; a group of the owner's choice is the owner's choice.
    if file.mode & 0o006 != 0 {
      let fault = "\(path): others can read the home key"
      guard toleratesReaders else { throw HomeKeyError(fault + ": chmod 600 \(path)") }
      Log.warning(fault + ", as Home Edge leaves it; chmod 600 \(path) closes it")
    }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try file.contents()
    } catch {
      throw HomeKeyError(error.description)
    }
    guard let key = SealKey(fileContents: bytes) else {
      throw HomeKeyError(
        "\(path): expected \(SealKey.minimumSize) to \(SealKey.maximumSize) bytes of a key that is hard to guess, "
          + "found \(bytes.count) bytes that are none")
    }
    return key
  }

  /// Writes a key of 32 random bytes as 64 hexadecimal digits and a line end.
  private static func make(_ path: String) throws(HomeKeyError) {
    var random = [UInt8](repeating: 0, count: 32)
    // Up to 256 bytes come whole or not at all (getrandom(2)).
    guard getrandom(&random, random.count, 0) == random.count else {
      throw HomeKeyError(SystemError("getrandom").description)
    }
    var text: [UInt8] = []
    for byte in random {
      for digit in [byte >> 4, byte & 15] { text.append(digit < 10 ? 48 + digit : 87 + digit) }
    }
    do throws(SystemError) {
      try File.replace(path, with: text + [10], durable: true)
    } catch {
      throw HomeKeyError(error.description, isOfDisk: error.isOfDisk)
    }
    Log.info("made the home key \(path); copy it to the other nodes of this home")
  }
}
