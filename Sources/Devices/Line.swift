internal import CGpiod
internal import CLinux
package import Peripherals

/// A GPIO line that this process holds until it is released, or the process ends.
package final class Line {
  /// Where it is.
  package let place: LinePlace
  private var line: OpaquePointer?

  private init(_ place: LinePlace, _ line: OpaquePointer) {
    self.place = place
    self.line = line
  }

  deinit {
    release()
  }

  /// Claims the line and drives it at once.
  ///
  /// - Parameter value: what it shows first; true is the low level where the line is active low.
  package static func output(
    _ place: LinePlace, value: Bool, isActiveLow: Bool, bias: LineBias
  ) throws(LineError) -> Line {
    let line = cgpiod_output(place.path, place.offset, value ? 1 : 0, flags(isActiveLow, bias))
    return try hold(place, line)
  }

  /// Claims the line to read it; its descriptor is readable after each change.
  package static func input(
    _ place: LinePlace, isActiveLow: Bool, bias: LineBias
  ) throws(LineError) -> Line {
    try hold(place, cgpiod_input(place.path, place.offset, flags(isActiveLow, bias)))
  }

  private static func hold(_ place: LinePlace, _ line: OpaquePointer?) throws(LineError) -> Line {
    if let line { return Line(place, line) }
    let number = clinux_errno()
    let what = "\(place.label):\(place.offset)"
    throw LineError(number == EBUSY ? "\(what) is used by another driver or program" : what, errno: number)
  }

  private static func flags(_ isActiveLow: Bool, _ bias: LineBias) -> Int32 {
    let pull =
      switch bias {
      case .asIs: 0
      case .up: cgpiod_pull_up
      case .down: cgpiod_pull_down
      case .off: cgpiod_no_pull
      }
    return Int32(pull | (isActiveLow ? cgpiod_active_low : 0))
  }

  /// For the event loop; -1 once the line is released, and where its chip does not tell of edges.
  package var descriptor: Int32 {
    line.map { cgpiod_descriptor($0) } ?? -1
  }

  /// Takes what the descriptor announced, without waiting, and reads the level as it is now: after a burst of edges
  /// that is what counts.
  package func readAfterEdges() throws(LineError) -> Bool {
    guard let line else { throw LineError("the line is released") }
    let edges = cgpiod_drain(line)
    guard edges >= 0 else { throw LineError(place.path, errno: -edges) }
    return try read()
  }

  /// The level as it is now; true is the low one where the line is active low.
  package func read() throws(LineError) -> Bool {
    guard let line else { throw LineError("the line is released") }
    let value = cgpiod_get(line)
    guard value >= 0 else { throw LineError(place.path, errno: -value) }
    return value == 1
  }

  /// Drives an output; true is the low level where the line is active low.
  package func write(_ value: Bool) throws(LineError) {
    guard let line else { throw LineError("the line is released") }
    let result = cgpiod_set(line, value ? 1 : 0)
    guard result >= 0 else { throw LineError(place.path, errno: -result) }
  }

  /// Gives the line back; its level is then up to its chip and to what pulls it.
  package func release() {
    guard let line else { return }
    self.line = nil
    cgpiod_release(line)
  }
}
