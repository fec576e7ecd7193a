import Basics
import Testing

@testable import Containers

struct ImageReferenceTests {
  @Test func namesAreNormalisedAsTheClientDoes() throws {
    let digest = "sha256:" + String(repeating: "0123456789abcdef", count: 4)
    let references: [(String, registry: String, repository: String, familiar: String, tag: String)] = [
      ("busybox", "docker.io", "library/busybox", "busybox", "latest"),
      ("busybox:1.35", "docker.io", "library/busybox", "busybox", "1.35"),
      ("team/app", "docker.io", "team/app", "team/app", "latest"),
      ("library/busybox", "docker.io", "library/busybox", "busybox", "latest"),
      ("docker.io/busybox:a", "docker.io", "library/busybox", "busybox", "a"),
      ("index.docker.io/team/app", "docker.io", "team/app", "team/app", "latest"),
      ("localhost/app", "localhost", "app", "localhost/app", "latest"),
      (
        "registry.lan:5000/a/b/c:v1.2-x_y", "registry.lan:5000", "a/b/c", "registry.lan:5000/a/b/c",
        "v1.2-x_y"
      ),
      ("[::1]:5000/app", "[::1]:5000", "app", "[::1]:5000/app", "latest"),
      ("Host/app", "Host", "app", "Host/app", "latest"),
      ("app@\(digest)", "docker.io", "library/app", "app", digest),
      ("app:1@\(digest)", "docker.io", "library/app", "app", digest),
      ("a__b-c---d/e_f", "docker.io", "a__b-c---d/e_f", "a__b-c---d/e_f", "latest"),
    ]
    for (text, registry, repository, familiar, tag) in references {
      let image = try ImageReference(text)
      #expect(image.registry == registry, "\(text)")
      #expect(image.repository == repository, "\(text)")
      #expect(image.familiar == familiar, "\(text)")
      #expect(image.pullName == familiar, "\(text)")
      #expect(image.pullTag == tag, "\(text)")
      #expect(image.text == text)
      #expect(!image.isIdentifier)
    }
    #expect(try ImageReference("app:1@\(digest)").description == "app@\(digest)")
    #expect(try ImageReference("docker.io/library/app").description == "app:latest")
  }

  /// The answers of `GET /images/json` of a Docker Engine and of Podman for the same images.
  @Test func anImageHasTheSameNamesWhateverTheEngineSpells() throws {
    let digest = "sha256:" + String(repeating: "0123456789abcdef", count: 4)
    let docker = ImageDescription(
      id: digest, architecture: "arm64", digests: ["busybox@\(digest)"],
      tags: ["busybox:latest", "registry.lan:5000/a/b:1"])
    let podman = ImageDescription(
      id: digest, architecture: "arm64", digests: ["docker.io/library/busybox@\(digest)"],
      tags: ["docker.io/library/busybox:latest", "registry.lan:5000/a/b:1", "<none>:<none>"])
    #expect(docker.names == podman.names)
    for asked in [
      "busybox", "docker.io/busybox", "index.docker.io/library/busybox:latest", "library/busybox",
      "busybox@\(digest)", "busybox:1.36@\(digest)", "registry.lan:5000/a/b:1", digest,
      String(digest.dropFirst(7)), "0123456789ab",
    ] {
      #expect(try podman.names.contains(ImageReference(asked).description), "\(asked)")
    }
    for other in ["busybox:1.36", "localhost/busybox", "team/busybox", "registry.lan/a/b:1", "0123456789abc"]
    {
      #expect(try !podman.names.contains(ImageReference(other).description), "\(other)")
    }
  }

  @Test func theFullIdentifierOfALocalImageIsNoNameToPull() throws {
    let hexadecimal = String(repeating: "ab", count: 32)
    for text in [hexadecimal, "sha256:" + hexadecimal] {
      let image = try ImageReference(text)
      #expect(image.isIdentifier)
      #expect(image.familiar == text)
      #expect(image.description == "sha256:" + hexadecimal)
      #expect(image.digest == "sha256:" + hexadecimal)
    }
  }

  @Test func whatIsNoReferenceIsRefused() {
    let long = String(repeating: "a", count: 250)
    for text in [
      "", "-", "Busybox", "a/B", "busybox:", "busybox:-x", "busybox@sha256:12", "busybox@", "a//b", "/a",
      "a/",
      "a..b", "a___b", "a-", "_a", "a b", "a:b:c", "http://a/b", "é", "a.b:x/c", "registry.lan:5000/",
      "-a.b/c", "a:\(String(repeating: "x", count: 129))", "team/\(long)aaa", "a@b@sha256:1", "[::g]/a",
      "a\u{0}b",
    ] {
      let error = #expect(throws: RunCommandError.self, "\(text)") { try ImageReference(text) }
      #expect(error?.reason.hasPrefix("invalid reference format") == true)
      #expect(error?.option == nil)
    }
  }
}
