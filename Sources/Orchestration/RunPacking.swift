import Basics

/// Writes the JSON of runs shorter, to keep many of them in memory: the words that each run has become one byte.
///
/// JSON text has no control characters outside of their escapes, so these bytes are free.
struct RunPacking {
  /// What byte N + 1 stands for; the longest that fits is taken.
  private let words: [[UInt8]]

  /// At most 30 and this node's name; every word begins with one of `isBeginning`.
  private static let common: [StaticString] = [
    "\"],\"attempt\":1,\"exitCode\":0,\"host\":\"", "\",\"state\":\"finished\",\"times\":{\"accepted\":",
    "\",\"state\":\"stopped\",\"times\":{\"accepted\":", "\",\"state\":\"failed\",\"times\":{\"accepted\":",
    "\",\"requesterAddress\":\"", "\",\"requesterNode\":\"", "\",\"requester\":\"", "\",\"hostNode\":\"",
    "\",\"service\":\"", "\",\"id\":\"", "edge-orchestration-", "{\"arguments\":[\"", "\"],\"attempt\":",
    ",\"ended\":", ",\"started\":", "},\"type\":\"container\"}", "},\"type\":\"native\"}", "\",\"",
    ",\"exitCode\":",
    "{\"address\":\"", "\",\"name\":\"", "\",\"node\":\"", "\",\"place\":",
    ",\"calibration\":1,\"competing\":",
    ",\"failures\":0,\"placed\":0,\"rank\":", ",\"reason\":\"speed ", "\",\"score\":", ",\"seconds\":",
    ",\"speed\":", ",\"terms\":{\"",
  ]

  /// - Parameter node: this node's name, which most of its runs have as their host.
  init(node: String) {
    var words = Self.common.map { word in word.withUTF8Buffer { Array($0) } }
    if node.utf8.count > 1, Self.isBeginning(node.utf8.first ?? 0) { words.append(Array(node.utf8)) }
    self.words = words.ordered { $0.count > $1.count }
  }

  @inline(__always)
  private static func isBeginning(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "e"): true
    default: false
    }
  }

  func pack(_ text: [UInt8], into packed: inout [UInt8]) {
    text.withUnsafeBufferPointer { text in
      var index = 0
      while index < text.count {
        let place = text.place(from: index) { Self.isBeginning($0) }
        packed.append(contentsOf: text[index..<place])
        index = place
        guard place < text.count else { return }
        if let number = words.firstIndex(where: { text[place...].starts(with: $0) }) {
          packed.append(UInt8(number + 1))
          index += words[number].count
        } else {
          packed.append(text[place])
          index += 1
        }
      }
    }
  }

  func unpack(_ packed: ArraySlice<UInt8>, into text: inout [UInt8]) {
    packed.withUnsafeBufferPointer { packed in
      var index = 0
      while index < packed.count {
        let place = packed.place(from: index) { $0 < 32 }
        text.append(contentsOf: packed[index..<place])
        guard place < packed.count else { return }
        let number = Int(packed[place])
        if number > 0, number <= words.count { text += words[number - 1] } else { text.append(packed[place]) }
        index = place + 1
      }
    }
  }
}
