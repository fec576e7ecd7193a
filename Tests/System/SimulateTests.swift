import Foundation
import TestSupport
import Testing

/// `hearth simulate` of the shipping program.
@Suite struct SimulateTests {
  private func hearth(_ words: String..., input: String = "") throws -> (
    code: Int32, output: String, error: String
  ) {
    try Lab.requireProgram()
    let file = Lab.newFolder("simulate") + "/input"
    try input.write(toFile: file, atomically: true, encoding: .utf8)
    let finished = try Child(["sh", "-c", "exec \"$@\" < \(file)", "sh", Lab.program] + words).finish()
    return (finished.code, finished.output, finished.error)
  }

  @Test func theExampleIsTheOneInDocsAndRuns() throws {
    let example = try hearth("simulate", "--example")
    #expect(try example.output == String(contentsOfFile: Lab.house + "/docs/simulate.conf", encoding: .utf8))
    let report = try hearth("simulate", Lab.house + "/docs/simulate.conf")
    #expect(report.code == 0 && report.error.isEmpty, "\(report.error)")
    for line in [
      "NODE ", "kitchen ", "attic-2 ", "transcode: a run takes ", "HOME ", "as it is ", "without kitchen ",
    ] {
      #expect(report.output.contains("\n" + line), "\(line)")
    }
    #expect(report.output.contains("\nkitchen helps most: "))
    // The same again, from standard input.
    #expect(try hearth("simulate", "-", input: example.output).output == report.output)
    // The README shows what it prints, to the letter.
    let readme = try String(contentsOfFile: Lab.house + "/README.md", encoding: .utf8)
    #expect(
      readme.contains("$ hearth simulate --example | hearth simulate -\n\(report.output)```\n"),
      "\(report.output)")
    let json = Value(
      try JSONSerialization.jsonObject(
        with: Data(try hearth("simulate", "--json", "-", input: example.output).output.utf8)))
    #expect(json["helpsMost"].string == "kitchen" && json["nodes"][2]["node"].string == "attic-2")
    #expect(json["homes"][0]["slowdown"].int ?? 0 >= 1)
  }

  @Test func aLoadFarBeyondAHomeIsAnsweredAtOnce() throws {
    let begun = Date()
    let answer = try hearth(
      "simulate", "-",
      input: "[node \"a\"]\nboard = raspberry-pi-4\n[load \"x\"]\nevery = 1 s\nwork = 100 s\n")
    #expect(answer.code == 1 && answer.output.isEmpty)
    #expect(
      answer.error.hasPrefix("hearth: a is overloaded: 100 s of work arrive each second, it can do "),
      "\(answer.error)")
    #expect(Date().timeIntervalSince(begun) < 10)
  }

  @Test func whatIsWrongInAFileIsSaidWithItsLine() throws {
    let wrong = try hearth("simulate", "-", input: "[node \"a\"]\nboard = vax\n")
    #expect(wrong.code == 1 && wrong.output.isEmpty)
    #expect(wrong.error.hasPrefix("hearth: standard input:2: board = vax; expected one of generic-arm64, "))
    let missing = try hearth("simulate", "/no/such")
    #expect(missing.code == 1 && missing.error.contains("/no/such"))
    let nothing = try hearth("simulate")
    #expect(
      nothing.code == 2 && nothing.error.contains("'hearth simulate --example' prints one to begin with"))
    #expect(try hearth("simulate", "-", "-").code == 2)
  }
}
