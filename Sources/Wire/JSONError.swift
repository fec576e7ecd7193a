/// Why a text is not JSON, or not JSON that this program accepts.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was expected, as a phrase.
  public let reason: String
  /// The place of the fault: bytes from the start of the text.
  public let offset: Int

  public init(reason: String, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  public var description: String {
    "\(reason) at byte \(offset)"
  }
}
