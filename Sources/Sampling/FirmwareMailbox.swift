import Basics
import Readings

/// One device file of the Raspberry Pi's firmware, and the room for one message.
final class FirmwareMailbox {
  private let files: FileSource
  private let descriptor: Int32
  private let message: UnsafeMutableRawBufferPointer

  /// Opens the device; nil, with the error number in `error`, where that fails.
  init?(_ path: String, error: inout Int32, files: FileSource) {
    let opened = files.open(path)
    guard opened >= 0 else {
      error = -opened
      return nil
    }
    descriptor = opened
    self.files = files
    message = UnsafeMutableRawBufferPointer.allocate(byteCount: FirmwareMessage.size, alignment: 8)
  }

  deinit {
    files.close(descriptor)
    message.deallocate()
  }

  /// Asks one thing. The answer is valid until the next question.
  ///
  /// - Returns: the answer's text; nil where the device or the firmware refuses.
  func ask(_ command: StaticString) -> Cursor? {
    guard FirmwareMessage.encode(command, into: message), files.exchange(descriptor, message) == 0 else {
      return nil
    }
    return FirmwareMessage.decode(UnsafeRawBufferPointer(message))
  }
}
