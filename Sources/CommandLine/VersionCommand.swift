import Settings
import Wire

/// `hearth version`: the version of this program and what it was built for.
enum VersionCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let object: JSON = ["architecture": .string(Version.architecture), "version": .string(Version.text)]
    Terminal.write(
      values.has(.json)
        ? Terminal.pretty(object) : "hearth \(Version.text) (\(Version.architecture))\n")
    return 0
  }
}
