import Basics
internal import Wire

/// An image the Engine holds (`GET /images/NAME/json`).
package struct ImageDescription: Equatable, Sendable {
  /// Digest of the image's configuration, `sha256:…`.
  package var id: String
  /// Processor architecture in Go's words: `arm`, `arm64`, `amd64`.
  package var architecture: String
  /// Variant of the architecture, such as `v7` of `arm`; empty if there is none.
  package var variant: String
  /// Operating system in Go's words: `linux`; empty where the Engine does not say.
  package var os: String
  /// Bytes of its layers on disk.
  package var size: Int64
  /// The repositories' digests, `name@sha256:…`; empty for an image made here.
  package var digests: [String]
  /// The names it goes by, `name:tag`.
  package var tags: [String]

  /// The defaults are those of an image that was made here and has no name.
  package init(
    id: String, architecture: String, variant: String = "", os: String = "linux", size: Int64 = 0,
    digests: [String] = [], tags: [String] = []
  ) {
    self.id = id
    self.architecture = architecture
    self.variant = variant
    self.os = os
    self.size = size
    self.digests = digests
    self.tags = tags
  }

  init?(_ json: JSON) {
    guard let id = json["Id"]?.string else { return nil }
    self.id = id
    architecture = json["Architecture"]?.string ?? ""
    variant = json["Variant"]?.string ?? ""
    os = json["Os"]?.string ?? ""
    size = json["Size"]?.integer ?? 0
    digests = Self.strings(json["RepoDigests"])
    tags = Self.strings(json["RepoTags"])
  }

  /// What a request may call it by, each as `ImageReference.description` has it: its tags and digests, whatever the
  /// Engine spells out of them, its identifier, and that as `docker images` shows it.
  package var names: [String] {
    var names: [String] = []
    for text in tags + digests {
      if let reference = try? ImageReference(text) { names.append(reference.description) }
    }
    let digits = id.cut(at: ":")?.tail ?? id
    return names + [id, String(decoding: digits.utf8.prefix(12), as: UTF8.self) + ":latest"]
  }

  private static func strings(_ json: JSON?) -> [String] {
    var texts: [String] = []
    for element in json?.array ?? [] {
      if let text = element.string { texts.append(text) }
    }
    return texts
  }
}
