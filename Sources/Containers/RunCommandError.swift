import Basics

/// Why a `docker run` command cannot become a container: the option at fault and what was expected of it.
package struct RunCommandError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The option as it is documented, such as `--memory`; nil where the fault is the image or the command as a whole.
  package var option: String?
  /// What was found and what was expected, in the words of the Docker client where it has some.
  package var reason: String

  /// An error about `option`, or about the command as a whole.
  package init(option: String? = nil, reason: String) {
    self.option = option
    self.reason = reason
  }

  /// The option and the reason in one sentence for a log or an answer.
  package var description: String {
    guard let option else { return reason }
    return "\(option): \(reason)"
  }
}

/// A value that its option does not take; the scanner adds the name of the option.
struct OptionFault: Error {
  var reason: String

  /// The reason with each `%` replaced by the next value: interpolation at every fault would be a tenth of the module.
  @inline(never)
  init(_ template: String, _ first: String = "", _ second: String = "", _ third: String = "") {
    reason = ""
    var values = [first, second, third][...]
    for piece in template.pieces(at: "%") { reason += piece + (values.popFirst() ?? "") }
  }
}

extension RunCommandError {
  /// The reason with each `%` replaced by the next value.
  @inline(never)
  init(option: String? = nil, reason: String, _ first: String, _ second: String = "", _ third: String = "") {
    self.init(option: option, reason: OptionFault(reason, first, second, third).reason)
  }
}
