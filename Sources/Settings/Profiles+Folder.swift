internal import Basics
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
    var additions: [Addition] = []
    for name in File.names(in: folder, limit: limit).ordered() where name.ends(with: ".conf") {
      let path = folder + "/" + name
      do throws(SystemError) {
        let text = try File.read(path, limit: Conf.Rules.hearth.textLimit)
        additions.append(Addition(name: name.droppingLast(5), file: path, text: text))
      } catch {
        throw ConfError(file: path, line: 0, text: error.reason)
      }
    }
    return additions
  }
}
