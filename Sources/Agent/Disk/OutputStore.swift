import Orchestration
import Platform

/// The last output of containers that are gone: `output/RUN` in the state folder, in Docker's frames.
struct OutputStore {
  private let folder: String
  private let writer: DiskWriter
  private static let readLimit: UInt32 = 1 << 20
  /// Bytes that may wait for a slow disk: sixteen of the longest outputs.
  private static let backlogLimit = 1 << 20

  init(folder: String, writer: DiskWriter) {
    self.folder = folder + "/output"
    self.writer = writer
  }

  func keep(_ bytes: [UInt8], of run: RunID) {
    // The result matters, and is kept; its output on a full or slow disk is not worth more than this line.
    func lose(_ reason: String) { Log.warning("output of run \(run.text) is lost: \(reason)") }
    guard writer.backlog + bytes.count <= Self.backlogLimit else { return lose("the disk is too slow") }
    var job = DiskJob(verb: .replace, path: path(run))
    job.give(bytes)
    job.then = { error in if let error { lose(error.description) } }
    writer.submit(job)
  }

  func read(_ run: RunID, then: @escaping ([UInt8]) -> Void) {
    writer.read(path(run), limit: Self.readLimit, then: then)
  }

  func forget(_ run: RunID) {
    writer.submit(DiskJob(verb: .remove, path: path(run)))
  }

  private func path(_ run: RunID) -> String {
    folder + "/" + run.text
  }
}
