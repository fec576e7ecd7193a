internal import Wire

/// One step of a pull.
package struct PullProgress: Equatable, Sendable {
  /// What is being done, in the Engine's words: `Downloading`, `Extracting`, `Digest: sha256:…`.
  package var status: String
  /// The layer it is done to, 12 hexadecimal digits; `nil` for the whole image.
  package var layer: String?
  /// Bytes done of this step, where the Engine counts them.
  package var current: Int64?
  /// Bytes to do in this step, where the Engine knows.
  package var total: Int64?
  /// How much of the whole pull is done, 0 to 100, never falling; `nil` while the layers are being announced.
  package var percent: Int?

  /// A step of the whole image whose size nobody knows, unless more is given.
  package init(
    status: String, layer: String? = nil, current: Int64? = nil, total: Int64? = nil, percent: Int? = nil
  ) {
    self.status = status
    self.layer = layer
    self.current = current
    self.total = total
    self.percent = percent
  }
}

/// Sums the steps of a pull up to one percentage.
struct PullMeter {
  /// Layers that are counted; an image has 127 at most (the depth of overlay file systems).
  static let layers = 128
  /// The part of a layer's work that is downloading; the rest is extracting.
  static let download: Int64 = 70

  private struct Layer {
    let id: String
    var done: Int64
  }
  private var layers: [Layer] = []
  private var percent: Int?

  /// Reads one line of the stream.
  mutating func step(_ json: JSON) -> PullProgress {
    let status = json["status"]?.string ?? ""
    let detail = json["progressDetail"]
    var progress = PullProgress(
      status: status, current: detail?["current"]?.integer, total: detail?["total"]?.integer)
    if let id = json["id"]?.string, let done = Self.done(progress) {
      progress.layer = id
      count(id, done)
      if !Self.announces(status) { rise() }
    } else if !layers.isEmpty {
      // The lines about the whole image come after its last layer.
      rise()
    }
    progress.percent = percent
    return progress
  }

  /// Percent of a layer that is done with this step; `nil` if the step is not that of a layer.
  private static func done(_ step: PullProgress) -> Int64? {
    switch step.status {
    case "Pulling fs layer", "Waiting": 0
    case "Downloading": part(step, of: download)
    case "Verifying Checksum", "Download complete": download
    case "Extracting": download + part(step, of: 100 - download)
    case "Pull complete", "Already exists": 100
    default: nil
    }
  }

  private static func part(_ step: PullProgress, of whole: Int64) -> Int64 {
    guard let current = step.current, let total = step.total, current >= 0, total > 0 else { return 0 }
    // Dividing first loses less than one percent once total is above 100 and cannot overflow.
    return total > 10_000 ? min(whole, current / (total / whole)) : whole * min(current, total) / total
  }

  /// Steps that come before the work begins. With some layers unknown still, a percentage would start too high.
  private static func announces(_ status: String) -> Bool {
    status == "Pulling fs layer" || status == "Waiting" || status == "Already exists"
  }

  private mutating func count(_ id: String, _ done: Int64) {
    for index in layers.indices where layers[index].id == id {
      layers[index].done = max(layers[index].done, done)
      return
    }
    if layers.count < Self.layers { layers.append(Layer(id: id, done: done)) }
  }

  private mutating func rise() {
    var sum: Int64 = 0
    for layer in layers { sum += layer.done }
    percent = max(percent ?? 0, Int(sum / Int64(max(1, layers.count))))
  }
}
