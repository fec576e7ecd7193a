import Basics
import Testing
import Wire

@testable import Containers

/// What the comparison with the client cannot show: our own rules, and the fault of every kind of value.
struct RunOptionTests {
  @Test func hostPathsMustBeAbsoluteBecauseARequestHasNoFolder() {
    for option in [
      "-v=./a:/b", "-v=..:/b", "-v=~/a:/b", "--mount=type=bind,src=./a,dst=/b",
      "--mount=type=bind,src=a,dst=/b",
    ] {
      #expect(fault(option)?.reason.contains("a request has no working directory") == true, "\(option)")
    }
    #expect(fault("-v", "x:/b")?.reason.contains("neither an absolute path nor a volume name") == true)
    #expect(fault("-v", "")?.option == "--volume")
    #expect(fault("-v", "a::b")?.option == "--volume")
  }

  @Test func variablesComeFromFilesThenOptionsAndBareNamesFromOutside() throws {
    #expect(
      try body("Env", "-e", "GIVEN", "-e", "ABSENT", "--env-file", "/env")
        == ["ONE=1", "TWO=2 ", "GIVEN=from outside", "GIVEN=from outside", "ABSENT"])
    #expect(
      try body("Labels", "--label-file=/labels", "-l", "a=2", "-l", "c") == ["a": "2", "c": ""])
    #expect(try body("Env", "--env-file", "/spaces") == ["A=1", "B=2", "C=3"])
    #expect(try body("Env", "--env-file", "/longest")?.array?.first?.string?.utf8.count == 65535)
    #expect(
      fault("--env-file", "/longer")?.description
        == "--env-file: /longer: line 1 is longer than 65535 bytes")
  }

  /// Recorded from the client of Engine 28.2.
  @Test func devicesOfTheContainerDeviceInterfaceAreOneRequest() throws {
    let requests = try body(
      "HostConfig.DeviceRequests", "--device=nvidia.com/gpu=all", "--gpus", "1", "--device", "/dev/null",
      "--device", "vendor.com/class_a=name:r")
    #expect(requests?.array?.count == 2 && requests?.array?.first?["Count"] == 1)
    #expect(
      requests?.array?.last == [
        "Driver": "cdi", "DeviceIDs": ["nvidia.com/gpu=all", "vendor.com/class_a=name:r"],
      ])
    #expect(
      try body("HostConfig.Devices", "--device", "/dev/null", "--device", "a.b/cd=0")?.array?.count == 1)
    for name in [
      "vendor/=x", "vendor/cd=", "=", "1vendor/cd=x", "vendor/1cd=x", "vendor_/cd=x", "vendor/cd=a/b", "cd=x",
    ] {
      #expect(fault("--device", name)?.description.contains("is not an absolute path") == true, "\(name)")
    }
  }

  @Test func ourLabelsAreOursWhereverTheyComeFrom() throws {
    for options in [["-l", "io.hearth.run=x"], ["--label=io.hearth.attempt=0"], ["-l", "io.hearth.new"]] {
      let error = #expect(throws: RunCommandError.self) {
        try RunCommand(parsing: options + ["busybox"], source: testSource)
      }
      #expect(error?.description == "--label: labels io.hearth.* are Hearth's own", "\(options)")
    }
    #expect(fault("--label-file", "/ours")?.option == "--label-file")
    #expect(try body("Labels", "-l", "io.hearthstone=1") == ["io.hearthstone": "1"])
  }

  @Test func labelsAndNamesAreBounded() throws {
    let most = RunBody.labelLimit
    let label = "a=" + String(repeating: "x", count: most - 4)
    #expect(try body("Labels", "-l", label, "-l", "b=") != nil)
    #expect(
      fault("-l", label, "-l", "b=1")?.description
        == "--label: the labels have 16385 bytes together, at most 16384")
    #expect(try body("HostConfig.Binds", "-v", String(repeating: "v", count: 255) + ":/x") != nil)
    #expect(fault("-v", String(repeating: "v", count: 256) + ":/x")?.option == "--volume")
    #expect(fault("--name", String(repeating: "n", count: 256))?.option == "--name")
  }

  @Test func aPlatformThatIsNoneIsRefused() throws {
    for text in ["linux/arm/v7", "armhf", "linux", "windows/amd64", "", "Linux/ARM64/v8"] {
      #expect(try parsed("--platform", text, "busybox").platform == text)
    }
    for text in ["strange", "linux/", "linux/arm/v7/x", "linux/ar m"] {
      #expect(fault("--platform", text)?.option == "--platform", "\(text)")
    }
  }

  @Test func aFileThatCannotBeUsedIsNamedWithItsOption() {
    for path in ["/missing", "/blank-name", "/no-name", "/latin1", "/large"] {
      #expect(fault("--env-file=\(path)")?.option == "--env-file", "\(path)")
      #expect(fault("--env-file=\(path)")?.reason.hasPrefix(path) == true, "\(path)")
    }
    #expect(fault("--label-file", "/missing")?.description == "--label-file: /missing: no such file")
    let none = #expect(throws: RunCommandError.self) {
      try RunCommand(parsing: ["--env-file=/env", "busybox"], source: .nothing)
    }
    #expect(none?.option == "--env-file")
  }

  @Test func aSeccompProfileIsInlinedWithoutTheSpaceBetweenItsTokens() throws {
    #expect(
      try body("HostConfig.SecurityOpt", "--security-opt", "seccomp=/profile")
        == ["seccomp={\"a b\":\"\\\" c\",\"d\":[1]}"])
    #expect(try body("HostConfig.SecurityOpt", "--security-opt=seccomp:/profile") != ["seccomp:/profile"])
    #expect(try body("HostConfig.SecurityOpt", "--security-opt=seccomp=builtin") == ["seccomp=builtin"])
    #expect(fault("--security-opt=seccomp=/env")?.reason.contains("compacting json") == true)
    #expect(fault("--security-opt=seccomp=/missing")?.option == "--security-opt")
  }

  @Test func sizesAreMultiplesOf1024WithFractionsRoundedDown() throws {
    let sizes: [(String, Int64)] = [
      ("0", 0), ("32", 32), ("32b", 32), ("32B", 32), ("32k", 32768), ("32K", 32768), ("32kb", 32768),
      ("32Kib", 32768),
      ("1.5m", 1_572_864), ("0.1g", 107_374_182), ("1t", 1 << 40), ("1P", 1 << 50), ("32 k", 32768),
      ("32.3", 32),
      ("0.0000000000000000000001p", 0), ("8191p", 8191 << 50),
    ]
    for (text, size) in sizes { #expect(try OptionNumber.bytes(text) == size, "\(text)") }
    for text in [
      "", "-1", "k", ".5m", "5.", "1.2.3", "5x", "5kk", "5bk", "32  k", " 32", "9999999999999p", "8192p",
      "99999999999999999999", "1e3", "٣m", "5i5",
    ] {
      #expect(throws: OptionFault.self, "\(text)") { try OptionNumber.bytes(text) }
    }
    #expect(try body("HostConfig.MemorySwap", "--memory-swap=-1") == -1)
  }

  @Test func wholeNumbersAreReadInGosNotations() throws {
    let numbers: [(String, Int64)] = [
      ("0", 0), ("-0", 0), ("+7", 7), ("-7", -7), ("0x1F", 31), ("0b101", 5), ("0o17", 15), ("017", 15),
      ("-0x8", -8),
      ("9223372036854775807", .max), ("-9223372036854775808", .min),
    ]
    for (text, number) in numbers { #expect(try OptionNumber.integer(text) == number, "\(text)") }
    for text in [
      "", "-", "+", "0x", "09", "1.0", "1k", " 1", "9223372036854775808", "-9223372036854775809", "--1",
    ] {
      #expect(throws: OptionFault.self, "\(text)") { try OptionNumber.integer(text) }
    }
  }

  @Test func durationsAreSumsOfGosUnits() throws {
    let durations: [(String, Int64)] = [
      ("0", 0), ("5s", 5_000_000_000), ("1m30s", 90_000_000_000), ("1.5h", 5_400_000_000_000),
      ("100ms", 100_000_000),
      ("-1s", -1_000_000_000), ("1us", 1000), ("1µs", 1000), ("7ns", 7), (".5s", 500_000_000),
      ("1.s", 1_000_000_000),
    ]
    for (text, length) in durations { #expect(try OptionNumber.duration(text) == length, "\(text)") }
    for text in ["", "-", "5", "s", "5d", ".s", "1..5s", "1.2.3s", "5 s", "9999999h", "3000000h", "5s5"] {
      #expect(throws: OptionFault.self, "\(text)") { try OptionNumber.duration(text) }
    }
  }

  @Test func cpusAreBillionthsAndNoFiner() throws {
    let counts: [(String, Int64)] = [
      ("1", 1_000_000_000), ("0.5", 500_000_000), (".000000001", 1), ("2.", 2_000_000_000),
      ("1/2", 500_000_000),
      ("1.5000000000000", 1_500_000_000), ("-1", -1_000_000_000), ("0", 0),
    ]
    for (text, count) in counts { #expect(try OptionNumber.nanoCPUs(text) == count, "\(text)") }
    for text in [
      "", ".", "x", "1/0", "1/3", "1,5", "0.0000000001", "99999999999", "9999999999999999999/1", "1.x",
    ] {
      #expect(throws: OptionFault.self, "\(text)") { try OptionNumber.nanoCPUs(text) }
    }
  }

  @Test func addressesTakeTheirNormalForm() throws {
    let addresses = [
      "10.0.0.1": "10.0.0.1", " ::1 ": "::1", "::": "::", "2001:DB8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
      "1:0:0:2:0:0:0:3": "1:0:0:2::3", "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8", "1::": "1::",
      "fe80::0:1": "fe80::1",
      "::ffff:10.0.0.1": "10.0.0.1", "64:ff9b::10.0.0.1": "64:ff9b::a00:1",
      "1:2:3:4:5:6:0:8": "1:2:3:4:5:6:0:8",
      "0:0:1::": "0:0:1::", "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
    ]
    for (text, normal) in addresses { #expect(try OptionAddress.normal(text) == normal, "\(text)") }
    for text in [
      "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9", "12345::", "::g", ":1", "1:", "::1%eth0", "1.2.3.4::", "::1.2.3",
      "1:2:3:4:5:6:7:8::",
    ] {
      #expect(throws: OptionFault.self, "\(text)") { try OptionAddress.normal(text) }
    }
  }

  @Test func hardwareAddressesHaveSixEightOrTwentyBytes() {
    for text in ["92:d0:c6:0a:29:33", "92-D0-C6-0A-29-33", "92d0.c60a.2933", "02:00:5e:10:00:00:00:01"] {
      #expect(OptionAddress.isMAC(text), "\(text)")
    }
    for text in [
      "", "92:d0:c6:0a:29", "92:d0:c6:0a:29:3g", "92:d0:c6:0a:29:333", "92:d0:c6:0a-29:33", "92d0c60a2933",
    ] {
      #expect(!OptionAddress.isMAC(text), "\(text)")
    }
  }

  @Test func portsMultiplyOnlyUpToTheBound() throws {
    #expect(try body("ExposedPorts", "--expose=1-\(OptionPorts.maximumPorts)")?.object?.members.count == 4096)
    #expect(fault("--expose=1-65535")?.reason.contains("4096") == true)
    #expect(fault("-p=1-60000:1-60000")?.option == "--publish")
    #expect(
      try body("HostConfig.PortBindings", "-p", "80", "-p=[::1]:81:80/TCP")
        == ["80/tcp": [["HostIp": "", "HostPort": ""], ["HostIp": "::1", "HostPort": "81"]]])
    for text in [
      "", ":", "80:", "x", "1.2.3.4:80", "1-2-3", "65536", "::80:80:80", "mode=ingress,target=1",
      "80/tcp/udp",
    ] {
      #expect(fault("-p", text)?.option == "--publish", "\(text)")
    }
  }

  @Test func settingsOfANetworkNeedAUserDefinedOne() throws {
    for (option, name) in [
      ("--network-alias=a", "--network-alias"), ("--ip=10.0.0.2", "--ip"), ("--ip6=::2", "--ip6"),
      ("--link-local-ip=169.254.0.1", "--link-local-ip"),
    ] {
      #expect(fault(option)?.option == name)
      for network in ["host", "none", "bridge", "default", "container:x"] {
        #expect(fault("--network=\(network)", option)?.option == name, "\(network)")
      }
    }
    #expect(try body("HostConfig.Links", "--link", "a:b") == ["a:b"])
    #expect(fault("--network=name=home,ip=10.0.0.2", "--ip=10.0.0.3")?.option == "--ip")
    #expect(fault("--network= ")?.option == "--network")
    #expect(
      try body("NetworkingConfig.EndpointsConfig", "--network=a", "--network=b") == ["a": [:], "b": [:]])
  }

  @Test func valuesThatOnlyTheEngineWouldRefuseAreRefusedWithTheirOption() {
    for option in [
      "--blkio-weight=5", "--blkio-weight=1001", "--ipc=shared", "--ipc=container:a:b", "--pull=sometimes",
      "--name=x", "--name=a b", "--tmpfs=scratch", "--device=/dev/tty*", "--device=dev:/dev/x",
      "--restart=on-failure:-1",
      "--restart=:3", "--annotation=a", "--volume=/a:/b:ro:rw", "--expose=80/icmp", "--add-host==1.2.3.4",
    ] {
      #expect(fault(option)?.option == String(option.prefix { $0 != "=" }), "\(option)")
    }
    #expect(fault("--volume-driver=x", "--mount=dst=/a")?.option == "--volume-driver")
  }

  @Test func addressesOfAContainerAreCheckedBeforeTheEngineSeesThem() {
    for option in ["--ip=10.0.0", "--ip6=:::", "--link-local-ip=x"] {
      #expect(fault("--network=home", option)?.option == String(option.prefix { $0 != "=" }), "\(option)")
    }
  }

  @Test func laterClientsFormsOfAddHostAreTaken() throws {
    #expect(
      try body("HostConfig.ExtraHosts", "--add-host=a=1.2.3.4", "--add-host=b=[::1]", "--add-host=c:[::2]")
        == ["a:1.2.3.4", "b:::1", "c:::2"])
  }

  @Test func quotedFieldsMayHoldCommasAndQuotes() throws {
    #expect(try OptionFields.split("a,\"b,c\",\"d\"\"e\",") == ["a", "b,c", "d\"e", ""])
    for text in ["", "\"a", "\"a\"b", "a\"b"] {
      #expect(throws: OptionFault.self, "\(text)") { try OptionFields.split(text) }
    }
  }
}
