import Basics
package import Platform

/// What a command line says, read by the rows of its options.
package struct OptionValues {
  /// Where options may be.
  package enum Order: Sendable {
    /// Anywhere.
    case anywhere
    /// In front: the first other word, be it an unknown option, and all behind it are operands.
    case first
    /// Nowhere: all words are operands, for another program to read.
    case nowhere
  }

  private var given: [(name: String, value: String)] = []
  /// The words that are neither options nor their values.
  package private(set) var operands: [String] = []

  /// - Throws: what is wrong with the first word that makes no sense: an option that none of the rows has, or one
  ///   without its value.
  package init(
    _ arguments: Arguments, options: [ProgramOption], order: Order = .anywhere
  ) throws(UsageError) {
    guard order != .nowhere else {
      operands = arguments.rest
      return
    }
    var arguments = arguments
    while !arguments.rest.isEmpty {
      if let option = try Self.take(options, &arguments) {
        given.append(option)
      } else if order == .first {
        operands = arguments.rest
        return
      } else if let word = try arguments.operand() {
        operands.append(word)
      }
    }
  }

  /// The option that comes next, with its value; nil where the next word is none of them.
  private static func take(
    _ options: [ProgramOption], _ arguments: inout Arguments
  ) throws(UsageError) -> (name: String, value: String)? {
    for option in options {
      if !option.value.isEmpty {
        if let value = try arguments.option(option.name) { return (option.name, value) }
      } else if arguments.flag(option.name, option.short.isEmpty ? option.name : option.short) {
        return (option.name, "")
      }
    }
    return nil
  }

  /// Whether the option is given.
  package func has(_ option: ProgramOption) -> Bool {
    self[option] != nil
  }

  /// The value that the option was given last, empty of one that takes none; nil where it was not given.
  package subscript(_ option: ProgramOption) -> String? {
    all(option).last
  }

  /// All values that the option was given, in their order.
  package func all(_ option: ProgramOption) -> [String] {
    var values: [String] = []
    for (name, value) in given where name == option.name { values.append(value) }
    return values
  }
}
