import Platform

/// Whether the node is drained: the file `drained` in the state folder, which holds the reason, so that it stays so over
/// restarts. A drained node takes no new work; what it runs goes on, and it answers as ever.
final class DrainedMark {
  private let path: String
  private let writer: DiskWriter
  private(set) var isSet: Bool

  init(folder: String, writer: DiskWriter) {
    path = folder + "/drained"
    self.writer = writer
    isSet = File.exists(path)
  }

  /// Sets the mark, or removes it where there is no reason; `then` is told why that is not possible, and then nothing has
  /// changed.
  func change(to reason: String?, then: @escaping (SystemError?) -> Void) {
    var job = DiskJob(verb: reason == nil ? .remove : .replace, path: path, isDurable: true)
    if let reason { job.give(Array("\(reason)\n".utf8)) }
    job.then = { error in
      if error == nil { self.isSet = reason != nil }
      then(error)
    }
    writer.submit(job)
  }
}
