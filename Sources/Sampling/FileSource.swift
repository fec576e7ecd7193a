package import Basics
package import Readings

/// What samplers read from: this machine's files, as Hardware makes it, or a test's.
///
/// Errors are the kernel's numbers (`ErrorNumber`), so that a failure that comes back each second allocates nothing.
package struct FileSource {
  /// Opens a file for reading: its descriptor, or the negative error number.
  package var open: (_ path: String) -> Int32
  /// Reads at most `count` bytes from `offset` on: how many came, 0 at the end, or the negative error number.
  package var read:
    (_ descriptor: Int32, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ offset: Int) -> Int
  /// Closes what `open` gave.
  package var close: (_ descriptor: Int32) -> Void
  /// Calls with each name in a folder, in the kernel's order: 0, or the error number.
  package var forEachName: (_ folder: String, _ body: (Cursor) -> Void) -> Int32
  /// Whether there is a file, a folder or a link of any target.
  package var exists: (_ path: String) -> Bool
  /// Where a link leads, as it is written; nil for what is no link.
  package var linkTarget: (_ path: String) -> String?
  /// What is free where a folder is, or the error number.
  package var space: (_ path: String) -> (value: FileSystemSpace?, error: Int32)
  /// Sends a message to the Raspberry Pi's firmware and takes the answer in its place: 0, or the error number.
  package var exchange: (_ descriptor: Int32, _ message: UnsafeMutableRawBufferPointer) -> Int32
  /// Microseconds of a clock that never goes back, to learn how long a question took.
  package var microseconds: () -> Int64

  /// A source of these functions.
  package init(
    open: @escaping (_ path: String) -> Int32,
    read: @escaping (Int32, UnsafeMutablePointer<UInt8>, Int, Int) -> Int,
    close: @escaping (Int32) -> Void,
    forEachName: @escaping (_ folder: String, _ body: (Cursor) -> Void) -> Int32,
    exists: @escaping (String) -> Bool, linkTarget: @escaping (String) -> String?,
    space: @escaping (String) -> (value: FileSystemSpace?, error: Int32),
    exchange: @escaping (Int32, UnsafeMutableRawBufferPointer) -> Int32,
    microseconds: @escaping () -> Int64
  ) {
    self.open = open
    self.read = read
    self.close = close
    self.forEachName = forEachName
    self.exists = exists
    self.linkTarget = linkTarget
    self.space = space
    self.exchange = exchange
    self.microseconds = microseconds
  }
}
