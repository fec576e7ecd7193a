import Containers
import Foundation
import TestSupport
import Testing

@testable import Settings

/// What `hearth run` reads for its options, as `docker run` does.
struct LocalSourceTests {
  private func read(
    _ options: [String], waits: Bool = true, environment: [String: [UInt8]] = [:]
  ) throws -> (variables: [String], files: [String: String]) {
    let read = try LocalSource.read(options + ["busybox"], waits: waits) { environment[$0] }
    let variables = read.command.createBody["Env"]?.array?.compactMap { $0.string } ?? []
    let files = read.source.files.map { ($0.name, $0.value) }
    return (variables, Dictionary(files) { first, _ in first })
  }

  private func reason(_ options: [String], waits: Bool = true) -> String {
    do {
      _ = try LocalSource.read(options + ["busybox"], waits: waits)
      return ""
    } catch {
      return error.description
    }
  }

  /// A pipe whose writer has written and gone.
  private func pipe(_ text: String) -> (path: String, close: () -> Void) {
    let pipe = Pipe()
    pipe.fileHandleForWriting.write(Data(text.utf8))
    try? pipe.fileHandleForWriting.close()
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    return ("/dev/fd/\(descriptor)", { try? pipe.fileHandleForReading.close() })
  }

  @Test func aPipeIsReadToItsEndAndOnce() throws {
    let (path, close) = pipe("A=fifo\nNAMED\n")
    defer { close() }
    let found = try read(["--env-file", path, "--env-file", path], environment: ["NAMED": Array("n".utf8)])
    #expect(found.variables.filter { $0 == "A=fifo" }.count == 2 && found.variables.contains("NAMED=n"))
    #expect(found.files == [path: "A=fifo\nNAMED\n"])
  }

  @Test func anEmptyDeviceIsAnEmptyFile() throws {
    #expect(try read(["--env-file", "/dev/null", "--label-file", "/dev/null"]).variables.isEmpty)
  }

  @Test func whatCannotBeReadIsSaidInTheWordsOfTheKernel() throws {
    let folder = try TemporaryFolder()
    #expect(reason(["--env-file", "/no/such"]) == "--env-file: /no/such: No such file or directory")
    #expect(reason(["--label-file", folder.path]) == "--label-file: \(folder.path): Is a directory")
    #expect(
      reason(["--security-opt", "seccomp=/no/such"]) == "--security-opt: /no/such: No such file or directory")
    let large = folder.path + "/large"
    try Data(repeating: 0x41, count: OptionSource.maximumFileSize + 1).write(to: URL(fileURLWithPath: large))
    #expect(reason(["--env-file", large]) == "--env-file: \(large): larger than 262144 bytes")
    var options: [String] = []
    for number in 0..<5 {
      let path = folder.path + "/\(number)"
      let text = "#" + String(repeating: "a", count: 60_000) + "\n"
      try String(repeating: text, count: 4).write(toFile: path, atomically: false, encoding: .utf8)
      options += ["--env-file", path]
    }
    #expect(reason(options).contains("/4: with it the files have more than 1048576 bytes"))
    options = []
    for number in 0...OptionSource.maximumFiles {
      let path = folder.path + "/few\(number)"
      try "A=1\n".write(toFile: path, atomically: false, encoding: .utf8)
      options += ["--env-file", path]
    }
    #expect(reason(options).hasSuffix("/few64: with it there are more than 64 files"))
    #expect(try read(Array(options.dropLast(2))).variables.count == OptionSource.maximumFiles)
  }

  @Test func theAgentWaitsForNoPipe() {
    let (path, close) = pipe("A=1\n")
    defer { close() }
    #expect(reason(["--env-file", path], waits: false).contains("Invalid argument"))
  }

  /// moby#26296: a file that an editor of Windows has written in Latin-1 or UTF-16.
  @Test(
    arguments: [
      ([0x41, 0x3d, 0x31, 0x0a, 0x42, 0x3d, 0xe9], 2), ([0xff, 0xfe, 0x46, 0x00, 0x3d, 0x00], 1),
      ([0x41, 0x3d, 0xed, 0xa0, 0x80], 1), ([0x0a, 0x0a, 0x41, 0x3d, 0xc3, 0x0a], 3),
    ] as [([UInt8], Int)])
  func bytesThatAreNotUTF8AreRefusedWithTheirLine(bytes: [UInt8], line: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/variables"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(reason(["--env-file", path]) == "--env-file: \(path): invalid utf8 bytes at line \(line)")
    #expect(reason(["--label-file", path]) == "--label-file: \(path): invalid utf8 bytes at line \(line)")
  }

  @Test func aVariableThatIsNotUTF8IsNeverChanged() {
    #expect(throws: RunCommandError(option: "--env", reason: "the value of A is not UTF-8")) {
      _ = try LocalSource.read(["-e", "A", "busybox"], environment: { _ in [0x66, 0xff] })
    }
  }
}
