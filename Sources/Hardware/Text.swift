/// Whether `text` begins with `prefix`, byte for byte; `hasPrefix` would bring Unicode tables along.
func startsWith(_ text: String, _ prefix: StaticString) -> Bool {
  var index = 0
  for byte in text.utf8 {
    guard index < prefix.utf8CodeUnitCount else { return true }
    guard byte == prefix.utf8Start[index] else { return false }
    index += 1
  }
  return index >= prefix.utf8CodeUnitCount
}
