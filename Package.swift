// swift-tools-version: 6.2
// The house is described in docs/architecture.md. Dependencies run downwards only.
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A module of the house, and what it may know: modules above it in the list below.
func room(_ name: String, knows dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A program: a few lines over the module that does the work.
func program(_ name: String, of dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let rooms: [Target] = [
  room("Basics"),
  room("Wire", knows: ["Basics"]),
  room("Platform", knows: ["Basics", "CLinux", "CMbedTLS", "Wire"]),
  room("Readings", knows: ["Basics"]),
  room("Sampling", knows: ["Basics", "Readings"]),
  room("Hardware", knows: ["Basics", "CLinux", "Platform", "Readings", "Sampling"]),
  room("Scoring", knows: ["Basics", "CBoards", "Readings", "Wire"]),
  room("Peripherals", knows: ["Basics", "CBoards", "Readings", "Scoring", "Wire"]),
  room("Devices", knows: ["Basics", "CGpiod", "CI2C", "CLinux", "Peripherals", "Platform", "Readings"]),
  room("Mesh", knows: ["Basics", "CMbedTLS", "Wire"]),
  room("Deciding", knows: ["Basics", "Mesh"]),
  room("Containers", knows: ["Basics", "Wire"]),
  room("Orchestration", knows: ["Basics", "Containers", "Scoring", "Wire"]),
  room(
    "Simulation", knows: ["Basics", "CBoards", "Containers", "Orchestration", "Readings", "Scoring", "Wire"]),
  room("HomeEdge", knows: ["Basics", "Containers", "Orchestration", "Readings", "Scoring", "Wire"]),
  room("HTTPServer", knows: ["Basics", "CLinux", "Platform", "Wire"]),
  room("EngineClient", knows: ["Basics", "CLinux", "Containers", "Platform", "Scoring", "Wire"]),
  room(
    "Settings",
    knows: [
      "Basics", "CLinux", "Containers", "Mesh", "Orchestration", "Peripherals", "Platform", "Scoring", "Wire",
    ]),
  room(
    "Agent",
    knows: [
      "Basics", "CLinux", "Containers", "Devices", "EngineClient", "Hardware", "HomeEdge", "HTTPServer",
      "Mesh",
      "Orchestration", "Peripherals", "Platform", "Readings", "Sampling", "Scoring", "Settings", "Wire",
    ]),
  room("Reports", knows: ["Basics", "Readings", "Scoring", "Simulation", "Wire"]),
  room(
    "CommandLine",
    knows: [
      "Basics", "CLinux", "Containers", "Devices", "Hardware", "HomeEdge", "Mesh", "Orchestration",
      "Peripherals", "Platform", "Readings", "Reports", "Sampling",
      "Scoring", "Settings", "Simulation", "Wire",
    ]),
]

let programs: [Target] = [
  program("hearthd", of: ["Agent", "CLinux", "Platform"]),
  program("hearth", of: ["CommandLine", "CLinux", "Platform"]),
]

let libraries: [Target] = [
  // Ordinary Swift's library calls the C library's rounding functions, which the boards' compiler makes instructions.
  .target(name: "CLinux", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
  .target(name: "CBoards"),
  // Needs libmbedtls-dev; the boards' builds link what cross/setup builds of Debian's source.
  .target(
    name: "CMbedTLS",
    linkerSettings: [
      .linkedLibrary("mbedtls", .when(platforms: [.linux])),
      .linkedLibrary("mbedcrypto", .when(platforms: [.linux])),
    ]),
  // Needs libgpiod-dev, of either generation; the boards' builds link 2.x, built as libmbedtls is.
  .target(name: "CGpiod", linkerSettings: [.linkedLibrary("gpiod", .when(platforms: [.linux]))]),
  // Needs libi2c-dev; on the boards as above.
  .target(name: "CI2C", linkerSettings: [.linkedLibrary("i2c", .when(platforms: [.linux]))]),
]

let tests: [Target] = [
  .target(name: "TestSupport", dependencies: ["Basics"], path: "Tests/Support"),
  // A server with the home's key, and what calls it as strangers do.
  .target(
    name: "ServerSupport", dependencies: ["Basics", "CLinux", "HTTPServer", "Mesh", "Platform", "Wire"],
    path: "Tests/ServerSupport"),
  // Compares ways to choose nodes in simulation; `make placement`.
  .executableTarget(
    name: "Placement", dependencies: ["Basics", "CLinux", "Scoring", "Simulation"], path: "Tests/Placement",
    swiftSettings: strict),
  // Schedules of faults against the state machines that decide; `make schedules`.
  .executableTarget(
    name: "Schedules", dependencies: ["Basics", "Deciding", "Mesh"], path: "Tests/Schedules",
    swiftSettings: strict),
  // What every board's program must do alike; Tests/lab/portable compares. It is not shipped.
  .executableTarget(
    name: "Portable",
    dependencies: [
      "Basics", "CLinux", "Containers", "Hardware", "Mesh", "Orchestration", "Readings", "Sampling",
      "Scoring", "Wire",
    ],
    path: "Tests/Portable", swiftSettings: strict),
  .testTarget(
    name: "WireTests",
    dependencies: ["Basics", "TestSupport", "Wire"]),
  .testTarget(
    name: "HardwareTests",
    dependencies: ["Basics", "CLinux", "Hardware", "Platform", "Readings", "Sampling"],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "MeshTests",
    dependencies: ["Basics", "Mesh", "TestSupport", "Wire"]),
  .testTarget(
    name: "DecidingTests",
    dependencies: ["Basics", "Deciding", "Mesh", "Schedules", "TestSupport"]),
  .testTarget(
    name: "ScoringTests",
    dependencies: ["Basics", "Hardware", "Readings", "Sampling", "Scoring", "Wire"],
    exclude: ["Fixtures"]),
  .testTarget(
    name: "ContainersTests",
    dependencies: ["Basics", "Containers", "TestSupport", "Wire"],
    exclude: ["Captures"]),
  .testTarget(
    name: "SimulationTests",
    dependencies: ["Basics", "Placement", "Scoring", "Simulation"]),
  .testTarget(
    name: "DevicesTests",
    dependencies: [
      "Basics", "CLinux", "Devices", "Peripherals", "Platform", "Readings", "Scoring", "TestSupport",
    ]),
  .testTarget(
    name: "PeripheralsTests",
    dependencies: ["Basics", "Peripherals", "Readings", "Scoring", "Wire"]),
  .testTarget(
    name: "OrchestrationTests",
    dependencies: ["Basics", "Containers", "Orchestration", "Readings", "Scoring", "TestSupport", "Wire"]),
  .testTarget(
    name: "PlatformTests",
    dependencies: ["Basics", "CLinux", "CMbedTLS", "Mesh", "Platform", "ServerSupport"]),
  .testTarget(
    name: "HomeEdgeTests",
    dependencies: [
      "Basics", "Containers", "Devices", "HTTPServer", "HomeEdge", "Orchestration", "Platform", "Readings",
      "Scoring", "Wire",
    ]),
  .testTarget(
    name: "HTTPServerTests",
    dependencies: ["Basics", "CLinux", "HTTPServer", "Mesh", "Platform", "Readings", "ServerSupport", "Wire"]),
  .testTarget(
    name: "SettingsTests",
    dependencies: [
      "Basics", "Containers", "Mesh", "Peripherals", "Platform", "Readings", "Settings", "TestSupport",
      "Wire",
    ]),
  .testTarget(
    name: "CommandLineTests",
    dependencies: [
      "Agent", "Basics", "CommandLine", "Containers", "EngineClient", "HomeEdge", "Platform", "Readings",
      "Reports", "Scoring", "Settings", "Simulation", "TestSupport", "Wire",
    ]),
  .testTarget(
    name: "AgentTests",
    dependencies: [
      "Agent", "Basics", "CommandLine", "Containers", "HTTPServer", "HomeEdge", "Mesh",
      "Orchestration", "Platform", "Readings", "Scoring", "ServerSupport", "TestSupport", "Wire",
    ]),
  .testTarget(
    name: "SystemTests", dependencies: ["Basics", "TestSupport"], path: "Tests/System"),
]

let package = Package(
  name: "hearth",
  products: [
    .executable(name: "hearthd", targets: ["hearthd"]),
    .executable(name: "hearth", targets: ["hearth"]),
  ],
  targets: libraries + rooms + programs + tests,
  swiftLanguageModes: [.v6]
)

// Builds the tests named there, parted by commas, and what they depend on; `make membership-figures` and `make coverage`.
if let tests = Context.environment["HEARTH_TESTS_OF"] {
  var wanted = Set(tests.split(separator: ",").map(String.init))
  var before = 0
  while before < wanted.count {
    before = wanted.count
    for target in package.targets where wanted.contains(target.name) {
      for case .byNameItem(let name, _) in target.dependencies { wanted.insert(name) }
    }
  }
  package.targets.removeAll { !wanted.contains($0.name) }
  package.products = []
}
