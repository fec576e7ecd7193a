import Containers
import Foundation
import Orchestration
import Readings
import Scoring
import Testing
import Wire

@testable import Basics
@testable import HomeEdge

/// What goes between Home Edge's nodes and ours, as bytes (rules W8, W10, W11, W15 and W16).
@Suite struct HomeEdgeMessageTests {
  private func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }
  private func text(_ json: JSON) -> String { String(decoding: json.encoded(), as: UTF8.self) }

  private func run(
    _ arguments: [String], id: UInt64 = 0x0123_4567_89ab, service: String = "hello-world",
    callback: String = "",
    source: WorkloadSource = WorkloadSource()
  ) -> Run {
    Run(
      id: RunID(random: id), service: service, workload: .container(arguments: arguments), requester: "curl",
      requesterAddress: "10.0.0.1", callback: callback, host: "10.0.0.1", source: source,
      times: RunTimes(accepted: 1))
  }

  private func start(_ run: Run, attempt: Int = 1) -> Result<HomeEdgeStart, HomeEdgeObjection> {
    do throws(HomeEdgeObjection) {
      return .success(try HomeEdgeStart(of: run, attempt: attempt))
    } catch {
      return .failure(error)
    }
  }

  // MARK: - Starts

  @Test func theCanonicalStartIsReadAndItsLastWordIsTheType() throws {
    let start = try #require(
      HomeEdgeStart(
        json: json(
          #"""
          {"NotificationTargetURL":"192.168.0.37","Requester":"curl","ServiceID":1,"ServiceName":"hello-world",
          "UserArgs":["docker","run","-v","/var/run:/var/run:rw","hello-world","container"]}
          """#)))
    #expect(start.number == 1 && start.service == "hello-world" && start.requester == "curl")
    #expect(start.kind == .container)
    #expect(start.command == ["docker", "run", "-v", "/var/run:/var/run:rw", "hello-world"])
  }

  @Test func theCanonicalStartIsSentByteForByte() throws {
    let start = try start(run(["-v", "/var/run:/var/run:rw", "hello-world"])).get()
    #expect(
      text(start.json(target: "192.168.0.37"))
        == #"{"NotificationTargetURL":"192.168.0.37","Requester":"curl","ServiceID":\#(1 << 48 + 0x0123_4567_89ab),"#
        + #""ServiceName":"hello-world","UserArgs":["docker","run","-v","/var/run:/var/run:rw","hello-world","#
        + #""container"]}"#)
  }

  @Test(arguments: [
    "{}", "null", "[]", #"{"ServiceID":"1","ServiceName":"x","UserArgs":["container"]}"#,
    #"{"ServiceID":1.5,"ServiceName":"x","UserArgs":["container"]}"#,
    #"{"ServiceID":-1,"ServiceName":"x","UserArgs":["container"]}"#,
    #"{"ServiceID":9007199254740993,"ServiceName":"x","UserArgs":["container"]}"#,
    #"{"ServiceID":1e300,"ServiceName":"x","UserArgs":["container"]}"#,
    #"{"ServiceID":1,"ServiceName":"","UserArgs":["container"]}"#,
    #"{"ServiceID":1,"ServiceName":"x","UserArgs":[]}"#,
    #"{"ServiceID":1,"ServiceName":"x","UserArgs":["docker",7]}"#,
    #"{"ServiceID":1,"ServiceName":"x","UserArgs":"container"}"#,
    #"{"ServiceID":1,"ServiceName":"\#(String(repeating: "x", count: 201))","UserArgs":["container"]}"#,
  ])
  func aStartThatLacksSomethingIsNone(body: String) throws {
    #expect(HomeEdgeStart(json: try json(body)) == nil)
  }

  @Test func aStartOfTheTypeAloneMeansTheServicesOwnCommand() throws {
    let start = try #require(
      HomeEdgeStart(json: json(#"{"ServiceID":1,"ServiceName":"x","UserArgs":["native"]}"#)))
    #expect(start.command.isEmpty && start.kind == .native)
    #expect(
      try #require(HomeEdgeStart(json: json(#"{"ServiceID":1,"ServiceName":"x","UserArgs":["android"]}"#)))
        .kind == nil)
  }

  @Test(arguments: [
    ["--name", "x", "busybox"], ["-d", "busybox"], ["-itd", "busybox"], ["--pull=always", "busybox"],
    ["--platform", "linux/arm64", "busybox"], ["busybox", "sh"], ["--cgroupns=host", "busybox"],
    ["--detach", "x"],
    ["--memory-swappiness", "200", "x"],
  ])
  func w16WhatHomeEdgeDoesNotUnderstandIsNotSent(arguments: [String]) {
    #expect(throws: HomeEdgeObjection.self) { try start(run(arguments)).get() }
  }

  @Test(arguments: [
    ["hello-world"], ["-e", "debug=1", "x"], ["-it", "x"], ["--publish=80:80", "x"], ["-edebug", "x"],
  ])
  func whatHomeEdgeUnderstandsIsSent(arguments: [String]) throws {
    let sent = try start(run(arguments)).get().arguments
    #expect(sent == ["docker", "run"] + arguments + ["container"])
    // B-03: never an ExecCmd of one element.
    #expect(sent.count > 3)
  }

  @Test func w16FilesOfTheCallerAndACommandlessDataStorageAreNotSent() {
    var source = WorkloadSource()
    source.files.append(.init(name: "/tmp/env", value: "A=1"))
    #expect(throws: HomeEdgeObjection.self) { try start(run(["x"], source: source)).get() }
    #expect(throws: HomeEdgeObjection.self) { try start(run([], service: "DataStorage")).get() }
  }

  @Test func aContainerThatRemovesItselfIsLeftToHomeEdgesOwnRemoval() throws {
    #expect(try start(run(["--rm", "hello-world"])).get().command == ["docker", "run", "hello-world"])
  }

  // MARK: - Notifications

  @Test(arguments: [
    ("Finished", HomeEdgeNotification.Status.finished), ("Failed", .failed), ("", .untold),
    ("finished", .failed), ("Started", .failed),
  ])
  func w11OnlyFinishedIsASuccess(word: String, status: HomeEdgeNotification.Status) throws {
    let notification = HomeEdgeNotification(json: try json(#"{"ServiceID":7,"Status":"\#(word)"}"#))
    #expect(notification == HomeEdgeNotification(number: 7, status: status))
  }

  @Test func b19AnExitCodeThatIsNotToldIsAFailureOfTheProgramAndNothingLost() {
    func outcome(_ status: HomeEdgeNotification.Status) -> RunState {
      HomeEdgeNotification(number: 7, status: status).outcome
    }
    #expect(outcome(.finished) == .finished(exitCode: 0))
    #expect(outcome(.untold) == .failed(RunFailure(.exit, "Home Edge tells no exit code")))
    #expect(
      outcome(.failed) == .failed(RunFailure(.exit, "Home Edge says that it failed, and tells no exit code")))
  }

  @Test func aNumberIsTheRunsAndTheAttemptsAndFitsADouble() throws {
    for (id, attempt) in [(0, 1), (0xffff_ffff_ffff, 31), (0x0123_4567_89ab, 2), (1, 64)] as [(UInt64, Int)] {
      let number = HomeEdgeNumber.number(of: RunID(random: id), attempt: attempt)
      #expect(UInt64(Double(number)) == number && number < 1 << 53)
      let back = try #require(HomeEdgeNumber(number))
      #expect(back.run == RunID(random: id) && back.attempt == UInt64(attempt) % 32)
    }
    #expect(HomeEdgeNumber(1 << 53) == nil)
  }

  @Test func w11TheEndIsPostedToTheAskersAddressAndNothingBefore() throws {
    var run = run(["x"], callback: HomeEdgeNotification.callback(address: "10.0.0.2", number: 17))
    for state in [RunState.accepted, .running, .pulling(percent: 3)] {
      run.state = state
      #expect(HomeEdgeNotification.post(for: run) == nil)
    }
    let failure = RunFailure(.create, "no")
    for (state, word) in [
      (RunState.finished(exitCode: 0), "Finished"), (.finished(exitCode: 1), "Failed"),
      (.failed(failure), "Failed"),
      (.stopped, "Failed"),
    ] {
      run.state = state
      let post = try #require(HomeEdgeNotification.post(for: run))
      #expect(post.url == "http://10.0.0.2:56002/api/v1/servicemgr/services/notification/17")
      #expect(text(post.body) == #"{"ServiceID":17,"Status":"\#(word)"}"#)
    }
  }

  @Test(arguments: [
    "http://10.0.0.2/1", "home-edge://", "home-edge://10.0.0.2", "home-edge://name/1",
    "home-edge://10.0.0.2/x",
    "home-edge://10.0.0.2/-1", "home-edge://10.0.0.2/99999999999999999", "home-edge://10.0.0.2/1/2",
  ])
  func otherCallbacksAreNoneOfHomeEdge(callback: String) {
    #expect(!HomeEdgeNotification.isCallback(callback))
  }

  // MARK: - Scores

  @Test func w15TheScalesKeepTheOrderAndStayInHomeEdgesRange() {
    var last = 0.0
    for score in [0.01, 0.5, 1, 10, 57, 99.9, 100, 101, 450, 2_000, 1e5] {
      let wire = HomeEdgeScale.wire(score)
      #expect(wire > last && wire >= 3 && wire <= 25)
      last = wire
    }
    // An idle Raspberry Pi 3, as a Go node on one says it over a LAN (the specification's third reference row).
    #expect(abs(HomeEdgeScale.wire(100) - 14.85) < 0.01)
  }

  @Test func w8EveryScoreOfOursIsAFiniteNumberAboveZeroThere() {
    for score in [
      0, -1, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e308, 0.01,
    ] {
      let wire = HomeEdgeScale.wire(score)
      #expect(wire.isFinite && wire > 0 && wire >= 3 && wire <= 25, "\(score)")
    }
  }

  @Test func theirScoresComeBackInOrderAndNoneIsUnusable() throws {
    for score in [1.0, 50, 100, 400] {
      #expect(abs(try #require(HomeEdgeScale.score(HomeEdgeScale.wire(score))) - score) < score * 1e-9)
    }
    var last = 0.0
    for wire in [0.1, 3, 3.001, 7.48, 14.8, 20.72, 24.9, 25, 29, 1e300] {
      let score = try #require(HomeEdgeScale.score(wire))
      #expect(score.isFinite && score > 0 && score >= last)
      last = score
    }
    for wire in [0, -1, .nan, .infinity] { #expect(HomeEdgeScale.score(wire) == nil) }
  }

  // MARK: - Resources

  @Test(arguments: [
    // The unit test's expectation in Home Edge's own tree, and the rows of the specification, 4.2.
    (10.0, 10.0, 10.0, 10.0, 10.0, 0.5948754760361981), (0, 4, 1400, 1000, 0.002, 14.775847),
    (5, 4, 1400, 1000, 0.002, 14.852133), (95, 4, 1400, 1000, 0.002, 14.930952),
    (5, 4, 1400, 1000, 0.0005, 23.935061), (5, 8, 3600, 1000, 0.020, 10.900895),
    (5, 64, 5000, 1000, 0.050, 11.205548), (5, 4, 1400, 1000, 0, 3.707961),
  ])
  func homeEdgesFormulaGivesItsReferenceValues(
    usage: Double, count: Double, clock: Double, bandwidth: Double, roundTrip: Double, score: Double
  ) throws {
    let text =
      #"{"cpuUsage":\#(usage),"cpuCount":\#(count),"cpuFreq":\#(clock),"netBandwidth":\#(bandwidth),"rtt":\#(roundTrip)}"#
    let resource = try #require(HomeEdgeResource(json: json(text)))
    #expect(abs(resource.score - score) < 1e-6)
  }

  @Test func powersAreThoseOfTheCLibrary() {
    for base in [1e-9, 0.0003, 0.5, 0.999, 1, 1.4142135623730951, 2, 3, 77, 1400, 5e6, 1e9] {
      for exponent in [-0.43, 0.241, 0.3, 0.66, 0.9] {
        let expected = pow(base, exponent)
        #expect(abs(power(base, exponent) - expected) <= 1e-12 * expected, "\(base)^\(exponent)")
      }
    }
    #expect(power(0, 0.3) == 0 && power(-1, 0.3) == 0 && power(.nan, 0.3) == 0)
  }

  @Test func anEmptySnapshotGivesEveryValueAndNoneThatTheFormulaCannotTake() {
    let resource = HomeEdgeResource(of: Snapshot(), profile: .unknown, roundTrip: nil)
    #expect(resource.cores == 1 && resource.clock == 1000 && resource.usage == 50)
    #expect(resource.bandwidth == 1000 && resource.roundTrip == 0.02)
    #expect(resource.score.isFinite && resource.score > 0)
    #expect(HomeEdgeResource(json: resource.json) == resource)
    for roundTrip in [0, -1, .nan, .infinity, 1e300] {
      #expect(HomeEdgeResource(of: Snapshot(), profile: .unknown, roundTrip: roundTrip).roundTrip == 0.02)
    }
  }

  @Test func theFastestClockAndTheOnlineCoresAreTold() {
    var snapshot = Snapshot()
    let now = Instant(nanoseconds: 1)
    snapshot.processors.cores = [Core(number: 0), Core(number: 1), Core(number: 2, isOnline: false)]
    snapshot.processors.policies = [
      FrequencyPolicy(number: 0, cores: [0], maximum: .value(1_400_000, at: now)),
      FrequencyPolicy(number: 1, cores: [1], maximum: .value(2_200_000, at: now)),
    ]
    snapshot.processors.utilisation = .value(0.25, at: now)
    let resource = HomeEdgeResource(of: snapshot, profile: .unknown, roundTrip: 0.003)
    #expect(
      resource.cores == 2 && resource.clock == 2200 && resource.usage == 25 && resource.roundTrip == 0.003)
  }

  @Test(arguments: [
    "{}", "null", #"{"cpuCount":4,"cpuFreq":1400,"cpuUsage":5,"netBandwidth":1000}"#,
    #"{"cpuCount":-4,"cpuFreq":1400,"cpuUsage":5,"netBandwidth":1000,"rtt":1}"#,
    #"{"cpuCount":1e300,"cpuFreq":1400,"cpuUsage":5,"netBandwidth":1000,"rtt":1}"#,
    #"{"cpuCount":"4","cpuFreq":1400,"cpuUsage":5,"netBandwidth":1000,"rtt":1}"#,
  ])
  func b13ResourcesThatLackAValueAreNone(text: String) throws {
    #expect(HomeEdgeResource(json: try json(text)) == nil)
  }

  // MARK: - Host access

  @Test(arguments: [
    ["--privileged", "x"], ["-v", "/:/host", "x"], ["-v", "/var/run:/var/run:rw", "x"], ["--pid=host", "x"],
    ["--network=host", "x"], ["--cap-add=SYS_ADMIN", "x"], ["--device=/dev/sda", "x"], ["--ipc=host", "x"],
    ["--security-opt", "apparmor=unconfined", "x"], ["--mount", "type=bind,source=/etc,target=/e", "x"],
    ["--volumes-from", "a", "x"], ["--userns=host", "x"], ["--uts=host", "x"],
    ["--network=container:a", "x"],
    ["--cgroup-parent", "/", "x"], ["--sysctl", "net.ipv4.ip_forward=1", "x"], ["--runtime=other", "x"],
    ["--device-cgroup-rule", "c 1:3 mr", "x"], ["--device=nvidia.com/gpu=all", "x"],
    // Of another container.
    ["-v", "data:/data", "x"], ["--mount", "type=volume,source=data,target=/x", "x"], ["--link", "db", "x"],
    ["--network=homeassistant_default", "x"], ["--network", "name=other,alias=a", "x"],
    // Volumes of its own that are none.
    ["--mount", "type=volume,target=/x,volume-driver=local,volume-opt=device=/etc", "x"],
    ["-v", "/data", "--volume-driver=nfs", "x"], ["--mount", "type=npipe,target=/x", "x"],
    // What harms the machine, outlives the agent, or speaks to others.
    ["--oom-score-adj=-1000", "x"], ["--restart=always", "x"], ["--restart", "on-failure:3", "x"],
    ["--log-driver=syslog", "--log-opt", "syslog-address=udp://10.0.0.1:514", "x"],
    ["--ulimit", "rtprio=99", "x"],
    ["--cpu-rt-runtime=950000", "x"], ["--oom-kill-disable", "x"], ["--group-add", "docker", "x"],
    ["--stop-timeout=-1", "x"], ["--stop-timeout=86400", "x"], ["--annotation=a=b", "x"],
    ["--storage-opt", "size=1g", "x"], ["--blkio-weight-device=/dev/sda:100", "x"],
  ])
  func optionsThatOpenTheMachineAreFound(arguments: [String]) throws {
    let command = try RunCommand(parsing: arguments, source: WorkloadSource().optionSource)
    #expect(HomeEdgeHostAccess.reason(command) != nil, "\(command.createBody)")
  }

  @Test(arguments: [
    ["x"], ["-p", "80:80", "-e", "A=1", "x", "sh"], ["-v", "/data", "x"], ["--memory=64m", "--cpus=1", "x"],
    ["--tmpfs", "/tmp", "x"], ["--mount", "target=/data", "x"],
    ["--mount=type=tmpfs,dst=/t,tmpfs-size=1m", "x"],
    ["--restart=no", "--stop-timeout=10", "-t", "-u", "nobody", "-w", "/tmp", "--read-only", "x"],
    ["--privileged=false", "--oom-score-adj=0", "--network=bridge", "--dns=8.8.8.8", "--pids-limit=64", "x"],
    ["--network=none", "x"], ["--cap-drop=ALL", "x"], ["--init", "--rm", "x"],
  ])
  func ordinaryOptionsAreLetThrough(arguments: [String]) throws {
    let command = try RunCommand(parsing: arguments, source: WorkloadSource().optionSource)
    #expect(HomeEdgeHostAccess.reason(command) == nil)
  }
}
