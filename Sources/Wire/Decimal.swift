/// The nearest double to a decimal number in ASCII (RFC 8259, 6); nil where the bytes are none.
func nearestDouble(_ digits: ArraySlice<UInt8>) -> Double? {
  #if hasFeature(Embedded) && compiler(<6.3)
    // Embedded Swift has `Double(String)` from 6.3 on only; cross/double.c.
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: digits.count + 1) { buffer in
      _ = buffer.initialize(from: digits)
      buffer[digits.count] = 0
      var value = 0.0
      guard let base = buffer.baseAddress, let end = strtod(base, &value) else { return nil }
      return end == base + digits.count ? value : nil
    }
  #else
    return Double(String(decoding: digits, as: UTF8.self))
  #endif
}

#if hasFeature(Embedded) && compiler(<6.3)
  @_silgen_name("hearth_strtod")
  private func strtod(_ text: UnsafePointer<UInt8>, _ value: UnsafeMutablePointer<Double>) -> UnsafePointer<
    UInt8
  >?
#endif
