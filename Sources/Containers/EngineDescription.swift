internal import Wire

/// What an Engine says of itself (`GET /version`).
package struct EngineDescription: Equatable, Sendable {
  /// The Engine's own version, such as `20.10.24`; for people only.
  package var version: String
  /// The newest API version it serves.
  package var apiVersion: EngineVersion
  /// The oldest API version it serves; `nil` if it does not say.
  package var minimum: EngineVersion?
  /// Operating system of its containers, in Go's words: `linux`.
  package var os: String
  /// Processor architecture in Go's words: `arm`, `arm64`, `amd64`.
  package var architecture: String
  /// Release of the kernel.
  package var kernel: String

  /// Takes each value as it is; what the Engine leaves out is empty.
  package init(
    version: String, apiVersion: EngineVersion, minimum: EngineVersion?, os: String, architecture: String,
    kernel: String
  ) {
    self.version = version
    self.apiVersion = apiVersion
    self.minimum = minimum
    self.os = os
    self.architecture = architecture
    self.kernel = kernel
  }

  /// The API version to speak with this Engine; the error is `EngineError.Reason.tooOld`.
  package func negotiated() throws(EngineError) -> EngineVersion {
    try EngineVersion.negotiated(maximum: apiVersion, minimum: minimum)
  }

  init?(_ json: JSON) {
    guard let text = json["ApiVersion"]?.string, let apiVersion = EngineVersion(text) else { return nil }
    version = json["Version"]?.string ?? ""
    self.apiVersion = apiVersion
    minimum = json["MinAPIVersion"]?.string.flatMap { EngineVersion($0) }
    os = json["Os"]?.string ?? ""
    architecture = json["Arch"]?.string ?? ""
    kernel = json["KernelVersion"]?.string ?? ""
  }
}
