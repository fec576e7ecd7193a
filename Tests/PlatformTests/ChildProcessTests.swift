import CLinux
import Testing

@testable import Platform

@Suite struct ChildProcessTests {
  /// What the child has written when it has closed its end.
  private func answer(of child: ChildProcess) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64)
    while true {
      let count = retrying { read(child.answer, &chunk, chunk.count) }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }

  @Test func aChildAnswersThroughItsSocket() throws {
    let child = try ChildProcess { answer in
      var byte: UInt8 = 42
      _ = write(answer, &byte, 1)
      _exit(0)
    }
    #expect(answer(of: child) == [42])
    child.end()
    #expect(child.hasEnded())
  }

  @Test func aChildHasNothingElseOpen() throws {
    let other = try PipeEnds()
    defer {
      close(other.reading)
      close(other.writing)
    }
    let child = try ChildProcess { answer in
      var open: UInt8 = 0
      for descriptor in Int32(3)..<256 where descriptor != answer {
        if clinux_fcntl(descriptor, F_GETFD, 0) >= 0 { open += 1 }
      }
      _ = write(answer, &open, 1)
      _exit(0)
    }
    #expect(answer(of: child) == [0])
    child.end()
  }

  @Test func aChildThatHangsIsEnded() throws {
    let child = try ChildProcess { _ in
      while true { sleep(60) }
    }
    #expect(!child.hasEnded())
    child.end()
    #expect(child.hasEnded())
  }
}
