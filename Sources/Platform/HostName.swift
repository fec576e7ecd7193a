internal import CLinux

/// This machine's name (gethostname(2)).
package enum HostName {
  /// At most 255 bytes, as it was at the first use; `localhost` where the kernel does not tell.
  package static let text: String = {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let text = buffer.baseAddress, gethostname(text, 255) == 0 else { return "localhost" }
      text[255] = 0
      return String(cString: text)
    }
  }()
}
