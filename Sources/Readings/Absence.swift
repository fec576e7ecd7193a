/// Why a reading has no value, and which file would have held it.
///
/// A shared object, so that the hundreds of readings of a snapshot stay small and a repeated absence costs
/// nothing.
package final class Absence: Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, or what the machine has not.
  package enum Reason: Equatable, Sendable {
    /// The file does not exist: other kernel, other hardware, or hidden in a container.
    case noFile
    /// The kernel or the driver says that it has no such value (`EINVAL`, `EOPNOTSUPP`, `ENODATA`, …), or
    /// gives a value that means so, as -1 for `speed`.
    case notSupported(errno: Int32)
    /// This process may not read the file.
    case permission
    /// The file's text is not what the kernel documents; the first `textLimit` bytes of it.
    case malformed(text: String)
    /// The read failed (`EIO`, `EAGAIN`, `ENODEV`, …).
    case failed(errno: Int32)
    /// A rate needs two samples, and there is only one; or nothing was sampled yet.
    case notYet
    /// What the file says cannot have been measured (`Plausible`).
    case implausible(Int64)
    /// What a chip says is not believed, or it may not be asked; in words.
    case unusable(text: String)
  }

  /// Bytes of foreign text that a `malformed` reason keeps at most.
  package static let textLimit = 40

  /// The value of readings that nobody has tried to read.
  package static let notYet = Absence(path: "", reason: .notYet)

  /// The file, with the root in front.
  package let path: String
  /// Why that file gives none.
  package let reason: Reason

  /// An absence; make one and keep it where the same may be said each second.
  package init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// Whether path and reason are the same.
  package static func == (left: Absence, right: Absence) -> Bool {
    left === right || (left.reason == right.reason && left.path == right.path)
  }

  /// The reason in plain words, with the path: `/proc/pressure/cpu: no such file`.
  package var description: String {
    path.isEmpty ? reason.text : path + ": " + reason.text
  }
}

extension Absence.Reason {
  /// The reason in plain words, without the path.
  package var text: String {
    switch self {
    case .noFile: "no such file"
    case .notSupported(let errno):
      errno == 0 ? "not supported" : "not supported (\(ErrorNumber.words(errno)))"
    case .permission: "permission denied"
    case .malformed(let text): text.isEmpty ? "empty" : "unexpected text \"" + text + "\""
    case .failed(let errno): ErrorNumber.words(errno)
    case .notYet: "not measured yet"
    case .implausible(let value): "\(value) is not believed"
    case .unusable(let text): text
    }
  }
}
