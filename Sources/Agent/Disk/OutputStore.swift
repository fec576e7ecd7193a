internal import CLinux
import Orchestration
import Platform

/// The last output of containers that are gone: `output/RUN` in the state folder, in Docker's frames.
struct OutputStore {
  private let folder: String
  private static let readLimit = 1 << 20

  init(folder: String) {
    self.folder = folder + "/output"
  }

  func keep(_ bytes: [UInt8], of run: RunID) {
    do throws(SystemError) {
      try File.makeFolder(folder)
      try File.replace(path(run), with: bytes, durable: false)
    } catch {
      // The result matters, and is kept; its output on a full disk is not worth more than this line.
      Log.warning("output of run \(run.text) is lost: \(error.description)")
    }
  }

  func read(_ run: RunID) -> [UInt8] {
    (try? File.read(path(run), limit: Self.readLimit)) ?? []
  }

  func forget(_ run: RunID) {
    unlink(path(run))
  }

  private func path(_ run: RunID) -> String {
    folder + "/" + run.text
  }
}
