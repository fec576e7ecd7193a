import Basics
internal import Readings
package import Scoring

/// A node as it is described: what it has and how it behaves.
package struct SimulatedBoard: Sendable {
  /// What it is called.
  package var name: String
  /// What the agent knows of it.
  package var profile: Profile
  /// How fast its cores really are.
  package var speeds: CoreSpeeds
  /// Bytes that programs can have.
  package var memory: Int64
  /// Mbit/s, and the seconds that it adds to the way to another node. Two wired ones answer each other in 0.53 ms (a
  /// Raspberry Pi and a server, SLAC-PUB-16343); that of Wi-Fi is an estimate.
  package var linkRate: Double
  /// The seconds, one way.
  package var latency: Double
  /// Whether its link is Wi-Fi.
  package var isWireless: Bool
  /// MB/s that one core copies.
  package var memoryRate: Double
  /// How it warms up; nil for one that stays cool enough.
  package var heat: HeatModel?
  /// Its cores are so many times as fast as its profile says.
  package var truth = 1.0
  /// Threads of its owner's own, and the mean seconds for which they come and stay away; 0 for none.
  package var background = (threads: 0, busy: 0.0, idle: 0.0)
  /// Images that are there from the beginning, beside number 0.
  package var images: [Int] = []

  /// A board of this profile as the profile describes it.
  package init(name: String, profile: Profile) {
    self.name = name
    self.profile = profile
    let processor = profile.processor
    let fastest = processor.clock * processor.rate
    speeds = CoreSpeeds()
    if processor.capacities.isEmpty {
      let cores = Double(processor.cores)
      if processor.threadGain < 1 {
        speeds.add(cores / 2, speed: fastest)
        speeds.add(cores / 2, speed: fastest * processor.threadGain)
      } else {
        speeds.add(cores, speed: fastest)
      }
    } else {
      for kind in processor.capacities {
        speeds.add(
          Double(processor.cores) / Double(processor.capacities.count),
          speed: fastest * Double(kind.share) / 1024)
      }
    }
    memory = Int64(profile.assumed.memory)
    isWireless = Self.wireless.contains(profile.name)
    linkRate = isWireless ? profile.link.wifi : profile.link.limit
    latency = isWireless ? Self.wirelessLatency : Self.wiredLatency
    memoryRate = speeds.memoryRate(profile)
    heat = HeatModel.of(profile.name)
  }

  static let wiredLatency = 0.00013
  static let wirelessLatency = 0.004

  /// Boards without Ethernet of their own.
  private static let wireless = ["raspberry-pi-zero-2", "raspberry-pi-zero", "hikey", "hikey960"]

  /// MIPS of all cores.
  package var capacity: Double {
    speeds.share(of: speeds.count) * speeds.count * truth
  }

  /// Seconds that a job takes here alone, without fetching anything.
  package func seconds(of job: Job) -> Double {
    switch job.bound {
    case .processor: job.amount / (speeds.share(of: job.threads) * job.threads * truth)
    case .memory: job.amount / memoryRate
    case .network: job.amount / (linkRate / 8)
    }
  }

  /// What its own kernel shows with nothing to do.
  var snapshot: Snapshot {
    func now<Value>(_ value: Value) -> Reading<Value> { .value(value, at: Instant(nanoseconds: 0)) }
    var snapshot = Snapshot(instant: nil)
    let fastest = speeds.groups.first?.speed ?? 1
    let clock = Int(fastest / profile.processor.rate * 1000)
    var number = 0
    // Threads of one core come as a group of the rest that the second thread adds.
    let hasThreads = profile.processor.threadGain < 1 && speeds.groups.count > 1
    for (kind, group) in speeds.groups.enumerated() {
      for index in 0..<Int(group.count) {
        var core = Core(number: number, utilisation: now(0), policy: 0)
        if hasThreads {
          core.topology.core = now(index)
          core.topology.package = now(0)
        } else if kind > 0 {
          core.capacity = now(max(Int(group.speed / fastest * 1024), 1))
        } else {
          core.capacity = now(1024)
        }
        snapshot.processors.cores.append(core)
        number += 1
      }
    }
    snapshot.processors.utilisation = now(0)
    snapshot.processors.policies = [
      FrequencyPolicy(number: 0, cores: Array(0..<number), maximum: now(clock), limit: now(clock))
    ]
    snapshot.memory = now(Memory(total: UInt64(memory) + 256 << 20, available: UInt64(memory)))
    snapshot.load = now(Load(one: 0, five: 0, fifteen: 0, runnable: 1))
    snapshot.pressure.cpu.someShare = now(0)
    snapshot.pressure.memory.someShare = now(0)
    snapshot.pressure.io.someShare = now(0)
    if let zone = profile.heat.zones.first {
      snapshot.thermal.zones = [ThermalZone(type: zone, temperature: now(Int((heat?.idle ?? 45) * 1000)))]
    }
    snapshot.network.interfaces = [
      NetworkInterface(
        name: isWireless ? "wlan0" : "eth0", kind: isWireless ? .wifi : .ethernet, carrier: now(true),
        state: now(.up), speed: now(Int(linkRate)), receiveRate: now(0), transmitRate: now(0))
    ]
    snapshot.storage.state = now(FileSystemSpace(total: 32 << 30, free: 16 << 30))
    snapshot.controlGroup = ControlGroup(version: .v2, cores: now(nil), memoryMaximum: now(nil))
    return snapshot
  }
}
