package import Scoring

/// One request of a load, and the work that it turns out to be.
package struct Job: Sendable {
  /// Seconds from the beginning.
  package var arrival: Double
  /// The index of the node that is asked.
  package var origin: Int
  /// What it is called: its speed is learned by that name.
  package var service: String
  /// Seconds on a core of an idle Raspberry Pi 3, or with its memory or its Ethernet alone.
  package var work: Double
  /// What it mostly waits for.
  package var bound = Requirements.Bound.processor
  /// Threads that share the work alike.
  package var threads = 1.0
  /// Bytes that it takes as soon as it runs.
  package var memory: Int64 = 0
  /// Whether the request says how many.
  package var tellsMemory = true
  /// The image that it needs; 0 for one that every node has.
  package var image = 0
  /// What has to be fetched of it, in MiB.
  package var imageMebibytes = 0

  /// A job of one thread that needs no memory and no image.
  package init(arrival: Double, origin: Int, service: String, work: Double) {
    self.arrival = arrival
    self.origin = origin
    self.service = service
    self.work = work
  }

  /// What there is to do: 7-zip MI, MB through memory, or MB through the network.
  var amount: Double {
    switch bound {
    case .processor: work * Estimate.referenceSpeed
    case .memory: work * Estimate.referenceMemoryRate
    case .network: work * Estimate.referenceLinkRate / 8
    }
  }
}
