// swift-tools-version: 6.2
// The house is described in docs/architecture.md. Dependencies run downwards only.
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "hearth",
  products: [
    .executable(name: "hearth", targets: ["Agent"])
  ],
  targets: [
    .target(name: "CLinux"),
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
    .target(name: "Wire", swiftSettings: strict),
    .target(name: "Hardware", dependencies: ["CLinux"], swiftSettings: strict),
    .target(name: "Scoring", dependencies: ["CBoards", "Hardware", "Wire"], swiftSettings: strict),
    // Ordinary Swift calls the C library for a square root that the boards' compiler makes one instruction.
    .target(
      name: "Mesh", dependencies: ["CMbedTLS", "Hardware", "Wire"], swiftSettings: strict,
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "Containers", dependencies: ["Wire"], swiftSettings: strict),
    .target(
      name: "Orchestration", dependencies: ["Containers", "Hardware", "Scoring", "Wire"],
      swiftSettings: strict),
    .target(
      name: "Simulation",
      dependencies: ["CBoards", "CLinux", "Containers", "Hardware", "Orchestration", "Scoring", "Wire"],
      swiftSettings: strict, linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(
      name: "Devices", dependencies: ["CBoards", "CGpiod", "CI2C", "CLinux", "Hardware", "Scoring", "Wire"],
      swiftSettings: strict),
    .executableTarget(
      name: "Agent",
      dependencies: [
        "CLinux", "CMbedTLS", "Containers", "Devices", "Hardware", "Mesh", "Orchestration", "Scoring",
        "Simulation",
        "Wire",
      ],
      swiftSettings: strict),

    .target(name: "TestSupport", path: "Tests/Support"),
    // Compares ways to choose nodes in simulation; `make placement`.
    .executableTarget(
      name: "Placement", dependencies: ["Scoring", "Simulation"], path: "Tests/Placement",
      swiftSettings: strict),
    // What every board's program must do alike; Tests/lab/portable compares. It is not shipped.
    .executableTarget(
      name: "Portable",
      dependencies: ["CLinux", "Containers", "Hardware", "Mesh", "Orchestration", "Scoring", "Wire"],
      path: "Tests/Portable", swiftSettings: strict),

    .testTarget(name: "WireTests", dependencies: ["Wire"]),
    .testTarget(
      name: "HardwareTests", dependencies: ["CLinux", "Hardware"], exclude: ["Fixtures"]),
    .testTarget(name: "MeshTests", dependencies: ["Hardware", "Mesh", "Wire"]),
    .testTarget(
      name: "ScoringTests", dependencies: ["Hardware", "Scoring", "Wire"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ContainersTests", dependencies: ["Containers", "TestSupport", "Wire"], exclude: ["Captures"]),
    .testTarget(
      name: "SimulationTests", dependencies: ["Hardware", "Placement", "Scoring", "Simulation"]),
    .testTarget(name: "DevicesTests", dependencies: ["Devices", "Hardware", "Scoring", "Wire"]),
    .testTarget(
      name: "OrchestrationTests",
      dependencies: ["Containers", "Hardware", "Orchestration", "Scoring", "Wire"]),
    .testTarget(
      name: "AgentTests",
      dependencies: [
        "Agent", "CLinux", "CMbedTLS", "Containers", "Devices", "Hardware", "Mesh", "Orchestration",
        "Scoring", "Simulation", "Wire",
      ]),
    .testTarget(
      name: "SystemTests", dependencies: ["TestSupport"], path: "Tests/System", exclude: ["zeroconf-node.py"]),
  ],
  swiftLanguageModes: [.v6]
)
