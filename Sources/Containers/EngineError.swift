import Basics

/// A call to the Engine that failed, and why.
package struct EngineError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong, as it was found.
  package enum Reason: Equatable, Sendable {
    /// The Engine answered with an HTTP status of 300 and above; the message is its own.
    case refused(status: Int, message: String)
    /// The Engine had begun to answer and then told of an error: the message is its own.
    case reported(message: String)
    /// The connection ended before what was still expected.
    case closed(expected: String)
    /// The socket could not be opened, written or read; the detail names the system's error.
    case broken(detail: String)
    /// The Engine said nothing for that many seconds.
    case silent(seconds: Int)
    /// The answer is not what this call answers with.
    case malformed(String)
    /// A part of the answer is larger than this program accepts.
    case tooLarge(String, limit: Int)
    /// The Engine's newest API version is below `EngineVersion.oldest`.
    case tooOld(EngineVersion)
  }

  /// What the failure means for who asked.
  package enum Kind: Equatable, Sendable {
    /// The Engine knows no container of that identifier or name.
    case noSuchContainer
    /// The Engine does not hold the image, or the registry does not know it or does not give it to us.
    case noSuchImage
    /// Another container has that name.
    case nameInUse
    /// The container's state forbids it: it runs, does not run, is being removed.
    case conflict
    /// The container was created but cannot run: no such program, device, network, resource.
    case notStartable
    /// The image could not be fetched for another reason than its absence; a local one may do.
    case pullFailed
    /// The Engine does not speak this API version (any more): ask for its version again.
    case versionRefused
    /// The Engine is not there, went away or hangs; the call may or may not have taken effect.
    case unreachable
    /// The Engine is too old for this program.
    case tooOld
    /// None of these; only the message tells more.
    case other
  }

  /// The call that failed.
  package let verb: EngineVerb
  /// What the call was about: a container, an image; empty if it was about nothing.
  package let subject: String
  /// What was found; `kind` is made of it and of `verb`.
  package let reason: Reason

  /// An error of a call; without a subject where the call is about the Engine as a whole.
  package init(_ verb: EngineVerb, subject: String = "", reason: Reason) {
    self.verb = verb
    self.subject = subject
    self.reason = reason
  }

  /// What the failure means, by the status codes of the Engine API reference and the words of its messages.
  package var kind: Kind {
    switch reason {
    case .refused(let status, let message): kind(status, message)
    case .reported(let message): verb == .pull ? Self.pullKind(message) : .other
    case .closed, .broken, .silent: .unreachable
    case .malformed, .tooLarge: .other
    case .tooOld: .tooOld
    }
  }

  private func kind(_ status: Int, _ message: String) -> Kind {
    if status == 400 && message.contains(ignoringCase: "client version") { return .versionRefused }
    if status == 404 && message.contains(ignoringCase: "such container") { return .noSuchContainer }
    switch verb {
    case .pull:
      return status == 404 ? .noSuchImage : Self.pullKind(message)
    case .imageInspect where status == 404:
      return .noSuchImage
    case .create where status == 404 && message.contains(ignoringCase: "such image"):
      return .noSuchImage
    case .create where status == 409:
      return message.contains(ignoringCase: "already in use") ? .nameInUse : .conflict
    case .start:
      return status == 409 ? .conflict : .notStartable
    default:
      return status == 409 ? .conflict : .other
    }
  }

  /// Old and new Engines put the registry's answer into words that differ; these are common to all.
  static func pullKind(_ message: String) -> Kind {
    let absent =
      message.contains(ignoringCase: "manifest unknown") || message.contains(ignoringCase: "access denied")
      || message.contains(ignoringCase: "not found") || message.contains(ignoringCase: "no matching manifest")
    return absent ? .noSuchImage : .pullFailed
  }

  /// One sentence for a log: `Engine: VERB SUBJECT: REASON`. An identifier is cut to 12 digits.
  package var description: String {
    // An identifier is as long as people know it from Docker's own output.
    let isIdentifier = subject.utf8.count == 64 && subject.utf8.allSatisfy { $0 < 0x67 && $0 != 0x2F }
    let name = isIdentifier ? subject.droppingLast(52) : subject
    let call = subject.isEmpty ? verb.rawValue : "\(verb.rawValue) \(name)"
    return "Engine: \(call): \(reason.description)"
  }
}

extension EngineError.Reason: CustomStringConvertible {
  /// The reason alone, in words for a log; messages of the Engine are in it unchanged.
  package var description: String {
    switch self {
    case .refused(let status, let message): "refused with \(status): \(message)"
    case .reported(let message): "failed: \(message)"
    case .closed(let expected): "the connection ended, expected \(expected)"
    case .broken(let detail): "the connection broke: \(detail)"
    case .silent(let seconds): "no answer for \(seconds) s"
    case .malformed(let what): "not understood: \(what)"
    case .tooLarge(let what, let limit): "\(what) exceeds \(limit) bytes"
    case .tooOld(let version):
      "its newest API version is \(version), expected \(EngineVersion.oldest) or above (Engine 17.06)"
    }
  }
}
