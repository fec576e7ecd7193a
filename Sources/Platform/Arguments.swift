import Basics
internal import CLinux

/// The words of a command line, taken one by one.
package struct Arguments {
  private var words: ArraySlice<String>
  /// The first word of this process that is not UTF-8, with a mark for each byte that is none.
  package private(set) var unreadable: String?

  /// The words behind the program's name.
  package init(_ words: [String]) {
    self.words = words[...]
  }

  /// The words of this process (proc(5), /proc/PID/cmdline): the embedded library has no other way to them.
  package static func ofProcess() -> Arguments {
    let bytes = (try? File.read("/proc/self/cmdline", limit: 2 << 20)) ?? []
    var pieces = bytes.split(separator: 0, omittingEmptySubsequences: false)
    // Every word ends in NUL, so the last piece is empty.
    if !pieces.isEmpty { pieces.removeLast() }
    let words = pieces.map { String(decoding: $0, as: UTF8.self) }
    var arguments = Arguments(Array(words.dropFirst()))
    for (word, piece) in zip(words, pieces) where !word.utf8.elementsEqual(piece) {
      arguments.unreadable = arguments.unreadable ?? word
    }
    return arguments
  }

  /// The words that were not taken yet, in order.
  package var rest: [String] {
    Array(words)
  }

  /// Takes the next word, whatever it is; nil where none is left.
  package mutating func next() -> String? {
    words.popFirst()
  }

  /// Takes the option's value where the next word is `--name VALUE` or `--name=VALUE`.
  package mutating func option(_ name: String) throws(UsageError) -> String? {
    guard let word = words.first else { return nil }
    if word == name {
      guard words.count > 1 else { throw UsageError("\(name) needs a value") }
      words.removeFirst()
      return words.removeFirst()
    }
    guard word.begins(with: name + "=") else { return nil }
    words.removeFirst()
    return String(decoding: word.utf8.dropFirst(name.utf8.count + 1), as: UTF8.self)
  }

  /// Takes the next word where it is one of the names.
  package mutating func flag(_ names: String...) -> Bool {
    guard let word = words.first, names.contains(word) else { return false }
    words.removeFirst()
    return true
  }

  /// The next word, which must not be an option.
  package mutating func operand() throws(UsageError) -> String? {
    guard let word = words.first else { return nil }
    guard word == "-" || word.utf8.first != UInt8(ascii: "-") else {
      throw UsageError("unknown option \(word)")
    }
    words.removeFirst()
    return word
  }

  /// Makes sure that every word was taken.
  ///
  /// - Throws: an error that names the first word that is left.
  package func end() throws(UsageError) {
    if let word = words.first { throw UsageError("unexpected '\(word)'") }
  }
}

/// A command line that makes no sense; exit code 2.
package struct UsageError: Error {
  /// One phrase for the person who typed it.
  package var text: String

  /// An error that says this phrase, without the program's name.
  package init(_ text: String) {
    self.text = text
  }
}
