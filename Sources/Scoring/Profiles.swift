internal import CBoards
package import Readings
package import Wire

/// All profiles this program knows: those embedded in it, and those its owner adds.
package struct Profiles: Sendable {
  /// By the order they were embedded or added.
  package let all: [Profile]

  /// A file of the owner's, as `/etc/hearth/boards.d/NAME.conf`.
  package struct Addition: Sendable {
    /// The file's name without `.conf`.
    package let name: String
    /// How errors name it.
    package let file: String
    /// Its bytes.
    package let text: [UInt8]

    /// - Parameters:
    ///   - name: the file's name without `.conf`; an embedded profile of that name is replaced.
    ///   - file: how errors name it.
    package init(name: String, file: String, text: [UInt8]) {
      self.name = name
      self.file = file
      self.text = text
    }
  }

  /// Most embedded and added profiles together.
  package static let limit = 256

  /// Reads the embedded profiles, then the additions.
  package init(additions: [Addition] = []) throws(ConfError) {
    var all: [Profile] = []
    var index: UInt32 = 0
    while let name = cboards_name(index), let text = cboards_text(index), all.count < Self.limit {
      let name = String(cString: name)
      let bytes = Array(String(cString: text).utf8)
      all.append(try Profile.parse(bytes, name: name, file: "boards/" + name + ".conf"))
      index += 1
    }
    for addition in additions {
      let profile = try Profile.parse(addition.text, name: addition.name, file: addition.file)
      if let old = all.firstIndex(where: { $0.name == addition.name }) {
        all[old] = profile
      } else if all.count < Self.limit {
        all.append(profile)
      } else {
        throw ConfError(file: addition.file, line: 0, text: "more than \(Self.limit) board profiles")
      }
    }
    self.all = all
  }

  /// The text of the embedded profile of that name.
  package static func embedded(_ name: String) -> [UInt8]? {
    var index: UInt32 = 0
    while let known = cboards_name(index), let text = cboards_text(index) {
      if String(cString: known) == name { return Array(String(cString: text).utf8) }
      index += 1
    }
    return nil
  }

  /// The profile of a board, and why it is the one.
  package struct Match: Equatable, Sendable {
    /// The kinds of evidence, strongest first.
    package enum Rule: String, Sendable {
      /// The device tree names the board.
      case compatible
      /// The device tree names the chip.
      case soc
      case model
      case parts = "CPU parts"
      case product = "DMI product"
      case architecture
      /// Nothing matched.
      case none
    }

    /// What is known of the board.
    package let profile: Profile
    /// By what it was found.
    package let rule: Rule
    /// The text of the board that matched.
    package let text: String

    /// By what the board was recognised: `by compatible raspberrypi,3-model-b`.
    package var evidence: String { "by " + rule.rawValue + (text.isEmpty ? "" : " " + text) }
  }

  /// Finds the profile of `board`, by the strongest evidence any profile has.
  ///
  /// Entries of `compatible` go from special to general, so an earlier one wins over a later one. A device tree that
  /// names no known board or chip is believed over the kinds of cores, which many boards share.
  package func match(_ board: Board) -> Match {
    for entry in board.compatible.value ?? [] {
      for profile in all where profile.recognition.compatible.contains(entry) {
        return Match(profile: profile, rule: .compatible, text: entry)
      }
      for profile in all where profile.recognition.soc.contains(entry) {
        return Match(profile: profile, rule: .soc, text: entry)
      }
    }
    if let model = board.model.value {
      for profile in all where profile.recognition.models.contains(where: { isModel(model, $0) }) {
        return Match(profile: profile, rule: .model, text: model)
      }
    }
    if board.compatible.value == nil, let parts = board.processorParts.value, !parts.isEmpty {
      for profile in all where isSame(parts, profile.recognition.parts) {
        return Match(profile: profile, rule: .parts, text: text(parts))
      }
    }
    for product in [board.product.value, board.boardName.value] {
      guard let product, !product.isEmpty else { continue }
      for profile in all where profile.recognition.products.contains(product) {
        return Match(profile: profile, rule: .product, text: product)
      }
    }
    for profile in all where profile.recognition.architecture == board.architecture {
      return Match(profile: profile, rule: .architecture, text: board.architecture)
    }
    return Match(profile: .unknown, rule: .none, text: board.architecture)
  }
}

/// Whether the board's model is `known`, with or without the revision the firmware appends.
private func isModel(_ model: String, _ known: String) -> Bool {
  model.utf8.elementsEqual(known.utf8) || model.utf8.starts(with: (known + " Rev").utf8)
}

private func isSame(_ parts: [ProcessorPart], _ known: [Int]) -> Bool {
  !known.isEmpty && parts.allSatisfy { known.contains($0.part) }
    && known.allSatisfy { number in parts.contains { $0.part == number } }
}

private func text(_ parts: [ProcessorPart]) -> String {
  var text = ""
  for part in parts {
    if !text.isEmpty { text += ", " }
    text += "0x" + String(part.part, radix: 16)
  }
  return text
}
