import Basics
internal import CLinux
import Platform
import Readings

/// One device file of the Raspberry Pi's firmware, and the room for one message.
final class FirmwareMailbox {
  /// Sends a message and takes the answer in its place: 0, or the error number. Another one in tests, since no device
  /// can stand in for this one.
  typealias Exchange = (_ descriptor: Int32, _ message: UnsafeMutableRawBufferPointer) -> Int32

  private let exchange: Exchange
  private let descriptor: Int32
  private let message: UnsafeMutableRawBufferPointer

  /// Opens the device; nil, with the error number in `error`, where that fails.
  init?(_ path: String, error: inout Int32, exchange: @escaping Exchange) {
    let opened = File.openForReading(path)
    guard opened >= 0 else {
      error = -opened
      return nil
    }
    descriptor = opened
    self.exchange = exchange
    message = UnsafeMutableRawBufferPointer.allocate(byteCount: FirmwareMessage.size, alignment: 8)
  }

  deinit {
    File.close(descriptor)
    message.deallocate()
  }

  /// Asks one thing. The answer is valid until the next question.
  ///
  /// - Returns: the answer's text, or the error number; EPROTO where the firmware refuses.
  func ask(_ command: StaticString) -> Result<Cursor, SystemError> {
    guard FirmwareMessage.encode(command, into: message) else {
      return .failure(SystemError("ioctl", "the firmware", errno: E2BIG))
    }
    let error = exchange(descriptor, message)
    guard error == 0 else { return .failure(SystemError("ioctl", "the firmware", errno: error)) }
    guard let answer = FirmwareMessage.decode(UnsafeRawBufferPointer(message)) else {
      return .failure(SystemError("ioctl", "the firmware", errno: EPROTO))
    }
    return .success(answer)
  }

  /// The kernel's own (drivers/char/broadcom/vcio.c). It waits for the firmware, a second at most.
  static func system(_ descriptor: Int32, _ message: UnsafeMutableRawBufferPointer) -> Int32 {
    clinux_firmware_property(descriptor, message.baseAddress) == 0 ? 0 : clinux_errno()
  }

  /// Microseconds of the clock that never goes back, to learn how long a question took.
  static func microseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) &* 1_000_000 &+ Int64(now.tv_nsec) / 1000
  }
}
