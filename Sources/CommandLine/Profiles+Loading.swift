import Scoring
import Settings
import Wire

extension Profiles {
  /// The built-in profiles and those of a folder, for a command.
  static func ofCommand(folder: String) throws(CommandFailure) -> Profiles {
    do throws(ConfError) {
      return try load(folder: folder)
    } catch {
      throw CommandFailure(error.message)
    }
  }
}
