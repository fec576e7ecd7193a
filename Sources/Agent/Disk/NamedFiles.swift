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
    _ arguments: [String], _ writer: DiskWriter, known: [FoundFile] = [],
    then: @escaping (Result<WorkloadSource, RunCommandError>) -> Void
  ) {
    var wanted: String?
    do throws(RunCommandError) {
      let source = try read(arguments) { path in
        guard let file = known.first(where: { $0.path == path }) else {
          wanted = path
          return .failure(SystemError("read", path, errno: FoundFile.missing))
        }
        return file.error == 0 ? .success(file.bytes) : .failure(SystemError("read", path, errno: file.error))
      }.source
      then(.success(source))
    } catch {
      // Reading ends at the first name that is not known, so one is asked for at a time.
      guard let wanted else { return then(.failure(error)) }
      var file = FoundFile(path: wanted)
      var job = DiskJob(verb: .read, path: wanted, limit: UInt32(OptionSource.maximumFileSize))
      job.take = { file.bytes = $0 }
      job.then = { error in
        file.error = error?.errno ?? 0
        whenRead(arguments, writer, known: known + [file], then: then)
      }
      writer.submit(job)
    }
  }
}
