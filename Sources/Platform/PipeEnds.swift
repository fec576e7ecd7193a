internal import CLinux

/// A pipe (pipe2(2)); both ends are closed where a program is executed.
package struct PipeEnds {
  package let reading: Int32
  package let writing: Int32

  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard clinux_pipe(&ends) == 0 else { throw SystemError("pipe") }
    reading = ends[0]
    writing = ends[1]
  }
}
