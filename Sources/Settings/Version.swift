/// The version of this program (semver.org) and what it was built for.
package enum Version {
  /// MAJOR.MINOR.PATCH; `hearth doctor` expects the agent to have the same as the program.
  package static let text = "0.2.0"

  /// The processor this program was compiled for: `x86-64`, `arm64`, `arm` or `unknown`.
  package static var architecture: String {
    #if arch(x86_64)
      "x86-64"
    #elseif arch(arm64)
      "arm64"
    #elseif arch(arm)
      "arm"
    #else
      "unknown"
    #endif
  }

  /// The same in Docker's words.
  package static var dockerArchitecture: String {
    architecture == "x86-64" ? "amd64" : architecture
  }
}
