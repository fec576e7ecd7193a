/// Why a `docker run` command cannot become a container: the option at fault and what was expected of it.
public struct RunCommandError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The option as it is documented, such as `--memory`; nil where the fault is the image or the command as a whole.
  public var option: String?
  /// What was found and what was expected, in the words of the Docker client where it has some.
  public var reason: String

  /// An error about `option`, or about the command as a whole.
  public init(option: String? = nil, reason: String) {
    self.option = option
    self.reason = reason
  }

  /// The option and the reason in one sentence for a log or an answer.
  public var description: String {
    guard let option else { return reason }
    return "\(option): \(reason)"
  }
}

/// A value that its option does not take; the scanner adds the name of the option.
struct OptionFault: Error {
  var reason: String

  init(_ reason: String) { self.reason = reason }
}
