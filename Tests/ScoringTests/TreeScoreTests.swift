import Basics
import Foundation
import Hardware
import Readings
import Sampling
import Scoring
import Testing

/// The score of a board as its kernel shows it: files, sampler, profile and score together.
@Suite struct TreeScoreTests {
  /// What a Raspberry Pi 3 Model B with mainline Linux shows (device-tree strings from its DTB, zone and policy as
  /// in the kernel's own tree), with nothing to do.
  private static func files(ticks: Int) -> [String: String] {
    var files = [
      "proc/device-tree/model": "Raspberry Pi 3 Model B Rev 1.2\0",
      "proc/device-tree/compatible": "raspberrypi,3-model-b\0brcm,bcm2837\0",
      "proc/cpuinfo": (0..<4).map {
        "processor\t: \($0)\nBogoMIPS\t: 38.40\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\nCPU revision\t: 4\n\n"
      }.joined(),
      "proc/loadavg": "0.00 0.01 0.00 1/120 900\n",
      "proc/meminfo":
        "MemTotal:         930816 kB\nMemFree:          500000 kB\nMemAvailable:     707212 kB\nBuffers: 1 kB\n",
      "proc/net/dev":
        "Inter-|   Receive                                                |  Transmit\n"
        + " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls "
        + "carrier compressed\n  eth0: 1000 10 0 0 0 0 0 0 2000 10 0 0 0 0 0 0\n",
      "sys/class/net/eth0/type": "1\n", "sys/class/net/eth0/speed": "100\n",
      "sys/class/net/eth0/carrier": "1\n",
      "sys/class/net/eth0/operstate": "up\n", "sys/class/net/eth0/device/uevent": "DRIVER=smsc95xx\n",
      "sys/class/thermal/thermal_zone0/type": "cpu-thermal\n",
      "sys/class/thermal/thermal_zone0/temp": "48312\n",
      "sys/class/thermal/thermal_zone0/trip_point_0_type": "critical\n",
      "sys/class/thermal/thermal_zone0/trip_point_0_temp": "90000\n",
      "sys/devices/system/cpu/present": "0-3\n", "sys/devices/system/cpu/online": "0-3\n",
    ]
    let times = "100 0 100 \(ticks) 0 0 0 0 0 0"
    files["proc/stat"] =
      "cpu  400 0 400 \(4 * ticks) 0 0 0 0 0 0\n" + (0..<4).map { "cpu\($0) \(times)\n" }.joined()
    let policy = "sys/devices/system/cpu/cpufreq/policy0/"
    files[policy + "related_cpus"] = "0 1 2 3\n"
    files[policy + "cpuinfo_min_freq"] = "600000\n"
    files[policy + "cpuinfo_max_freq"] = "1200000\n"
    files[policy + "scaling_max_freq"] = "1200000\n"
    files[policy + "scaling_cur_freq"] = "600000\n"
    for core in 0..<4 { files["sys/devices/system/cpu/cpu\(core)/cpu_capacity"] = "1024\n" }
    return files
  }

  private func write(_ files: [String: String], to root: URL) throws {
    for (path, text) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      // In place, since the sampler keeps its files open.
      if let handle = FileHandle(forWritingAtPath: file.path(percentEncoded: false)) {
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
      } else {
        try Data(text.utf8).write(to: file)
      }
    }
  }

  @Test func theTreeOfAnIdleRaspberryPi3BScores100() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "hearth-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    try write(Self.files(ticks: 10_000), to: root)
    let sampler = Sampler(root: root.path(percentEncoded: false), statePath: "/", enginePath: "/")
    sampler.sample(at: Instant(nanoseconds: 1_000_000_000))
    try write(Self.files(ticks: 10_100), to: root)
    sampler.sample(at: Instant(nanoseconds: 2_000_000_000))

    var board = sampler.snapshot.board
    board.architecture = "arm64"
    let match = try Profiles().match(board)
    #expect(match.profile.name == "raspberry-pi-3")
    #expect(match.rule == .compatible)
    var snapshot = sampler.snapshot
    // The space of the machine that runs this test is not the board's.
    snapshot.storage.state = .absent(.notYet)
    snapshot.storage.engine = .absent(.notYet)
    let score = Score(of: snapshot, profile: match.profile)
    #expect((score.value - 100).magnitude < 0.01, "\(score.terms.filter { $0.effect < 1 })")
    for kind in [Term.Kind.cores, .clock, .load, .memory, .heat, .link] {
      #expect(score.terms[kind].source.isMeasured, "\(kind.name)")
    }
  }
}
