import Basics
internal import Wire

/// What the options of a command may refer to outside the command: files, and variables of the environment.
///
/// The closures decide what a request may see: a requester who names any file of the node must not get to read it.
package struct OptionSource: Sendable {
  /// Why a file could not be had, in words for the requester.
  package struct Failure: Error, Equatable, Sendable {
    /// What was found, without the path; the error of the option puts that in front.
    package var reason: String

    /// A few words for the requester: the system's, or that files are not to be had at all.
    package init(reason: String) { self.reason = reason }
  }

  /// The largest file an option may name, in bytes; Docker's own seccomp profile has 13 kB.
  package static let maximumFileSize = 1 << 18
  /// All files of one command together, in bytes: as much as a request may have.
  package static let maximumTotal = 1 << 20
  /// Files of one command; the agent understands the options once more for each.
  package static let maximumFiles = 64

  /// Bytes of a line, as the Docker client takes them (Go's MaxScanTokenSize).
  static let maximumLine = (1 << 16) - 1

  /// The bytes of --env-file, --label-file and --security-opt seccomp=FILE.
  package var readFile: @Sendable (_ path: String) -> Result<[UInt8], Failure>
  /// The value for `--env NAME` without `=`.
  package var environment: @Sendable (_ name: String) -> String?

  /// Both closures may be called more than once for one command, and with any name a requester writes.
  package init(
    readFile: @escaping @Sendable (String) -> Result<[UInt8], Failure>,
    environment: @escaping @Sendable (String) -> String?
  ) {
    self.readFile = readFile
    self.environment = environment
  }

  /// No files and no variables.
  package static var nothing: OptionSource {
    OptionSource(
      readFile: { _ in .failure(Failure(reason: "files are not available to this request")) },
      environment: { _ in nil })
  }

  func file(_ path: String) throws(OptionFault) -> [UInt8] {
    switch readFile(path) {
    case .failure(let failure): throw OptionFault("%: %", path, failure.reason)
    case .success(let bytes):
      guard bytes.count <= Self.maximumFileSize else {
        throw OptionFault("%: larger than % bytes", path, String(Self.maximumFileSize))
      }
      return bytes
    }
  }

  /// The `NAME=value` lines of a file; blank lines and those that begin with `#` do not count.
  func pairs(in path: String) throws(OptionFault) -> [String] {
    var pairs: [String] = []
    var content = try file(path)[...]
    if content.starts(with: [0xef, 0xbb, 0xbf]) { content = content.dropFirst(3) }
    for (index, bytes) in content.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      guard bytes.count <= Self.maximumLine else {
        throw OptionFault(
          "%: line % is longer than % bytes", path, String(index + 1), String(Self.maximumLine))
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw OptionFault("%: invalid utf8 bytes at line %", path, String(index + 1))
      }
      var line = text.unicodeScalars[...]
      if line.last == "\r" { line = line.dropLast() }
      while let first = line.first, Self.isSpace(first.value) { line = line.dropFirst() }
      guard let first = line.first, first != "#" else { continue }
      let pair = String(line)
      let name = pair.cut(at: "=")?.head ?? pair.trimmed
      guard !name.utf8.isEmpty else { throw OptionFault("%: no variable name on line '%'", path, pair) }
      guard !name.hasBlank else { throw OptionFault("%: variable '%' contains whitespaces", path, name) }
      pairs.append(pair.has("=") ? pair : name)
    }
    return pairs
  }

  /// Unicode's white space, which comes along from web pages in front of a name (as Go has it).
  private static func isSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000: true
    default: false
    }
  }

  /// The variables of all files and options, later ones last; a bare name takes its value from the environment.
  ///
  /// Where there is none, a file's name says nothing, and an option's removes the image's variable.
  func environment(files: [String], options: [String]) throws(OptionFault) -> [String] {
    var variables: [String] = []
    for path in files { variables += try pairs(in: path).map { given($0) }.filter { $0.has("=") } }
    return variables + options.map { given($0) }
  }

  private func given(_ variable: String) -> String {
    guard !variable.has("="), let value = environment(variable) else { return variable }
    return "\(variable)=\(value)"
  }

  /// A seccomp profile without the white space between its tokens.
  func profile(_ path: String) throws(OptionFault) -> String {
    let bytes = try file(path)
    do {
      _ = try JSON.parse(bytes)
    } catch {
      throw OptionFault("compacting json for seccomp profile (%) failed: %", path, error.description)
    }
    var compact: [UInt8] = []
    var (quoted, escaped) = (false, false)
    for byte in bytes {
      let isSpace = byte.isBlank || byte == 0x0a || byte == 0x0d
      if quoted || !isSpace { compact.append(byte) }
      if byte == 0x22, !escaped { quoted.toggle() }
      escaped = byte == 0x5c && !escaped
    }
    return String(decoding: compact, as: UTF8.self)
  }
}
