import Basics
import Containers
import Testing
import Wire

@Suite struct EngineRequestTests {
  private func lines(_ request: EngineRequest, _ version: EngineVersion? = EngineVersion(1, 41)) -> [String] {
    String(decoding: request.encode(version: version), as: UTF8.self)
      .split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func first(_ request: EngineRequest, _ version: EngineVersion? = EngineVersion(1, 41)) -> String {
    lines(request, version)[0]
  }

  @Test func theVersionIsAskedWithoutOneAndTheImagesInIt() {
    #expect(first(.version) == "GET /version HTTP/1.1")
    #expect(first(.images) == "GET /v1.41/images/json HTTP/1.1")
  }

  @Test func withoutANegotiatedVersionThePathHasNone() {
    #expect(first(.start(id: "abc"), nil) == "POST /containers/abc/start HTTP/1.1")
  }

  @Test func everyRequestNamesAHostAndEndsItsConnection() {
    let lines = lines(.start(id: "abc"))
    #expect(lines[0] == "POST /v1.41/containers/abc/start HTTP/1.1")
    #expect(lines.contains("Host: docker"))
    #expect(lines.contains("Connection: close"))
    #expect(lines.contains("Content-Length: 0"))
    #expect(lines.suffix(2) == ["", ""])
  }

  @Test func createCarriesItsBodyWithItsLength() {
    let lines = lines(.create(name: "weather 1", platform: "linux/arm64", body: ["Image": "wétter"]))
    #expect(lines[0] == "POST /v1.41/containers/create?name=weather%201&platform=linux%2Farm64 HTTP/1.1")
    #expect(lines.last == #"{"Image":"wétter"}"#)
    #expect(lines.contains("Content-Length: \(#"{"Image":"wétter"}"#.utf8.count)"))
    #expect(lines.contains("Content-Type: application/json"))
  }

  @Test func thePlatformIsLeftOutWhereTheEngineDoesNotKnowIt() {
    let create = EngineRequest.create(name: nil, platform: "linux/arm64", body: [:])
    #expect(first(create, EngineVersion(1, 40)) == "POST /v1.40/containers/create HTTP/1.1")
    let pull = EngineRequest.pull(name: "busybox", tag: "1", platform: "linux/arm/v7")
    #expect(first(pull, EngineVersion(1, 31)) == "POST /v1.31/images/create?fromImage=busybox&tag=1 HTTP/1.1")
    #expect(first(pull, EngineVersion(1, 32)).contains("&platform=linux%2Farm%2Fv7 "))
  }

  @Test func aPullTakesATagOrADigest() {
    #expect(
      first(.pull(name: "127.0.0.1:5000/room/weather", tag: "latest"))
        == "POST /v1.41/images/create?fromImage=127.0.0.1%3A5000%2Froom%2Fweather&tag=latest HTTP/1.1")
    let digest = EngineRequest.pull(name: "weather", tag: "sha256:abc")
    #expect(first(digest).contains("tag=sha256%3Aabc "))
    #expect(digest.subject == "weather@sha256:abc")
    #expect(EngineRequest.pull(name: "weather", tag: "2").subject == "weather:2")
  }

  @Test func logsSayHowFarBackTheyGo() {
    #expect(
      first(.logs(id: "c", follow: true, tail: 10))
        == "GET /v1.41/containers/c/logs?stdout=1&stderr=1&follow=1&tail=10 HTTP/1.1")
    #expect(first(.logs(id: "c", follow: false)).hasSuffix("follow=0&tail=all HTTP/1.1"))
    #expect(first(.logs(id: "c", follow: false, tail: -3)).hasSuffix("&tail=0 HTTP/1.1"))
    #expect(
      first(.logs(id: "c", follow: false, since: 1_700_000_000_001_000_000, until: 5))
        .hasSuffix("&tail=all&since=1700000000.001000000&until=0.000000005 HTTP/1.1"))
  }

  @Test func theCallsOnOneContainerHaveTheirPathsAndMethods() {
    #expect(first(.attach(id: "c")) == "POST /v1.41/containers/c/attach?stream=1&stdout=1&stderr=1 HTTP/1.1")
    #expect(first(.wait(id: "c")) == "POST /v1.41/containers/c/wait?condition=not-running HTTP/1.1")
    #expect(first(.wait(id: "c"), nil) == "POST /containers/c/wait?condition=not-running HTTP/1.1")
    #expect(first(.wait(id: "a b")).contains("/containers/a%20b/wait?"))
    #expect(first(.stop(id: "c")) == "POST /v1.41/containers/c/stop HTTP/1.1")
    #expect(first(.stop(id: "c", seconds: 3)) == "POST /v1.41/containers/c/stop?t=3 HTTP/1.1")
    #expect(
      first(.kill(id: "c", signal: "SIGUSR1")) == "POST /v1.41/containers/c/kill?signal=SIGUSR1 HTTP/1.1")
    #expect(
      first(.remove(id: "c", force: true, volumes: false))
        == "DELETE /v1.41/containers/c?force=1&v=0 HTTP/1.1")
    #expect(first(.inspect(id: "c")) == "GET /v1.41/containers/c/json HTTP/1.1")
    #expect(first(.imageInspect(reference: "a/b:1")) == "GET /v1.41/images/a/b%3A1/json HTTP/1.1")
  }

  @Test func filtersAreJSONInTheQuery() {
    #expect(first(.list(labels: [])) == "GET /v1.41/containers/json?all=1 HTTP/1.1")
    #expect(
      first(.list(labels: ["hearth.run=7"]))
        == "GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22hearth.run%3D7%22%5D%7D HTTP/1.1")
    #expect(
      first(.events(labels: ["hearth"], actions: ["die", "oom"], since: 5))
        == "GET /v1.41/events?since=0.000000005&filters=%7B%22type%22%3A%5B%22container%22%5D%2C%22label%22%3A%5B"
        + "%22hearth%22%5D%2C%22event%22%3A%5B%22die%22%2C%22oom%22%5D%7D HTTP/1.1")
  }

  @Test(arguments: ["x HTTP/1.1\r\nHost: evil\r\n\r\n", "a/../../images/b", "c?force=1#", "é\0"])
  func aNameFromOutsideCannotLeaveItsPlaceInTheRequest(_ id: String) {
    let text = lines(.inspect(id: id))[0]
    let path = text.split(separator: " ")[1]
    #expect(text.split(separator: " ").count == 3)
    #expect(path.split(separator: "/").count == 4)
    #expect(!path.contains("?") && !path.contains("#"))
    #expect(path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
  }

  @Test func onlyCallsThatMaySaySoSoonAreGivenUpWhenSilent() {
    #expect(EngineRequest.wait(id: "c").timeout == nil)
    #expect(EngineRequest.logs(id: "c", follow: true).timeout == nil)
    #expect(EngineRequest.events(labels: []).timeout == nil)
    #expect(EngineRequest.version.timeout == 10)
    #expect(EngineRequest.stop(id: "c", seconds: 30).timeout == 90)
    #expect(EngineRequest.stop(id: "c", seconds: .max).timeout == 3660)
  }
}
