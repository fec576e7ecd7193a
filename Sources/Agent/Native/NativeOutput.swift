internal import CLinux
import Containers
import Platform

/// Writes a program's output to its folder, in Docker's frames, the newest at most twice `fileLimit`.
struct NativeOutput {
  private let folder: NativeFolder
  private var descriptor: Int32 = -1
  private var size = 0
  private var buffer = [UInt8](repeating: 0, count: 4096)

  /// Each of the two files, in bytes.
  static let fileLimit = 512 << 10

  init(folder: NativeFolder) {
    self.folder = folder
  }

  /// Copies what a pipe holds.
  ///
  /// - Returns: false at its end.
  mutating func copy(from pipe: Int32, stream: EngineStream) -> Bool {
    let count = retrying { read(pipe, &buffer, buffer.count) }
    guard count > 0 else {
      CLinux.close(pipe)
      return false
    }
    if descriptor < 0 || size + count > Self.fileLimit { rotate() }
    let frame = EngineFrames.encode(stream: stream, buffer[..<count])
    guard descriptor >= 0 else { return true }
    if (try? File.writeAll(descriptor, frame, folder.output)) != nil {
      size += frame.count
    } else {
      // Output that does not fit on the disk is lost; the program goes on, and the next frame is whole again.
      ftruncate(descriptor, off_t(size))
    }
    return true
  }

  private mutating func rotate() {
    if descriptor >= 0 {
      CLinux.close(descriptor)
      rename(folder.output, folder.olderOutput)
    }
    descriptor = clinux_open(folder.output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
    size = 0
  }

  mutating func close() {
    if descriptor >= 0 { CLinux.close(descriptor) }
    descriptor = -1
  }
}
