import Foundation

/// A folder of its own for one test, gone with it.
package final class TemporaryFolder {
  /// Its path, without a slash at the end.
  package let path: String

  /// Makes it, with a name of its own.
  package init() throws {
    path = NSTemporaryDirectory() + "hearth-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file below it, with the folders above that; gives its path.
  package func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}
