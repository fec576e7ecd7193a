/// What is wrong with a configuration text, where, and what was expected.
public struct ConfError: Error, Equatable, Sendable {
  /// The file as it was named to the parser.
  public let file: String
  /// The line, from 1; 0 when the whole file is meant.
  public let line: Int
  /// What is wrong and what was expected, without the place.
  public let text: String

  public init(file: String, line: Int, text: String) {
    self.file = file
    self.line = line
    self.text = text
  }

  /// `file:line: text`, the form in which editors and users find the place.
  public var message: String {
    line > 0 ? "\(file):\(line): \(text)" : "\(file): \(text)"
  }
}
