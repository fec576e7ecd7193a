/// What each heartbeat says of a node's ability to take work.
package struct NodeLoad: Hashable, Sendable {
  /// The score in `scoreUnits`: an idle Raspberry Pi 3 is 10,000.
  package var score: UInt32
  /// Runs in flight, at most 255.
  package var runs: UInt8
  /// Memory that new programs can have, in units of 16 MiB, at most 0xFFFE; `unknownMemory` where it is not known.
  package var memory: UInt16

  /// What contends there; nil from a node that does not tell.
  package var demand: NodeDemand?
  /// How fast its runs went of how fast it had promised, in units of 1/128; a node that tells no demand does not tell it.
  package var calibration = NodeLoad.asPromised

  /// The `calibration` of a node whose runs went as promised: 128/128.
  package static let asPromised: UInt8 = 128
  /// The `memory` of a node that does not know it; no node can have so much.
  package static let unknownMemory: UInt16 = 0xFFFF
  /// Hundredths.
  private static let scoreUnits = 100.0
  /// 16 MiB: fine enough for a board of 256 MiB, and 2 bytes reach to 1 TiB.
  package static let memoryUnit: UInt64 = 16 << 20

  /// Takes the numbers as the wire has them; demand is unknown, calibration as promised.
  package init(score: UInt32, runs: UInt8, memory: UInt16 = unknownMemory) {
    self.score = score
    self.runs = runs
    self.memory = memory
  }

  /// From readings. A score, in units of 1/100 of an idle Raspberry Pi 3, that is no number counts as 0, too much as the most.
  ///
  /// - Parameter memory: bytes, rounded down, so that no node promises what it does not have; nil for unknown.
  package init(
    score: Double, runs: Int, memory: UInt64?, demand: NodeDemand? = nil,
    calibration: UInt8 = NodeLoad.asPromised
  ) {
    let units = score * Self.scoreUnits
    self.score = units >= 0 ? UInt32(min(units, 4e9)) : 0
    self.runs = UInt8(clamping: runs)
    self.memory = memory.map { UInt16(min($0 / Self.memoryUnit, 0xFFFE)) } ?? Self.unknownMemory
    self.demand = demand
    self.calibration = calibration
  }

  /// The score in units of 1/100 of an idle Raspberry Pi 3.
  package var scoreValue: Double { Double(score) / Self.scoreUnits }

  /// The available memory in bytes; nil where it is not known.
  package var memoryBytes: UInt64? {
    memory == Self.unknownMemory ? nil : UInt64(memory) * Self.memoryUnit
  }
}

/// What contends for a node's cores, memory bus and link.
package struct NodeDemand: Hashable, Sendable {
  /// Threads that want a core, in `threadUnits`, at most 0xFFFF.
  package var threads: UInt16
  /// Of these, those that mostly wait for memory, at most 255.
  package var memoryBound: UInt8
  /// Flows over the link, at most 255.
  package var flows: UInt8
  /// The share of the link that is taken, 255 for all of it.
  package var link: UInt8

  /// A thread that computes half of the time counts, and 2 bytes reach to 1023 threads.
  private static let threadUnits = 64.0

  /// Takes the numbers as the wire has them.
  package init(threads: UInt16, memoryBound: UInt8, flows: UInt8, link: UInt8) {
    self.threads = threads
    self.memoryBound = memoryBound
    self.flows = flows
    self.link = link
  }

  /// From readings; what does not fit counts as the most that does.
  ///
  /// - Parameter linkBusy: the share of the link that is taken, 0...1.
  package init(threads: Double, memoryBound: Double, flows: Double, linkBusy: Double) {
    self.init(
      threads: UInt16(min(threads * Self.threadUnits + 0.5, 65_535)),
      memoryBound: UInt8(min(memoryBound + 0.5, 255)),
      flows: UInt8(min(flows + 0.5, 255)), link: UInt8(share: linkBusy))
  }

  /// Threads that want a core.
  package var threadCount: Double { Double(threads) / Self.threadUnits }

  /// The share of the link that is taken, 0...1.
  package var linkBusy: Double { link.share }
}

/// Shares on the wire: 0...1 as 0...255.
extension UInt8 {
  /// Rounded down; what is outside counts as the nearest that is inside.
  init(share: Double) {
    self.init(Swift.min(Swift.max(share, 0), 1) * 255)
  }

  var share: Double { Double(self) / 255 }
}
