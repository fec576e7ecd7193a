extension [UInt8] {
  /// Makes room for a long piece and a little behind it, so that the byte that ends it does not move all once more.
  package mutating func makeRoom(forLong piece: Int) {
    if piece > 4096 { reserveCapacity(count + piece + 1024) }
  }
}
