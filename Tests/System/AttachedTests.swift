import Foundation
import TestSupport
import Testing

/// The client of a run sees what its program writes, as with `docker run`, whatever the Engine keeps of it.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"), .serialized)
struct AttachedTests {
  private static let container = ["--network", "none", "busybox", "sh", "-c"]

  /// docker-py#1688, compose#2283.
  @Test(arguments: [["--log-driver", "none"], ["--log-driver=json-file", "--log-opt", "max-size=1k"], []])
  func bothStreamsAndTheCodeComeWhateverTheLogIs(options: [String]) throws {
    try Agent.with { agent in
      let words = ["run"] + options + Self.container + ["echo hi; echo err >&2; exit 3"]
      let finished = try agent.command(words).finish()
      #expect(finished.code == 3 && finished.output == "hi\n" && finished.error == "err\n", "\(finished)")
    }
  }

  /// moby#13517: an Engine's log makes other bytes of what is not UTF-8.
  @Test func everyByteArrivesAsItWasWritten() throws {
    try Agent.with { agent in
      let script = #"printf '\355\253\356\333\003\000'"#
      let shown =
        #"\#(Lab.program) run --api 127.0.0.1:\#(agent.port) --network none busybox sh -c "\#(script)" | od -An -tx1"#
      let finished = try Child(["bash", "-c", shown]).finish()
      #expect(finished.output.split(separator: " ").joined() == "edabeedb0300\n", "\(finished)")
    }
  }

  /// More than an Engine's log keeps, and than anybody holds for a client.
  @Test func aLongOutputIsWholeWhereTheLogIsRotated() throws {
    try Agent.with { agent in
      let options = ["--log-opt", "max-size=10k", "--log-opt", "max-file=1"]
      let finished = try agent.command(["run"] + options + Self.container + ["seq 1 200000"]).finish()
      var expected = ""
      for number in 1...200_000 { expected += "\(number)\n" }
      #expect(finished.code == 0 && finished.output == expected)
    }
  }

  /// cli#5305, moby#37630: what the Engine starts again goes on in the same stream.
  @Test func restartsAreFollowedUntilTheRunHasEnded() throws {
    try Agent.with { agent in
      let words = ["run", "--restart", "on-failure:2"] + Self.container + ["echo once; exit 4"]
      let finished = try agent.command(words).finish()
      #expect(finished.code == 4 && finished.output == "once\nonce\nonce\n", "\(finished)")
      let id = try agent.submit(
        ["--restart", "on-failure:2"] + Self.container + ["echo one; sleep 1; exit 4"])
      let followed = try agent.command(["logs", "-f", id]).finish()
      #expect(followed.output == "one\none\none\n", "\(followed)")
    }
  }

  /// compose#9030: another client hears what comes from then on.
  @Test func aClientThatComesLaterHearsOfARunWithoutALogWhatComes() throws {
    try Agent.with { agent in
      let script = "for i in 1 2 3 4 5 6; do sleep 1; echo $i; done"
      let id = try agent.submit(["--log-driver", "none"] + Self.container + [script])
      try agent.await(id, state: "running")
      let followed = try agent.command(["logs", "-f", id]).finish()
      #expect(followed.output.hasSuffix("5\n6\n") && followed.error.contains("does not support reading"))
      #expect(try agent.end(of: id)["exitCode"].int == 0)
    }
  }

  /// The program is not held up for a client that never comes.
  @Test func aClientThatHasGoneHoldsNothingUp() throws {
    try Agent.with { agent in
      let script = "seq 1 200000; echo done >/dev/stderr"
      let id = try agent.submit(Self.container + [script], more: #""attach":true,"#)
      #expect(try agent.end(of: id, within: 90)["state"].string == "finished")
    }
  }
}
