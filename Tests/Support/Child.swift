import Foundation

/// How a program ended and what it said.
package struct Finished {
  /// Exit code, or 128 and the signal.
  package let code: Int32
  package let output: String
  package let error: String
}

/// Why the counterpart of a test does not do as it should.
package struct LabError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

/// A program that a test started. Its output goes to files, so that nothing it leaves running can hold the test up.
///
/// Foundation's `Process` waits for the end of a socket that whatever is started meanwhile inherits: it can wait for
/// programs of other tests, so no test uses it to wait.
package final class Child {
  package let process: pid_t
  private let outputPath: String
  private let errorPath: String
  private var ended: Int32?

  package init(_ words: [String], environment: [String: String]? = nil, output: String? = nil) throws {
    let base = "/tmp/hs-child-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    outputPath = output ?? base + ".out"
    errorPath = base + ".err"
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errorPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    _ = closeFrom(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var all = ProcessInfo.processInfo.environment
    for (name, value) in environment ?? [:] { all[name] = value }
    let arguments = words.map { strdup($0) } + [nil]
    let variables = all.map { strdup("\($0)=\($1)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, words[0], &actions, &attributes, arguments, variables)
    guard failure == 0 else { throw LabError("\(words[0]): \(String(cString: strerror(failure)))") }
    self.process = process
  }

  deinit {
    if hasEnded == nil {
      kill(process, SIGKILL)
      var status: Int32 = 0
      waitpid(process, &status, 0)
    }
    unlink(outputPath)
    unlink(errorPath)
  }

  /// The exit code, or 128 and the signal; nil while it runs.
  package var hasEnded: Int32? {
    if let ended { return ended }
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return nil }
    ended = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    return ended
  }

  package func signal(_ number: Int32) {
    if hasEnded == nil { kill(process, number) }
  }

  /// Waits for the end.
  package func end(seconds: Double = 30) throws -> Int32 {
    let deadline = Date() + seconds
    while true {
      if let ended = hasEnded { return ended }
      guard Date() < deadline else {
        throw LabError("still running after \(seconds) s; it said '\(output)' and '\(error)'")
      }
      usleep(10_000)
    }
  }

  package func finish(seconds: Double = 60) throws -> Finished {
    let code = try end(seconds: seconds)
    return Finished(code: code, output: output, error: error)
  }

  package var output: String { String(decoding: outputBytes, as: UTF8.self) }
  package var error: String {
    String(decoding: FileManager.default.contents(atPath: errorPath) ?? Data(), as: UTF8.self)
  }
  package var outputBytes: Data { FileManager.default.contents(atPath: outputPath) ?? Data() }
}

/// Declared by glibc for `_GNU_SOURCE` only, which Swift's module of it lacks.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func closeFrom(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: Int32) -> Int32
