internal import CLinux
import Platform
import Settings

/// Which version of the program wrote the state folder last: its file `version`.
///
/// A version may write what another does not know: an unknown member of a run is lost when the journal is replaced.
/// So before this version writes for the first time, the journal as the other one left it is kept as
/// `runs.journal.VERSION`. Version 0.1.0 wrote no such file.
struct StateVersion {
  private let folder: String

  private static let first = "0.1.0"
  /// No version is longer; more than this is damage.
  private static let lengthLimit = 64

  init(folder: String) {
    self.folder = folder
  }

  /// What keeps the journal where another version wrote it, and notes that this one goes on with it: to be done before
  /// the journal is written. It gets a second name; being replaced afterwards, it stays under that as it was.
  func takeOver(hasJournal: Bool) -> [DiskJob] {
    let written = read()
    guard written != Version.text else { return [] }
    var jobs: [DiskJob] = []
    if hasJournal {
      let copy = folder + "/runs.journal." + (written ?? Self.first)
      jobs.append(DiskJob(verb: .link, path: folder + "/runs.journal", target: copy))
      Log.info("the state is of version \(written ?? Self.first); its journal is kept as \(copy)")
    }
    var job = DiskJob(verb: .replace, path: folder + "/version", isDurable: true)
    job.give(Array((Version.text + "\n").utf8))
    return jobs + [job]
  }

  /// The version that the file names; nil where there is none, `unknown` where it is damaged.
  private func read() -> String? {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try File.read(folder + "/version", limit: Self.lengthLimit)
    } catch {
      guard error.errno == ENOENT else { return "unknown" }
      return nil
    }
    let name = bytes.prefix { $0 != 10 }
    let isName = name.allSatisfy { byte in
      (48...57).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 46
    }
    return name.isEmpty || !isName ? "unknown" : String(decoding: name, as: UTF8.self)
  }
}
