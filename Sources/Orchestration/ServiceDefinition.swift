import Basics
package import Wire

/// A service this node may run for others, as its owner defined it: Home Edge's `apps/NAME/NAME.conf`.
package struct ServiceDefinition: Equatable, Sendable {
  /// How a service runs.
  package enum Kind: String, Sendable {
    case container, native
  }

  /// The name nodes advertise and requests give.
  package let name: String
  /// `ExecType` of the file.
  package let kind: Kind
  /// The program of a native service: a bare name, or a path that the command must then match; nil for
  /// containers.
  package let executable: String?
  /// Process names that may ask for a native service.
  package let allowedRequesters: [String]
  /// The command for requests that bring none; empty where the definition has none.
  package let command: [String]

  /// Longest service name in bytes: it travels as one DNS character string with a prefix (RFC 1035, section
  /// 3.3).
  package static let nameLimit = 200
  /// Most words of a command.
  package static let wordLimit = 256

  /// Reads a definition.
  ///
  /// - Parameters:
  ///   - path: the file; errors name it.
  ///   - folder: the name of the folder that must equal the file's name; nil where definitions lie side by side.
  /// - Throws: what the definition lacks, or what in it is not allowed, with file and line.
  package static func parse(
    _ bytes: [UInt8], path: String, folder: String? = nil
  ) throws(ConfError) -> ServiceDefinition {
    if let folder, baseName(path) != folder + ".conf" {
      throw ConfError(file: path, line: 0, text: "expected the name \(folder).conf, as its folder has")
    }
    let section = try Conf.parse(bytes, file: path, rules: .homeEdge).section("ServiceInfo")
    let name = try section.required("ServiceName")
    guard name.utf8.count <= nameLimit, !name.utf8.contains(where: { $0 < 0x21 || $0 == 0x2F }) else {
      let expected = "a name of at most \(nameLimit) bytes without blanks and '/'"
      throw wrong(section, "ServiceName", expected: expected)
    }
    guard let kind = Kind(rawValue: try section.required("ExecType")) else {
      throw wrong(section, "ExecType", expected: "container or native")
    }
    guard let command = words(section.text("ExecCmd") ?? "") else {
      throw wrong(section, "ExecCmd", expected: "at most \(wordLimit) words, every quote closed")
    }
    let requesters = try section.list("AllowedRequester")
    var executable: String?
    if kind == .native {
      executable = try nativeExecutable(section, command)
      if requesters?.isEmpty ?? true { _ = try section.required("AllowedRequester") }
    }
    return ServiceDefinition(
      name: name, kind: kind, executable: executable, allowedRequesters: requesters ?? [], command: command)
  }

  /// The program of a native service, if nothing speaks against running it.
  private static func nativeExecutable(
    _ section: Conf.Section, _ command: [String]
  ) throws(ConfError) -> String {
    let executable = try section.required("ExecutableFileName")
    let program = baseName(executable)
    guard !program.isEmpty, !hasInjection(executable), !hasParentStep(executable) else {
      throw wrong(section, "ExecutableFileName", expected: "the name or path of a program")
    }
    guard !isForbidden(program) else {
      let expected =
        "a program of its own: \(program) runs whatever its arguments say or acts on the whole system"
      throw wrong(section, "ExecutableFileName", expected: expected)
    }
    guard let first = command.first else { return executable }
    guard !command.contains(where: hasInjection) else {
      throw wrong(section, "ExecCmd", expected: "a command without characters of the shell")
    }
    guard matches(first, executable) else {
      throw wrong(section, "ExecCmd", expected: "a command that begins with \(executable)")
    }
    return executable
  }

  private static func wrong(_ section: Conf.Section, _ key: String, expected: String) -> ConfError {
    let entry = section.entry(key)
    let text = "\(key) = \(entry?.value ?? ""); expected \(expected)"
    return ConfError(file: section.file, line: entry?.line ?? section.line, text: text)
  }
}

/// What stands behind `docker run` in a container's command; nil where it is another command or names no
/// image.
package func dockerRunArguments(_ command: [String]) -> [String]? {
  guard command.count > 2, command[0] == "docker", command[1] == "run" else { return nil }
  return Array(command.dropFirst(2))
}

/// Why a native command is not run; the raw value is the text that Home Edge's clients know.
package enum NativeRefusal: String, Error, Sendable {
  /// A word holds a character of the shell or a control character, or there are more than `wordLimit` words.
  case injection = "found injection command"
  /// No definition of a native service has the name.
  case notRegistered = "not found registered service"
  /// The command names another program than the definition.
  case otherExecutable = "not matched service with executable"
  /// The command's first word names no program.
  case noExecutable = "not found executable file"
  /// The definition does not list who asks.
  case requesterNotAllowed = "not allowed service execution"
}

extension ServiceDefinition {
  /// Checks a native command against the definitions of this node, in Home Edge's order: injection,
  /// registration, program, requester.
  ///
  /// Stricter than Home Edge: every character that means something to a shell counts as injection, and the
  /// folder of the program counts, see `matches`. A request without a command gets the definition's own.
  ///
  /// - Returns: the command to run; its program is the definition's path where that is one.
  package static func checkNative(
    service: String, command: [String], requester: String, among definitions: [ServiceDefinition]
  ) throws(NativeRefusal) -> [String] {
    guard command.count <= wordLimit, !command.contains(where: hasInjection) else { throw .injection }
    guard let definition = definitions.first(where: { $0.name == service && $0.kind == .native }),
      let executable = definition.executable
    else { throw .notRegistered }
    var words = command
    if words.isEmpty { words = definition.command }
    if words.isEmpty { words = [executable] }
    guard let program = words.first, !baseName(program).isEmpty else { throw .noExecutable }
    guard matches(program, executable) else { throw .otherExecutable }
    guard definition.allowedRequesters.contains(requester) else { throw .requesterNotAllowed }
    if executable.utf8.contains(slash) { words[0] = executable }
    return words
  }
}

/// Whether a request may name the definition's program like this.
///
/// A bare name always may. A path must be the definition's path; where the definition has only a name, the
/// path must lead into a folder that only the system's administrator fills.
private func matches(_ program: String, _ executable: String) -> Bool {
  if program == executable { return true }
  guard baseName(program) == baseName(executable) else { return false }
  if !program.utf8.contains(slash) { return true }
  if executable.utf8.contains(slash) { return false }
  return programFolders.contains { program == $0 + executable }
}

private let programFolders = [
  "/usr/local/bin/", "/usr/local/sbin/", "/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/",
]
private let slash = UInt8(ascii: "/")

private func hasParentStep(_ path: String) -> Bool {
  path.utf8.split(separator: slash).contains { $0.count == 2 && $0.allSatisfy { $0 == UInt8(ascii: ".") } }
}

/// Home Edge forbids `; & ' ( ) #`; the rest of the shell's special characters and control characters join
/// them.
private func hasInjection(_ word: String) -> Bool {
  var word = word
  return word.withUTF8 { $0.place(from: 0) { isInjection($0) } < $0.count }
}

@inline(__always)
private func isInjection(_ byte: UInt8) -> Bool {
  switch byte {
  case 0..<0x20, 0x7F, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
    UInt8(ascii: ")"), UInt8(ascii: "#"), UInt8(ascii: "|"), UInt8(ascii: "`"), UInt8(ascii: "$"),
    UInt8(ascii: "<"), UInt8(ascii: ">"):
    true
  default: false
  }
}

/// Programs that nobody may ask for: Home Edge's list, and others that run whatever their arguments say.
private let forbiddenPrograms = """
  sudo|su|bash|bsh|csh|adb|sh|ssh|scp|cat|chage|chpasswd|dmidecode|dmsetup|fcinfo|fdisk|iscsiadm|lsof|multipath\
  |oratab|prtvtoc|ps|pburn|pfexec|dzdo|ash|dash|fish|ksh|mksh|tcsh|zsh|busybox|toybox|awk|gawk|mawk|chroot|doas\
  |env|eval|exec|expect|find|nice|nohup|nsenter|pkexec|runuser|setsid|stdbuf|systemd-run|time|timeout|unshare\
  |xargs
  """

/// Interpreters, which carry their version in their name: `python3.11`, `lua5.4`.
private let forbiddenInterpreters = "python|perl|ruby|node|nodejs|lua|php|tclsh"

private func isForbidden(_ program: String) -> Bool {
  if program.isOne(of: forbiddenPrograms) { return true }
  var stem = Array(program.utf8)
  while let last = stem.last, (0x30...0x39).contains(last) || last == UInt8(ascii: ".") { stem.removeLast() }
  return String(decoding: stem, as: UTF8.self).isOne(of: forbiddenInterpreters)
}

/// Splits a command at blanks; `"…"` and `'…'` keep blanks, and inside `"…"` a backslash keeps a quote or
/// itself.
///
/// - Returns: nil where a quote stays open or there are too many words.
private func words(_ text: String) -> [String]? {
  var words: [String] = []
  var word: [UInt8] = []
  var isInWord = false
  var quote: UInt8?
  var isEscaped = false
  for byte in text.utf8 {
    if isEscaped {
      if byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { word.append(UInt8(ascii: "\\")) }
      word.append(byte)
      isEscaped = false
    } else if let open = quote {
      if byte == open {
        quote = nil
      } else if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") {
        isEscaped = true
      } else {
        word.append(byte)
      }
    } else if byte == 0x20 || byte == 0x09 {
      if isInWord { words.append(String(decoding: word, as: UTF8.self)) }
      word.removeAll(keepingCapacity: true)
      isInWord = false
    } else {
      isInWord = true
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { quote = byte } else { word.append(byte) }
    }
  }
  guard quote == nil, !isEscaped else { return nil }
  if isInWord { words.append(String(decoding: word, as: UTF8.self)) }
  return words.count <= ServiceDefinition.wordLimit ? words : nil
}
