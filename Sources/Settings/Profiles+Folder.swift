package import Basics
internal import Platform
package import Scoring
package import Wire

extension Profiles {
  /// The built-in profiles and those of a folder.
  package static func load(folder: String) throws(ConfError) -> Profiles {
    try Profiles(additions: additions(in: folder))
  }

  /// The profiles of a folder.
  package static func additions(in folder: String) throws(ConfError) -> [Addition] {
    try additions(in: FileSet([folder + FileSet.each]).files)
  }

  /// The profiles of a folder's files.
  package static func additions(in files: [FoundFile]) throws(ConfError) -> [Addition] {
    var additions: [Addition] = []
    for file in files {
      do throws(SystemError) {
        let name = file.path.dropping(File.folder(of: file.path).utf8.count + 1).droppingLast(5)
        additions.append(Addition(name: name, file: file.path, text: try file.contents()))
      } catch {
        throw ConfError(file: file.path, line: 0, text: error.reason)
      }
    }
    return additions
  }
}
