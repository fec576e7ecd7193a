/// Wraps output in the frames the Engine uses (Engine API, "Stream format" of `POST /containers/{id}/attach`), so
/// that stdout and stderr can be kept and sent in one stream. `EngineFrames` takes them out again.
package enum OutputFrame {
  /// A header of 8 bytes, `STREAM 0 0 0 SIZE` with a 32-bit big-endian size, and the bytes.
  package static func encode(stream: UInt8, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let size = UInt32(clamping: bytes.count)
    var frame: [UInt8] = [stream, 0, 0, 0]
    frame.reserveCapacity(8 + bytes.count)
    for shift in [24, 16, 8, 0] as [UInt32] { frame.append(UInt8(truncatingIfNeeded: size >> shift)) }
    frame += bytes
    return frame
  }
}
