import Basics
import Containers
import Orchestration
import Platform
import Settings

// Files that the options of a command name. They may be on a disk, or another machine's, that hangs: the process that may
// wait for it reads them.
extension LocalSource {
  /// Reads what the options name, as `read` does, and calls `then` with it, or with what is wrong.
  static func whenRead(
    _ arguments: [String], _ writer: DiskWriter, known: [NamedFile] = [],
    then: @escaping (Result<WorkloadSource, RunCommandError>) -> Void
  ) {
    let wanted = Wanted()
    do throws(RunCommandError) {
      let source = try read(arguments) { path in
        if let file = known.first(where: { $0.path == path }) { return file.content }
        wanted.path = path
        return .failure(SystemError("read", path, errno: FoundFile.missing))
      }.source
      then(.success(source))
    } catch {
      // Reading ends at the first name that is not known, so one is asked for at a time.
      guard let path = wanted.path else { return then(.failure(error)) }
      var bytes: [UInt8] = []
      var job = DiskJob(verb: .read, path: path, limit: UInt32(OptionSource.maximumFileSize))
      job.take = { bytes = $0 }
      job.then = { error in
        let file = NamedFile(path: path, content: error.map { .failure($0) } ?? .success(bytes))
        whenRead(arguments, writer, known: known + [file], then: then)
      }
      writer.submit(job)
    }
  }

  /// A file that was read, or why it was not.
  struct NamedFile {
    let path: String
    let content: Result<[UInt8], SystemError>
  }

  /// The file that the options name and that has not been read.
  private final class Wanted {
    var path: String?
  }
}
