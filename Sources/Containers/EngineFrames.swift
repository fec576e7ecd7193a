/// The frames that the Engine wraps a container's output in when there is no terminal: taken apart, and written, so that
/// stdout and stderr can be kept and sent in one stream.
///
/// A frame is a header of 8 bytes, `STREAM 0 0 0 SIZE` with a 32-bit big-endian size, and that many bytes (Engine
/// API, "Stream format" of `POST /containers/{id}/attach`). Payloads are passed on as they come, so a frame of
/// 4 GiB needs no more memory than one of 4 bytes.
package struct EngineFrames {
  /// What a piece of the stream holds.
  package enum Part: Equatable {
    /// Output of the container on that stream; a frame comes in as many pieces as its bytes did.
    case output(EngineStream, [UInt8])
    /// The Engine failed in the middle of the output and says why, in pieces.
    case error([UInt8])
    /// This is no stream of frames.
    case malformed(String)
  }

  /// Docker's own media type for them (Engine API 1.42).
  package static let mediaType = "application/vnd.docker.multiplexed-stream"

  /// The stream on which the Engine tells of its own errors.
  private static let systemError: UInt8 = 3

  /// The bytes of a header that has not come completely.
  private var header: UInt64 = 0
  private var headerCount = 0
  private var stream: UInt8 = 0
  /// Payload bytes still to come.
  private var remaining = 0

  /// The stream begins with the header of a frame.
  package init() {}

  /// The bytes in a frame.
  package static func encode(stream: EngineStream, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let size = UInt32(clamping: bytes.count)
    var frame: [UInt8] = [stream.rawValue, 0, 0, 0]
    frame.reserveCapacity(8 + bytes.count)
    for shift in [24, 16, 8, 0] as [UInt32] { frame.append(UInt8(truncatingIfNeeded: size >> shift)) }
    frame += bytes
    return frame
  }

  /// The bytes of the frame that begins there, with its header.
  package static func size(ofFrameIn bytes: [UInt8], at start: Int) -> Int {
    var size = 0
    for index in start + 4..<min(start + 8, bytes.count) { size = size << 8 | Int(bytes[index]) }
    return 8 + size
  }

  /// Whether the stream may end here.
  var isComplete: Bool {
    headerCount == 0 && remaining == 0
  }

  /// Reads the next bytes of the stream; nothing may be fed after `malformed`.
  package mutating func feed(_ bytes: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var index = 0
    while index < bytes.count {
      if remaining > 0 {
        let end = index + min(remaining, bytes.count - index)
        let piece = index == 0 && end == bytes.count ? bytes : Array(bytes[index..<end])
        remaining -= end - index
        index = end
        if let known = EngineStream(rawValue: stream) {
          parts.append(.output(known, piece))
        } else {
          parts.append(.error(piece))
        }
        continue
      }
      header = header << 8 | UInt64(bytes[index])
      headerCount += 1
      index += 1
      if headerCount == 8 {
        headerCount = 0
        if let fault = open() {
          parts.append(fault)
          return parts
        }
      }
    }
    return parts
  }

  /// Begins the frame whose header has come.
  private mutating func open() -> Part? {
    stream = UInt8(truncatingIfNeeded: header >> 56)
    guard stream <= Self.systemError else {
      return .malformed("stream \(stream) in an output frame, expected 0 to 3")
    }
    guard header >> 32 & 0xFF_FFFF == 0 else {
      return .malformed("an output frame without its three zero bytes")
    }
    // The Engine writes frames of 16 KiB to 1 MiB; what a 32-bit board cannot count is refused by all.
    guard let size = Int32(exactly: header & 0xFFFF_FFFF) else {
      return .malformed("an output frame of 2 GiB or more")
    }
    remaining = Int(size)
    return nil
  }
}
