import Foundation
import Testing

/// A run's output arrives whole, in order and with its streams told apart.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"), .serialized)
struct OutputTests {
  static let framesType = "Accept: application/vnd.docker.multiplexed-stream"

  private func sequence(_ last: Int) -> Data {
    var data = Data()
    for number in 1...last { data.append(contentsOf: "\(number)\n".utf8) }
    return data
  }

  /// The bytes of one stream of Docker's frames.
  private func stream(_ number: UInt8, of frames: Data) -> String {
    var rest = frames[...]
    var found = Data()
    while rest.count >= 8 {
      let head = Array(rest.prefix(8))
      let size = Int(head[4]) << 24 | Int(head[5]) << 16 | Int(head[6]) << 8 | Int(head[7])
      if head[0] == number { found.append(rest.dropFirst(8).prefix(size)) }
      rest = rest.dropFirst(8 + size)
    }
    return String(decoding: found, as: UTF8.self)
  }

  @Test func bothStreamsComePlainAndInFramesWhileItRunsAndAfterwards() throws {
    try Agent.with { agent in
      let script = "echo out; echo err >&2; sleep 2; echo more"
      let id = try agent.submit(["--network", "none", "busybox", "sh", "-c", script])
      let followed = try agent.call("GET", "/api/v2/runs/\(id)/logs?follow=1", headers: [Self.framesType])
      #expect(stream(1, of: followed.body) == "out\nmore\n")
      #expect(stream(2, of: followed.body) == "err\n")
      _ = try agent.end(of: id)
      try Lab.eventually("no container left") { try agent.containers().isEmpty }
      let plain = try agent.get("/api/v2/runs/\(id)/logs")
      #expect(plain["Content-Type"] == "text/plain; charset=utf-8")
      #expect(plain.text.contains("out\n") && plain.text.contains("err\n") && plain.text.hasSuffix("more\n"))
      let frames = try agent.call("GET", "/api/v2/runs/\(id)/logs", headers: [Self.framesType])
      #expect(stream(1, of: frames.body) == "out\nmore\n" && stream(2, of: frames.body) == "err\n")
    }
  }

  @Test func outputWithoutFollowIsWhatThereIsNow() throws {
    try Agent.with { agent in
      let id = try agent.submit(["--network", "none", "busybox", "sh", "-c", "echo now; sleep 30; echo later"])
      try Lab.eventually("output") {
        let answer = try agent.get("/api/v2/runs/\(id)/logs")
        return answer.status == 200 && answer.text == "now\n"
      }
      _ = try agent.call("DELETE", "/api/v2/runs/\(id)")
      _ = try agent.end(of: id)
    }
  }

  @Test func aTerminalsOutputIsNotInFrames() throws {
    try Agent.with { agent in
      let id = try agent.submit(["-t", "--network", "none", "busybox", "sh", "-c", "echo tty; sleep 1"])
      #expect(try agent.get("/api/v2/runs/\(id)/logs?follow=1").text == "tty\r\n")
    }
  }

  @Test func fiveMegabytesArriveToTheLastByte() throws {
    try Agent.with { agent in
      let finished = try agent.hearth("run", "--network", "none", "busybox", "sh", "-c", "seq 1 750000; sleep 1")
      #expect(finished.code == 0)
      #expect(Data(finished.output.utf8) == sequence(750_000))
      // A client that reads slowly gets as much.
      let id = try agent.submit(["--network", "none", "busybox", "sh", "-c", "seq 1 300000; sleep 1"])
      let slow = try Connection(port: agent.port)
      slow.send(agent.request("GET", "/api/v2/runs/\(id)/logs?follow=1"))
      sleep(3)
      #expect(try slow.answer().body == sequence(300_000))
    }
  }

  /// A container that has ended before anybody could look still tells everything to who asked for it at once.
  @Test func aContainerThatEndsAtOnceLosesNoByteInTwentyRuns() throws {
    try Agent.with { agent in
      let expected = sequence(100_000)
      var short: [Int] = []
      for _ in 0..<20 {
        let finished = try agent.hearth("run", "--network", "none", "busybox", "seq", "1", "100000")
        #expect(finished.code == 0, "\(finished.error)")
        let bytes = Data(finished.output.utf8)
        if bytes != expected { short.append(bytes.count) }
      }
      #expect(short.isEmpty, "of \(expected.count) bytes came \(short)")
    }
  }

  @Test func theLastOfALongOutputIsKeptWhenTheContainerIsGone() throws {
    try Agent.with { agent in
      let id = try agent.submit(["--network", "none", "busybox", "seq", "1", "100000"])
      _ = try agent.end(of: id)
      let kept = try agent.get("/api/v2/runs/\(id)/logs")
      #expect(kept.body.count <= 64 << 10 && kept.text.hasSuffix("99999\n100000\n"))
    }
  }
}
