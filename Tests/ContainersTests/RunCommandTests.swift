import Basics
import Testing
import Wire

@testable import Containers

/// Files and variables that the tests' options name.
let testSource = OptionSource(
  readFile: { path in
    switch path {
    case "/env": return .success(Array("\u{feff}# a comment\n\nONE=1\n \tTWO=2 \r\nGIVEN\nABSENT\n".utf8))
    case "/labels": return .success(Array("a=1\nbare\n".utf8))
    case "/profile": return .success(Array("{ \"a b\" : \"\\\" c\",\n\t\"d\": [ 1 ] }\n".utf8))
    case "/blank-name": return .success(Array("ONE=1\nTWO 2=3\n".utf8))
    case "/no-name": return .success(Array("=1\n".utf8))
    case "/spaces": return .success(Array("\u{a0}A=1\n\u{3000}\u{2003}B=2\r\n\u{b} C=3\r".utf8))
    case "/longest": return .success(Array("A=".utf8) + [UInt8](repeating: 0x78, count: 65533) + [0x0a])
    case "/longer": return .success(Array("A=".utf8) + [UInt8](repeating: 0x78, count: 65534) + [0x0a])
    case "/ours": return .success(Array("a=1\nio.hearth.attempt=0\n".utf8))
    case "/latin1": return .success([0x41, 0x3d, 0xe9])
    case "/large": return .success([UInt8](repeating: 0x41, count: OptionSource.maximumFileSize + 1))
    default: return .failure(.init(reason: "no such file"))
    }
  },
  environment: { $0 == "GIVEN" ? "from outside" : nil })

func parsed(_ arguments: String...) throws -> RunCommand {
  try RunCommand(parsing: arguments, source: testSource)
}

/// The value at a path of member names in the create body of `arguments` and an image.
func body(_ path: String, _ arguments: String...) throws -> JSON? {
  var value: JSON? = try RunCommand(parsing: arguments + ["busybox"], source: testSource).createBody
  for name in path.split(separator: ".") { value = value?[String(name)] }
  return value
}

func fault(_ arguments: String...) -> RunCommandError? {
  do {
    _ = try RunCommand(parsing: arguments + ["busybox"], source: testSource)
    return nil
  } catch {
    return error
  }
}

struct RunCommandTests {
  @Test func everyFormOfAnOptionIsTheSame() throws {
    for arguments in [["--env", "A=1"], ["--env=A=1"], ["-e", "A=1"], ["-eA=1"], ["-e=A=1"]] {
      let command = try RunCommand(parsing: arguments + ["busybox"], source: testSource)
      #expect(command.createBody["Env"] == ["A=1"], "\(arguments)")
    }
  }

  @Test func shortOptionsJoinUpToTheFirstThatTakesAValue() throws {
    let body = try parsed("-itv/a:/b", "busybox").createBody
    #expect(body["OpenStdin"] == true)
    #expect(body["Tty"] == true)
    #expect(body["HostConfig"]?["Binds"] == ["/a:/b"])
    #expect(try parsed("-itv", "/a:/b", "busybox").createBody == body)
    #expect(try parsed("-i=false", "-t=T", "busybox").createBody["OpenStdin"] == false)
  }

  @Test func whatFollowsTheImageIsItsCommandEvenWhereItLooksLikeAnOption() throws {
    let command = try parsed("-t", "busybox", "ls", "-t", "--rm", "--", "x")
    #expect(command.command == ["ls", "-t", "--rm", "--", "x"])
    #expect(command.createBody["Cmd"] == ["ls", "-t", "--rm", "--", "x"])
    #expect(command.createBody["HostConfig"]?["AutoRemove"] == nil)
    #expect(try parsed("--", "busybox", "--").command == ["--"])
    #expect(try parsed("busybox").createBody["Cmd"] == nil)
  }

  @Test func aSwitchTakesItsValueOnlyWithAnEqualsSign() throws {
    #expect(try parsed("--tty", "false").image.familiar == "false")
    #expect(try !parsed("--tty=false", "busybox").terminal)
    #expect(try parsed("--rm", "--rm=0", "busybox").createBody["HostConfig"]?["AutoRemove"] == false)
  }

  @Test func ofAScalarGivenTwiceTheLastStays() throws {
    #expect(try body("HostConfig.Memory", "-m", "1g", "-m=64m") == 67_108_864)
    #expect(try body("Hostname", "-h", "a", "--hostname=b") == "b")
  }

  @Test func theKeeperOfARunLearnsWhatItNeeds() throws {
    let command = try parsed(
      "--rm", "-t", "-m", "1.5g", "--memory-reservation=1g", "--cpus=.5", "--stop-timeout=3", "--name",
      "kitchen",
      "--platform=linux/arm64", "--pull", "always", "app:1")
    #expect(command.createBody["HostConfig"]?["AutoRemove"] == true)
    #expect(command.terminal)
    #expect(command.memory == 1_610_612_736)
    #expect(command.memoryReservation == 1 << 30)
    #expect(command.nanoCPUs == 500_000_000)
    #expect(command.createBody["StopTimeout"] == 3)
    #expect(command.name == "kitchen")
    #expect(command.platform == "linux/arm64")
    #expect(command.pullPolicy == .always)
    #expect(command.createBody["HostConfig"]?["RestartPolicy"]?["Name"] == "no")
    #expect(try body("HostConfig.RestartPolicy.Name", "--restart=always") == "always")
    let plain = try parsed("app")
    #expect(
      plain.memory == nil && plain.nanoCPUs == nil && plain.createBody["StopTimeout"] == nil
        && plain.pullPolicy == nil)
    #expect(try parsed("--pull=never", "app").pullPolicy == .never)
    #expect(try parsed("--pull=missing", "app").pullPolicy == .missing)
  }

  @Test func aVariableSetAfterwardsReplacesThatOfTheCommand() throws {
    var command = try parsed(
      "-e", "REQUEST=forged", "-e", "REQUESTED=1", "-e", "REQUEST", "-l", "a=1", "busybox")
    command.setEnvironment("REQUEST", to: "10.0.0.1")
    command.setLabel("a", to: "2")
    command.setLabel("hearth.run", to: "7")
    #expect(command.createBody["Env"] == ["REQUESTED=1", "REQUEST=10.0.0.1"])
    #expect(command.createBody["Labels"] == ["a": "2", "hearth.run": "7"])
  }

  @Test func theBodySaysWhatTheClientSaysWithoutOptions() throws {
    let expected: JSON = [
      "AttachStdin": false, "AttachStdout": true, "AttachStderr": true, "StdinOnce": false,
      "Image": "busybox",
      "HostConfig": [
        "NetworkMode": "default", "RestartPolicy": ["Name": "no", "MaximumRetryCount": 0],
        "MemorySwappiness": -1,
        "OomKillDisable": false, "PidsLimit": 0, "Dns": [], "DnsOptions": [], "DnsSearch": [], "Devices": [],
        "BlkioWeightDevice": [], "PortBindings": [:],
      ],
      "NetworkingConfig": ["EndpointsConfig": [:]],
    ]
    #expect(JSON.differences(try parsed("busybox").createBody, expected) == [])
  }

  @Test func aDetachedRunHasNoStreamAttachedAndMayNotAskForOne() throws {
    #expect(try body("AttachStdout", "-d") == false)
    #expect(try body("StdinOnce", "-di") == false)
    #expect(try body("AttachStdout", "-d=false") == true)
    #expect(fault("-d", "-a", "stdout")?.option == "--attach")
  }

  @Test func anEngineTooOldOrTooNewForAnOptionIsNamed() throws {
    try parsed("-m", "1g", "busybox").check(engineAPIMinor: 24)
    try parsed("--annotation", "a=b", "busybox").check(engineAPIMinor: 43)
    for (arguments, minor, option) in [
      (["--annotation=a=b"], 41, "--annotation"), (["--gpus=all"], 39, "--gpus"),
      (["--kernel-memory=1g"], 42, "--kernel-memory"),
      (["--health-start-interval=1s"], 43, "--health-start-interval"),
      (["--network=a", "--network=b"], 43, "--network"), (["--cgroupns=host"], 40, "--cgroupns"),
    ] {
      let command = try RunCommand(parsing: arguments + ["busybox"], source: testSource)
      let error = #expect(throws: RunCommandError.self) { try command.check(engineAPIMinor: minor) }
      #expect(error?.option == option)
      #expect(error?.reason.contains("1.\(minor)") == true)
    }
  }

  @Test func withoutAnImageThereIsNoRun() {
    for arguments in [[], ["-it"], ["--"], ["-e", "A=1", "--"]] {
      let error = #expect(throws: RunCommandError.self) {
        try RunCommand(parsing: arguments, source: testSource)
      }
      #expect(error?.description == "\"docker run\" requires at least 1 argument: the image")
    }
  }

  @Test func moreArgumentsThanTheBoundAreRefused() {
    let many = [String](repeating: "-i", count: OptionScanner.maximumArguments + 1)
    #expect(throws: RunCommandError.self) { try RunCommand(parsing: many, source: testSource) }
  }

  @Test func anErrorNamesTheOptionAndWhatWasExpected() {
    #expect(
      fault("-m", "lots")?.description
        == "--memory: invalid argument \"lots\": invalid size: 'lots', expected a number with an optional unit b, k, m or g"
    )
    #expect(fault("--net", "")?.option == "--network")
    #expect(fault("--colour=red")?.description == "--colour: unknown flag: --colour")
    #expect(fault("-itz")?.description == "-z: unknown shorthand flag: 'z' in -itz")
    #expect(fault("-é")?.option == "-é")
    let missing = #expect(throws: RunCommandError.self) { try parsed("-it", "-m") }
    #expect(missing?.description == "--memory: flag needs an argument: 'm' in -m")
    let long = #expect(throws: RunCommandError.self) { try parsed("--memory") }
    #expect(long?.reason == "flag needs an argument: --memory")
  }

  @Test func whatSteersOnlyTheClientIsRefusedByNameUnlessItAsksForWhatHappensAnyway() throws {
    for option in [
      "--cidfile=/x", "--detach-keys=a", "--help", "--sig-proxy", "--disable-content-trust=false",
      "--cpu-count=1", "--cpu-percent=1", "--io-maxiops=1", "--io-maxbandwidth=1m",
    ] {
      let name = String(option.prefix { $0 != "=" })
      #expect(fault(option)?.option == name, "\(option)")
    }
    _ = try parsed("--sig-proxy=false", "--disable-content-trust", "busybox")
  }

  @Test func everyLineOfTheTableIsReadWhole() {
    #expect(OptionKind.names == OptionKind.allCases.map { "\($0)" })
    #expect(OptionTable.rows.count == OptionTable.text.split(separator: "\n").count)
    // What is read is what is written there, so that no word of a line goes unread.
    for (line, row) in zip(OptionTable.text.split(separator: "\n"), OptionTable.rows) {
      var words = [row.name]
      switch row.meaning {
      case .alias(let other): words += ["alias", other]
      case .refused(let reason): words += ["refused", reason]
      case .windows: words.append("windows")
      case .value(let kind, let place):
        words.append("\(kind)")
        if case .config(let field) = place { words.append("Config." + field) }
        if case .host(let field) = place { words.append("HostConfig." + field) }
        if row.short != 0 { words.append("-" + String(UnicodeScalar(row.short))) }
        if !row.choices.isEmpty { words.append("=" + row.choices) }
        if row.versions.lowerBound > 0 { words.append("1.\(row.versions.lowerBound)..") }
        if row.versions.upperBound < .max { words.append("..1.\(row.versions.upperBound)") }
      }
      #expect(words.joined(separator: " ") == line)
    }
    for line in ["", "name", "name kind", "name flag Other.Field", "name flag 1.x..", "name flag ..1.x"] {
      #expect(OptionRow(line) == nil, "\(line)")
    }
  }

  @Test func everyRowOfTheTableIsReachableAndUnambiguous() {
    let names = OptionTable.rows.map(\.name)
    #expect(Set(names).count == names.count)
    let letters = OptionTable.rows.map(\.short).filter { $0 != 0 }
    #expect(Set(letters).count == letters.count)
    for row in OptionTable.rows {
      switch row.meaning {
      case .value(_, .config(let field)), .value(_, .host(let field)): #expect(!field.isEmpty, "\(row.name)")
      case .alias(let other): #expect(OptionTable.index(of: other) != nil, "\(row.name)")
      case .value(_, .own), .refused, .windows: break
      }
    }
  }
}
