/// What a message may demand of its receiver.
package struct HTTPLimits: Sendable {
  /// One request, status or header line with its end: what RFC 9112 section 3 recommends (8000) and a little more.
  package var lineBytes: Int
  /// All header lines of a message, likewise its trailers: browsers on this network send 2 kB at most.
  package var headerBytes: Int
  /// Header fields of a message; its trailers are counted apart, to the same limit.
  package var headerCount: Int
  /// The body: the size of the largest JSON text that is accepted.
  package var bodyBytes: Int
  /// A chunk's size line. Sixteen digits make a size; the rest is for extensions, which are skipped.
  package var chunkLineBytes: Int
  /// All chunk extensions of a message: otherwise 1 MiB of body could cost 256 MiB of reading.
  package var chunkExtensionBytes: Int

  /// The limits for requests: 8 KiB a line, 16 KiB and 64 fields of header, 1 MiB of body.
  package init(
    lineBytes: Int = 8 << 10, headerBytes: Int = 16 << 10, headerCount: Int = 64, bodyBytes: Int = 1 << 20,
    chunkLineBytes: Int = 256, chunkExtensionBytes: Int = 4 << 10
  ) {
    self.lineBytes = lineBytes
    self.headerBytes = headerBytes
    self.headerCount = headerCount
    self.bodyBytes = bodyBytes
    self.chunkLineBytes = chunkLineBytes
    self.chunkExtensionBytes = chunkExtensionBytes
  }
}
