import Basics
internal import CLinux
import Platform

/// Questions to /proc about processes.
enum ProcessTable {
  /// More processes than this on one machine are not looked at.
  private static let limit = 65536

  /// The processes whose parent is `parent` (proc(5), /proc/PID/stat, field 4).
  static func children(of parent: pid_t) -> [pid_t] {
    File.names(in: "/proc", limit: limit).compactMap { name in
      guard let process = pid_t(name), Self.parent(of: process) == parent else { return nil }
      return process
    }
  }

  /// The processes in whose environment there is this `NAME=VALUE` (proc(5), /proc/PID/environ): a mark that everything
  /// a program starts inherits.
  static func marked(with variable: String) -> [pid_t] {
    let mark = Array(variable.utf8)
    return File.names(in: "/proc", limit: limit).compactMap { name in
      guard let process = pid_t(name), process != getpid(),
        let bytes = try? File.read("/proc/\(process)/environ", limit: environmentLimit)
      else { return nil }
      return bytes.split(separator: 0).contains { $0.elementsEqual(mark) } ? process : nil
    }
  }

  /// As much as the kernel takes for arguments and environment together on usual machines (execve(2)).
  private static let environmentLimit = 2 << 20

  private static func parent(of process: pid_t) -> pid_t? {
    guard let bytes = try? File.read("/proc/\(process)/stat", limit: 4096),
      // The command's name is in parentheses and may contain anything, further parentheses too.
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = bytes[(end + 1)...].split(separator: 32)
    return fields.count > 1 ? pid_t(String(decoding: fields[1], as: UTF8.self)) : nil
  }
}
