import Basics
package import Wire

// What of a profile is about the board's own devices: its light, its I2C buses and the sensors on them. hearth.conf
// has the same sections with the same words, so both are read by what stands here.

extension Profile {
  /// The light that shows how the node is; both empty where the board has none.
  package struct Light: Equatable, Sendable {
    /// A GPIO line: its name over all chips, or `LABEL:OFFSET`.
    package var line: String?
    /// LEDs of `/sys/class/leds`; the first that exists is taken.
    package var leds: [String] = []

    /// A line, LEDs, or neither.
    package init(line: String? = nil, leds: [String] = []) {
      self.line = line
      self.leds = leds
    }
  }

  /// I2C buses, by a text that the adapter's name (`/sys/class/i2c-dev/i2c-N/name`) contains, as `i2c@7e804000`.
  package struct Buses: Equatable, Sendable {
    /// Those that may be touched; no other may.
    package var allowed: [String] = []
    /// Those that must never be, whoever allows them: they reach into the board itself.
    package var forbidden: [String] = []

    /// Buses by texts of their adapters' names.
    package init(allowed: [String] = [], forbidden: [String] = []) {
      self.allowed = allowed
      self.forbidden = forbidden
    }

    /// Whether the adapter of that name may be touched.
    package func allow(_ adapter: String) -> Bool {
      !forbidden.contains { adapter.contains(bytes: $0) } && allowed.contains { adapter.contains(bytes: $0) }
    }
  }

  /// A sensor chip that is on the board, or that its owner has wired to it.
  package struct Sensor: Equatable, Sendable {
    /// The chip's name in the table of chips, as `ina219`.
    package var type: String
    /// A text that the adapter's name contains.
    package var adapter: String
    /// The seven bits.
    package var address: Int
    /// What else the chip needs to be understood, as `shunt` in milliohms.
    package var options: [Option]

    /// One `name=value`.
    package struct Option: Equatable, Sendable {
      /// Its name, as `shunt`.
      package var name: String
      /// What it is set to, as it was written.
      package var value: String
    }

    /// Addresses that are no chip's are left out (I2C specification UM10204, 3.1.12).
    package static let addresses = 0x08...0x77
    /// Most options of one sensor.
    package static let mostOptions = 8

    /// A chip at an address of 0x08...0x77.
    package init(type: String, adapter: String, address: Int, options: [Option] = []) {
      self.type = type
      self.adapter = adapter
      self.address = address
      self.options = options
    }

    /// Reads `TYPE ADAPTER ADDRESS [name=value…]`.
    package init(parsing entry: Conf.Entry) throws(ConfError) {
      let expected = "a chip, a bus, an address and options, as ina219 i2c@7e804000 0x40 shunt=100"
      let words = entry.value.words(at: " ", or: "\t")
      guard words.count >= 3, words.count <= 3 + Self.mostOptions,
        let address = hexadecimal(words[2]), Self.addresses.contains(address)
      else { throw wrong(entry, expected) }
      self.init(type: words[0], adapter: words[1], address: address)
      for word in words[3...] {
        guard let sign = word.utf8.firstIndex(of: UInt8(ascii: "=")), sign > word.utf8.startIndex,
          let value = String(word.utf8[sign...].dropFirst()), !value.isEmpty
        else { throw wrong(entry, expected) }
        options.append(Option(name: String(word[..<sign]), value: value))
      }
    }
  }

  /// Reads `[light]`.
  package static func light(_ section: Conf.Section) -> Light {
    let line = section.text("line") ?? ""
    return Light(line: line.isEmpty ? nil : line, leds: words(section, "led"))
  }

  /// Reads `[i2c]`.
  package static func buses(_ section: Conf.Section) -> Buses {
    Buses(allowed: words(section, "allow"), forbidden: words(section, "forbid"))
  }

  /// Reads `[sensors]`.
  package static func sensors(_ section: Conf.Section) throws(ConfError) -> [Sensor] {
    var sensors: [Sensor] = []
    for entry in section.entries where entry.key == "chip" { sensors.append(try Sensor(parsing: entry)) }
    return sensors
  }

  /// What stands between commas in all entries of a key; nothing between two commas is nothing.
  private static func words(_ section: Conf.Section, _ key: String) -> [String] {
    var all: [String] = []
    for entry in section.entries where entry.key == key {
      for part in entry.value.utf8.split(separator: UInt8(ascii: ",")) {
        var part = part[...]
        while part.first == 0x20 || part.first == 0x09 { part = part.dropFirst() }
        while part.last == 0x20 || part.last == 0x09 { part = part.dropLast() }
        if let word = String(part), !word.isEmpty { all.append(word) }
      }
    }
    return all
  }
}

/// `0xd03`; at most 32 bits.
func hexadecimal(_ text: String) -> Int? {
  guard text.utf8.starts(with: "0x".utf8), (3...9).contains(text.utf8.count) else { return nil }
  return UInt32(String(text.utf8.dropFirst(2)) ?? "", radix: 16).flatMap { Int(exactly: $0) }
}

func wrong(_ entry: Conf.Entry?, _ expected: String) -> ConfError {
  ConfError(
    file: entry?.file ?? "", line: entry?.line ?? 0,
    text: "\(entry?.key ?? "") = \(entry?.value ?? ""); expected \(expected)")
}
