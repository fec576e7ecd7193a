package import Basics

/// A text command to the Raspberry Pi's firmware and its answer, as `/dev/vcio` and `/dev/vcio_gencmd` carry them.
///
/// Words of 32 bits in the board's own order: size of all, request or result, tag, room for text, two that the firmware
/// uses, the text with its NUL, and an end word (raspberrypi/utils, vcgencmd.c; linux/drivers/char/broadcom/vcio.c).
package enum FirmwareMessage {
  /// Bytes of the whole message, of which the text may have `room`.
  package static let size = 7 * 4 + room
  /// Bytes for the text of a command and of its answer, with the NUL.
  static let room = 4096
  /// The only tag that `/dev/vcio_gencmd` lets pass.
  static let tag: UInt32 = 0x0003_0080
  private static let textStart = 6 * 4
  private static let success: UInt32 = 0x8000_0000

  /// Writes a command; false, and nothing written, where it does not fit.
  package static func encode(_ command: StaticString, into message: UnsafeMutableRawBufferPointer) -> Bool {
    let length = command.utf8CodeUnitCount
    guard message.count >= size, length < room else { return false }
    for index in 0..<size { message[index] = 0 }
    store(UInt32(size), at: 0, in: message)
    store(tag, at: 2, in: message)
    store(UInt32(room), at: 3, in: message)
    for index in 0..<length { message[textStart + index] = command.utf8Start[index] }
    return true
  }

  /// The answer's text up to its NUL; nil where the firmware did not take the message or the command failed.
  package static func decode(_ message: UnsafeRawBufferPointer) -> Cursor? {
    guard message.count >= size, load(1, from: message) == success, load(5, from: message) == 0 else {
      return nil
    }
    var text = Cursor(UnsafeRawBufferPointer(rebasing: message[textStart..<textStart + room]))
    let answer = text.part(upTo: 0)
    // Without a NUL the answer is cut or is none.
    guard answer.count < room, !answer.isAtEnd else { return nil }
    var first = answer
    return first.skip("error=") ? nil : answer
  }

  private static func store(_ word: UInt32, at index: Int, in message: UnsafeMutableRawBufferPointer) {
    message.storeBytes(of: word, toByteOffset: index * 4, as: UInt32.self)
  }

  private static func load(_ index: Int, from message: UnsafeRawBufferPointer) -> UInt32 {
    message.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
  }
}

/// `throttled=0x50005`.
package func parseThrottled(_ text: inout Cursor) -> ThrottleFlags? {
  guard text.skip("throttled="), let word = text.hexadecimal() else { return nil }
  return ThrottleFlags(rawValue: word)
}

/// `frequency(48)=1500398464`, in hertz; nil for what no clock can be. Gives kilohertz.
package func parseMeasuredClock(_ text: inout Cursor) -> Int? {
  guard text.skip("frequency("), text.unsigned() != nil, text.skip(")="), let hertz = text.signed(),
    Plausible.clock.believes(hertz / 1000)
  else { return nil }
  return Int(hertz / 1000)
}
