import Basics
internal import Wire

// Comma-separated fields of --mount, --network and --gpus, quoted as in RFC 4180 with Go's rules.

enum OptionFields {
  /// The fields of one line; a field in double quotes may hold commas, and "" for a quote.
  static func split(_ text: String) throws(OptionFault) -> [String] {
    var fields: [String] = []
    var rest = [UInt8](text.utf8)[...]
    guard !rest.isEmpty else { throw OptionFault("expected comma-separated fields, found none") }
    while true {
      var field: [UInt8] = []
      if rest.first == 0x22 {
        field = try unquote(&rest)
      } else {
        field = [UInt8](rest.prefix { $0 != 0x2c })
        rest = rest.dropFirst(field.count)
        guard !field.contains(0x22) else { throw OptionFault("bare \" in non-quoted field") }
      }
      fields.append(String(decoding: field, as: UTF8.self))
      guard rest.popFirst() == 0x2c else { return fields }
    }
  }

  /// The field in quotes that `rest` begins with, up to its comma or the end.
  private static func unquote(_ rest: inout ArraySlice<UInt8>) throws(OptionFault) -> [UInt8] {
    var field: [UInt8] = []
    rest.removeFirst()
    while let byte = rest.popFirst() {
      if byte != 0x22 {
        field.append(byte)
      } else if rest.first == 0x22 {
        field.append(0x22)
        rest.removeFirst()
      } else {
        guard rest.isEmpty || rest.first == 0x2c else { break }
        return field
      }
    }
    throw OptionFault("extraneous or missing \" in quoted field")
  }

  /// `key=value` texts as an object; of a key given twice the last value stays, and one without `=` has an empty value.
  static func object(_ pairs: [String]) -> JSONObject {
    JSONObject(
      pairs.map { pair in
        let (key, value) = pair.cut(at: "=") ?? (pair, "")
        return JSONMember(name: key, value: .string(value))
      })
  }
}
