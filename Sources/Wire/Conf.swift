import Basics

/// A configuration text in sections: `[name]` or `[name "label"]`, below it `key = value`.
///
/// `#` and `;` begin comments, lines may end in CR LF, the text may begin with a byte order mark and is UTF-8.
/// One format serves hearth.conf, the board profiles and Home Edge's service definitions; `Rules` holds what
/// differs. Every entry keeps its file and line, so that a wrong value is reported where it stands.
package struct Conf: Equatable, Sendable {
  /// The file as it was named to the parser.
  package let file: String
  /// All sections in the order of the text; keys before the first header are in a section named "".
  package internal(set) var sections: [Section]

  /// What a kind of file allows, and how large it may be.
  package struct Rules: Sendable {
    /// The byte that ends a value when it follows white space: `#` in our files, `;` in Home Edge's, whose
    /// values keep everything else verbatim.
    package var valueComment: UInt8
    /// Keys that may stand several times in one section; of all others a second one is an error.
    package var repeatable: [String]
    /// Largest text, in bytes.
    package var textLimit = 64 * 1024
    /// Longest line, in bytes, without its end.
    package var lineLimit = 4 * 1024
    /// Largest number of entries; sections count as one each.
    package var entryLimit = 1024

    /// Rules with the usual limits: 64 KiB of text, 4 KiB a line, 1024 entries.
    package init(valueComment: UInt8 = UInt8(ascii: "#"), repeatable: [String] = []) {
      self.valueComment = valueComment
      self.repeatable = repeatable
    }

    /// Our own files.
    package static let hearth = Rules()
    /// Home Edge's `apps/NAME/NAME.conf`, where a `#` belongs to the value and its own
    /// examples carry comments after `;`.
    package static let homeEdge = Rules(valueComment: UInt8(ascii: ";"))
  }

  /// One `key = value`.
  package struct Entry: Equatable, Sendable {
    /// What stands before the `=`, without blanks around it; never empty.
    package let key: String
    /// The value without surrounding blanks and comment; may be empty.
    package let value: String
    /// The file the entry stands in, which `override(with:)` may have brought in.
    package let file: String
    /// The line, from 1.
    package let line: Int
  }

  /// A header and the entries below it.
  package struct Section: Equatable, Sendable {
    /// The first word of the header; empty for keys before the first header.
    package let name: String
    /// What follows the name in the header, without quotes: `[volume "data"]` has the label `data`.
    package let label: String?
    /// The file the header stands in, as it was named to the parser.
    package let file: String
    /// The line of the header, from 1; 0 for a section that is not in the text.
    package let line: Int
    /// In the order of the text; those of a file that overrides come last.
    package internal(set) var entries: [Entry]

    /// The header as it stands in the text.
    package var header: String {
      if let label { "[\(name) \"\(label)\"]" } else { "[\(name)]" }
    }
  }

  /// The section without a label, or an empty one of that name, so that defaults need no case of their own.
  package func section(_ name: String) -> Section {
    for section in sections where section.name == name && section.label == nil { return section }
    return Section(name: name, label: nil, file: file, line: 0, entries: [])
  }

  /// All sections of that name, with and without label, in the order of the text.
  package func sections(named name: String) -> [Section] {
    sections.filter { $0.name == name }
  }

  /// Lets the values of a later file replace those of this one, key by key, as in a `conf.d` folder.
  ///
  /// All values the later file gives for a key replace all earlier ones; errors keep naming the file they are in.
  package mutating func override(with later: Conf) {
    for addition in later.sections {
      guard let index = index(of: addition.name, addition.label) else {
        sections.append(addition)
        continue
      }
      sections[index].entries.removeAll { old in addition.entries.contains { $0.key == old.key } }
      sections[index].entries += addition.entries
    }
  }

  func index(of name: String, _ label: String?) -> Int? {
    sections.firstIndex { $0.name == name && $0.label == label }
  }
}

/// The sections and keys a kind of file may have.
package struct ConfShape: Sendable {
  /// The keys of one section name.
  package struct Keys: Sendable {
    /// The name in the header, without the label; empty for keys before the first header.
    package let section: String
    /// All keys the section may have, in the order in which errors list them.
    package let keys: [String]
    /// Whether the section needs a label (`true`), must not have one (`false`) or may (`nil`).
    package let labelled: Bool?

    /// The keys of a section, which by default has no label.
    package init(_ section: String, _ keys: [String], labelled: Bool? = false) {
      self.section = section
      self.keys = keys
      self.labelled = labelled
    }
  }

  /// One row for each section name, in the order in which errors list them.
  package let sections: [Keys]

  /// What the rows of a table allow, and nothing else.
  package init(_ sections: [Keys]) {
    self.sections = sections
  }
}

extension Conf {
  /// Refuses the first section or key that `shape` does not know; a typing error must not be a silent default.
  package func refuseUnknown(_ shape: ConfShape) throws(ConfError) {
    for section in sections {
      guard let known = shape.sections.first(where: { $0.section == section.name }) else {
        let names = joined(shape.sections.map { "[\($0.section)]" })
        if section.name.isEmpty, let entry = section.entries.first {
          let text = "'\(entry.key)' stands before the first section; known sections: \(names)"
          throw ConfError(file: entry.file, line: entry.line, text: text)
        }
        let text = "unknown section \(section.header); known: \(names)"
        throw ConfError(file: section.file, line: section.line, text: text)
      }
      if let labelled = known.labelled, labelled != (section.label != nil) {
        let text =
          labelled
          ? "\(section.header) needs a label: [\(section.name) \"…\"]"
          : "\(section.header) has a label; expected [\(section.name)]"
        throw ConfError(file: section.file, line: section.line, text: text)
      }
      for entry in section.entries where !known.keys.contains(entry.key) {
        let text = "unknown key '\(entry.key)' in \(section.header); known: \(joined(known.keys))"
        throw ConfError(file: entry.file, line: entry.line, text: text)
      }
    }
  }
}
