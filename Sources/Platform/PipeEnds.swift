internal import CLinux

/// A pipe (pipe2(2)); both ends are closed where a program is executed.
package struct PipeEnds {
  /// The descriptor to read from. Reading waits; whoever holds it closes it.
  package let reading: Int32
  /// The descriptor to write to. Writing waits; whoever holds it closes it.
  package let writing: Int32

  /// Opens a pipe.
  ///
  /// - Throws: what pipe2(2) says, such as EMFILE.
  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard clinux_pipe(&ends) == 0 else { throw SystemError("pipe") }
    reading = ends[0]
    writing = ends[1]
  }
}
