/// What is wrong with a configuration text, where, and what was expected.
package struct ConfError: Error, Equatable, Sendable {
  /// The file as it was named to the parser.
  package let file: String
  /// The line, from 1; 0 when the whole file is meant.
  package let line: Int
  /// What is wrong and what was expected, without the place.
  package let text: String

  /// An error at a line; line 0 means the whole file.
  package init(file: String, line: Int, text: String) {
    self.file = file
    self.line = line
    self.text = text
  }

  /// `file:line: text`, the form in which editors and users find the place.
  package var message: String {
    line > 0 ? "\(file):\(line): \(text)" : "\(file): \(text)"
  }
}
