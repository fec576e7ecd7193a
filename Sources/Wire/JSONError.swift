/// Why a text is not JSON, or not JSON that this program accepts.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was expected, as a phrase.
  package let reason: String
  /// The place of the fault: bytes from the start of the text.
  package let offset: Int

  /// An error at a place of the text.
  package init(reason: String, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// The reason and the place, for errors that are shown.
  package var description: String {
    "\(reason) at byte \(offset)"
  }
}
