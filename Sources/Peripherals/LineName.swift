/// How a GPIO line is named: by itself, over all chips, or as a chip's label and an offset. Never by a chip's number,
/// which changes with the kernel (a Raspberry Pi 5's header moved from gpiochip4 to gpiochip0).
package enum LineName: Equatable, Sendable {
  /// As the board's description names it: `GPIO17`.
  case name(String)
  /// `pinctrl-bcm2835:17`.
  case place(label: String, offset: UInt32)

  /// The longest name or label of the kernel, with its NUL (linux/gpio.h, GPIO_MAX_NAME_SIZE).
  package static let size = 32

  /// Nil where the text is neither; a colon with digits behind it always parts a label from an offset.
  package init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count < 2 * Self.size, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
    else { return nil }
    if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
      let offset = UInt32(text[text.utf8.index(after: colon)...]), offset < Self.offsetLimit
    {
      let label = String(text[..<colon])
      guard !label.isEmpty, label.utf8.count < Self.size else { return nil }
      self = .place(label: label, offset: offset)
    } else {
      guard text.utf8.count < Self.size else { return nil }
      self = .name(text)
    }
  }

  /// No chip has as many lines.
  private static let offsetLimit: UInt32 = 65536

  /// As it is written in the settings.
  package var text: String {
    switch self {
    case .name(let name): name
    case .place(let label, let offset): "\(label):\(offset)"
    }
  }
}
