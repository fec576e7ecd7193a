package import CLinux

/// A copy of this process that does what would hold up the loop, and answers through a socket (fork(2), socketpair(2)).
package struct ChildProcess {
  /// The child's process ID, as kill(2) and waitpid(2) take it.
  package let process: pid_t
  /// Where its answer is read, and where it can be told something; its end is the child's.
  package let answer: Int32

  /// The answer's descriptor in the child.
  private static let childAnswer: Int32 = 3

  /// Starts the child.
  ///
  /// - Parameter body: runs in the child, with nothing open but descriptors 0 to 2 and the one it is given.
  package init(_ body: (_ answer: Int32) -> Never) throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard clinux_socket_pair(&ends) == 0 else { throw SystemError("socketpair") }
    process = clinux_fork()
    guard process >= 0 else {
      let error = SystemError("fork")
      for end in ends { close(end) }
      throw error
    }
    if process == 0 {
      // Lines, sockets and locks of the agent must not live on in a child.
      dup2(ends[1], Self.childAnswer)
      clinux_close_from(UInt32(Self.childAnswer) + 1)
      body(Self.childAnswer)
    }
    close(ends[1])
    answer = ends[0]
  }

  /// Sends SIGKILL and does not wait; `hasEnded` tells later when it is gone.
  package func kill() {
    _ = CLinux.kill(process, SIGKILL)
  }

  /// Whether it has ended; it is forgotten with that (waitpid(2)), so that later calls say so too.
  package func hasEnded() -> Bool {
    waitpid(process, nil, WNOHANG) != 0
  }

  /// Ends it, waits for that, and closes its answer.
  package func end() {
    kill()
    close(answer)
    waitpid(process, nil, 0)
  }
}
