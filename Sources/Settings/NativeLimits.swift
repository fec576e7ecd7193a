package import Basics
internal import CLinux

/// What a native program may do.
package struct NativeLimits {
  /// User and group it runs as when the agent is root; else it runs as the agent does, which is nobody special.
  package var user: UInt32 = 65534
  /// 65534 is `nogroup` or `nobody`.
  package var group: UInt32 = 65534
  /// A program that runs longer is ended; 0 is no limit.
  package var timeLimit = Interval.zero
  /// Between SIGTERM and SIGKILL, as Docker has it.
  package var grace = Interval.seconds(10)

  /// The time limit in whole seconds.
  package var seconds: Int { Int(timeLimit.seconds) }

  /// Where a bare program name is looked for.
  package static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  /// Set for each program, behind the variables of the run: getenv(3) finds the first of a name.
  package static let environment = [
    (name: "PATH", value: path), (name: "HOME", value: "/"), (name: "LANG", value: "C.UTF-8"),
  ]
  /// Open files of one program.
  private static let files: rlim_t = 1024

  /// Gives up privileges in the process that is to become the program.
  ///
  /// - Returns: 0 or an errno.
  package func drop() -> Int32 {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    var files = rlimit(rlim_cur: Self.files, rlim_max: Self.files)
    clinux_setrlimit_core(&none)
    clinux_setrlimit_files(&files)
    umask(0o077)
    if geteuid() == 0 {
      guard clinux_setgroups_none() == 0, setgid(group) == 0, setuid(user) == 0 else { return clinux_errno() }
    }
    return clinux_prctl(PR_SET_NO_NEW_PRIVS, 1) == 0 ? 0 : clinux_errno()
  }
}
