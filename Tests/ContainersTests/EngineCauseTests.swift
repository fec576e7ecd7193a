import Containers
import Testing

/// Whose fault a refusal is, in words of Engines that people have reported.
@Suite struct EngineCauseTests {
  static let table: [(EngineVerb, Int, String, EngineError.Cause)] = [
    // hashicorp/nomad#4360, microsoft/vscode-docker#1309, docker-php-app#20
    (
      .start, 500,
      "driver failed programming external connectivity on endpoint x (4c06): Error starting userland proxy: "
        + "listen tcp 10.7.10.154:28268: bind: address already in use", .machine
    ),
    (
      .start, 500,
      "driver failed programming external connectivity on endpoint db (0d28): Bind for 0.0.0.0:5436 failed: "
        + "port is already allocated", .machine
    ),
    (.start, 500, "listen tcp4 192.168.1.9:80: bind: cannot assign requested address", .machine),
    // moby/swarmkit#1015, hashicorp/nomad#2154, moby/moby#36915
    (.pull, 404, "manifest for redi:latest not found: manifest unknown: manifest unknown", .request),
    (
      .pull, 404,
      "pull access denied for ndtar, repository does not exist or may require 'docker login': denied: "
        + "requested access to the resource is denied", .request
    ),
    (.create, 404, "No such image: nosuch:1", .request),
    (.pull, 400, "invalid reference format: repository name must be lowercase", .request),
    (.pull, 500, "no matching manifest for linux/arm/v6 in the manifest list entries", .machine),
    (.pull, 429, "toomanyrequests: You have reached your pull rate limit", .machine),
    (.pull, 500, "toomanyrequests: You have reached your pull rate limit", .machine),
    (.pull, 500, "Get https://registry-1.docker.io/v2/: dial tcp: lookup: no such host", .node),
    (.pull, 500, "write /var/lib/docker/tmp/GetImageBlob1: no space left on device", .node),
    // moby/moby#26485
    (
      .create, 400,
      "invalid mount config for type \"bind\": bind source path does not exist: /datanotexist", .machine
    ),
    (.create, 400, "invalid mount config for type \"tmpfs\": source must not be specified", .request),
    (.create, 400, "invalid restart policy 'sometimes'", .request),
    (.create, 400, "Range of CPUs is from 0.01 to 4.00, as there are only 4 CPUs available", .machine),
    (.create, 400, "unknown or invalid runtime name: nvidia", .machine),
    (.create, 400, "client version 1.52 is too new. Maximum supported API version is 1.41", .node),
    (.create, 409, "Conflict. The container name \"/lamp\" is already in use by container x", .machine),
    (.create, 404, "No such container: donor", .machine),
    (.create, 500, "open /var/lib/docker/overlay2: input/output error", .node),
    (.create, 500, "mkdir /var/lib/docker/overlay2/x: no space left on device", .node),
    (.start, 404, "network lan not found", .machine),
    (
      .start, 400, "OCI runtime create failed: exec: \"nosuch\": executable file not found in $PATH", .request
    ),
    (
      .start, 400,
      "failed to create task for container: OCI runtime create failed: runc create failed: unable to start "
        + "container process: exec: \"/x\": stat /x: no such file or directory: unknown", .request
    ),
    (.start, 500, "exec /bin/app: exec format error", .machine),
    (
      .start, 500,
      "error gathering device information while adding custom device \"/dev/ttyUSB0\": no such file or directory",
      .machine
    ),
    (.start, 500, "could not select device driver \"\" with capabilities: [[gpu]]", .machine),
    (.start, 500, "iptables failed: iptables --wait -t nat: No chain/target/match by that name", .node),
  ]

  @Test(arguments: table)
  func aRefusalIsTheNodesTheMachinesOrTheRequests(
    verb: EngineVerb, status: Int, message: String, cause: EngineError.Cause
  ) {
    let error = EngineError(verb, subject: "c", reason: .refused(status: status, message: message))
    #expect(error.cause == cause, "\(verb) \(status) \(message)")
  }

  @Test func whatSaysNothingOfTheRequestIsTheNodes() {
    for reason in [
      EngineError.Reason.silent(seconds: 120), .closed(expected: "x"), .broken(detail: "x"), .malformed("x"),
    ] {
      #expect(EngineError(.create, reason: reason).cause == .node)
    }
    #expect(EngineError(.pull, reason: .reported(message: "manifest unknown")).cause == .request)
  }
}
