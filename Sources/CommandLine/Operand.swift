import Settings

/// What a command takes beside its options.
struct Operand: Sendable {
  enum Count: Sendable {
    case one, optional, many
    /// Everything else on the line; the operand's name is the whole usage.
    case rest
  }

  let name: String
  let count: Count
  /// What the help says of it; empty where its name is enough.
  let summary: String
  let completion: Completion
  /// What is said where it has to be given and is not.
  let lack: String

  init(
    _ name: String, _ count: Count, _ summary: String = "", completes completion: Completion = .nothing,
    lack: String = ""
  ) {
    self.name = name
    self.count = count
    self.summary = summary
    self.completion = completion
    self.lack = lack
  }

  /// As a usage line has it: `RUN`, `[FILE]` or `RUN...`.
  var usage: String {
    switch count {
    case .one, .rest: name
    case .optional: "[" + name + "]"
    case .many: name + "..."
    }
  }

  /// - Throws: what is wrong with the number of words that are given.
  func check(_ words: [String]) throws(CommandFailure) {
    // A variable that is empty names nothing.
    let isLacking = words.isEmpty || words.contains("")
    if isLacking, count == .one || count == .many { throw CommandFailure(usage: lack) }
    if words.count > 1, count == .one || count == .optional { throw Self.unexpected(words[1]) }
  }

  static func unexpected(_ word: String) -> CommandFailure {
    CommandFailure(usage: "unexpected '" + word + "'")
  }
}
