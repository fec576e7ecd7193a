import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// Xorshift: the same mutations in every run.
private struct Mutator {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state % UInt64(max(bound, 1)))
  }

  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...next(4) {
      switch next(6) {
      case 0 where !bytes.isEmpty: bytes[next(bytes.count)] = UInt8(next(256))
      case 1 where !bytes.isEmpty: bytes.remove(at: next(bytes.count))
      case 2: bytes.insert(UInt8(next(256)), at: next(bytes.count + 1))
      case 3: bytes.removeLast(next(bytes.count + 1))
      case 4: bytes.insert(contentsOf: Array("99999999999999999999-".utf8), at: next(bytes.count + 1))
      default:
        bytes.insert(contentsOf: [[0], [10], [32], [58], [45], [0xff]][next(6)], at: next(bytes.count + 1))
      }
    }
    return bytes
  }
}

@Suite struct MutationTests {
  static let seeds: [String] = [
    "cpu  301854 612 111922 8979004 3552 2 3944 0 0 0\ncpu0 44490 19 21045 1087069 220 1 3410 0 0 0\nintr 1\n",
    "0.46 0.57 0.30 2/106 13324\n",
    "MemTotal: 15666184 kB\nMemFree: 440324 kB\nMemAvailable: 1 kB\nCached: 5 kB\nShmem: 3 kB\n",
    "some avg10=0.10 avg60=2.00 avg300=3.85 total=15\nfull avg10=0.20 avg60=3.00 avg300=4.95 total=25\n",
    "a\nb\n eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n wlan0: 0000 54. -56. -256 0 0 0 0 12 0\n",
    " 8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n 8 1 sda1 1 2 3 4 5 6 7 8 9 10 11\n",
    "POWER_SUPPLY_STATUS=Charging\nPOWER_SUPPLY_CAPACITY=98\nPOWER_SUPPLY_CURRENT_NOW=-5\n",
    "9:cpu,memory,cpuset:/a/../b\n0::/user.slice/x\n", "50000 100000\n", "0-3,6,8-9\n",
    "raspberrypi,4-model-b\0brcm,bcm2711\0", "temp1_input", "0xE0000\n", "-12345\n",
    "processor\t: 0\nmodel name : A\ncpu MHz : 1.5\nCPU part\t: 0xd03\nSerial : 0\nModel\t\t: Pi\n",
  ]

  @Test func noParserTrapsOnMutatedText() {
    var mutator = Mutator(state: 0x9e37_79b9_7f4a_7c15)
    var accepted = 0
    for _ in 0..<6000 {
      let seed = Self.seeds[mutator.next(Self.seeds.count)]
      let bytes = mutator.mutate(Array(seed.utf8))
      bytes.withUnsafeBytes { accepted += runEveryParser(on: $0) }
    }
    // A mutation here and there leaves the text valid, or the mutator proves nothing.
    #expect(accepted > 1000)
  }

  private func runEveryParser(on bytes: UnsafeRawBufferPointer) -> Int {
    var accepted = 0
    func run<Value>(_ parse: (inout Cursor) -> Value?) {
      var cursor = Cursor(bytes)
      if parse(&cursor) != nil { accepted += 1 }
      #expect(cursor.position >= 0 && cursor.position <= bytes.count)
    }
    run { parseLoad(&$0) }
    run { parseMemory(&$0) }
    run { parsePressure(&$0) }
    run { parsePowerSupply(&$0) }
    run { parseProcessorMaximum(&$0) }
    run { parseMemoryMaximum(&$0) }
    run { parseInterfaceState(&$0) }
    run { $0.hexadecimal() }
    run { $0.integer() }
    run { $0.decimal() }
    run { SensorName($0) }
    run { $0.number(after: "cpu") }
    run { parseCoreList($0).isEmpty ? nil : true }
    run { parseCompatible($0).isEmpty ? nil : true }
    run { parseMembership($0) == GroupPaths() ? nil : true }
    run { parseProcessorInformation($0).parts.isEmpty ? nil : true }
    run { text in
      while var line = text.wholeLine() {
        var copy = line
        _ = parseCoreTimes(&copy)
        copy = line
        if let name = interfaceName(&copy) {
          var counters = copy
          _ = parseInterfaceCounters(&counters)
          _ = parseWirelessLink(&copy)
          _ = name.text()
        }
        if let name = diskName(&line) {
          _ = isWholeDisk(name, after: copy)
          _ = parseDiskCounters(&line)
        }
      }
      return nil as Bool?
    }
    return accepted
  }

  @Test func aSamplerSurvivesMutatedTrees() {
    var mutator = Mutator(state: 42)
    let tree = Tree()
    let paths = [
      "proc/stat", "proc/loadavg", "proc/meminfo", "proc/pressure/cpu", "proc/net/dev", "proc/diskstats",
      "sys/class/power_supply/BAT0/uevent", "proc/self/cgroup",
    ]
    tree.write("sys/class/thermal/thermal_zone0/temp", "1\n")
    tree.write("sys/class/hwmon/hwmon0/temp1_input", "1\n")
    for (path, seed) in zip(paths, Self.seeds) { tree.write(path, seed) }
    let sampler = tree.sampler()
    for second in 0..<300 {
      let index = mutator.next(paths.count)
      let bytes = mutator.mutate(Array(Self.seeds[index].utf8))
      tree.write(paths[index], String(decoding: bytes, as: UTF8.self))
      sampler.sample(at: seconds(second))
      let snapshot = sampler.snapshot
      if let share = snapshot.processors.utilisation.value { #expect(share >= 0 && share <= 1) }
      for disk in snapshot.storage.disks {
        if let share = disk.busyShare.value { #expect(share >= 0 && share <= 1) }
      }
      for interface in snapshot.network.interfaces {
        if let rate = interface.receiveRate.value { #expect(rate >= 0 && rate.isFinite) }
      }
    }
    #expect(sampler.snapshot.instant == seconds(299))
  }
}
