/// The cores, what they did, and how fast they may run.
public struct Processors: Equatable, Sendable {
  /// Utilisation of all cores together, 0...1 between the last two samples.
  public var utilisation: Reading<Double>
  /// Times of all cores together (the `cpu` line of `/proc/stat`).
  public var times: Reading<CoreTimes>
  /// Every core that is present, by ascending number, offline ones included; at most 1024.
  public var cores: [Core]
  /// The frequency policies by ascending number; empty where there is no cpufreq (virtual machines).
  public var policies: [FrequencyPolicy]

  public init(
    utilisation: Reading<Double> = .absent(.notYet), times: Reading<CoreTimes> = .absent(.notYet),
    cores: [Core] = [], policies: [FrequencyPolicy] = []
  ) {
    self.utilisation = utilisation
    self.times = times
    self.cores = cores
    self.policies = policies
  }

  /// How many cores are online.
  public var onlineCount: Int {
    var count = 0
    for core in cores where core.isOnline { count += 1 }
    return count
  }
}

/// One core.
public struct Core: Equatable, Sendable {
  /// The kernel's number, the N of `cpuN`.
  public var number: Int
  /// Whether `/proc/stat` lists it.
  public var isOnline: Bool
  public var times: Reading<CoreTimes>
  /// Busy share 0...1 between the last two samples.
  public var utilisation: Reading<Double>
  /// `cpu_capacity`: 1024 for the fastest core of this machine; absent on older x86 kernels, to be taken as
  /// 1024.
  public var capacity: Reading<Int>
  public var topology: CoreTopology
  /// Its kind on ARM, as 0xd03 for a Cortex-A53 (`regs/identification/midr_el1`, else `/proc/cpuinfo`); nil where
  /// neither tells.
  public var part: Int?
  /// The position in `Processors.policies` of the policy this core belongs to.
  public var policy: Int?

  public init(
    number: Int, isOnline: Bool = true, times: Reading<CoreTimes> = .absent(.notYet),
    utilisation: Reading<Double> = .absent(.notYet), capacity: Reading<Int> = .absent(.notYet),
    topology: CoreTopology = CoreTopology(), part: Int? = nil, policy: Int? = nil
  ) {
    self.number = number
    self.isOnline = isOnline
    self.times = times
    self.utilisation = utilisation
    self.capacity = capacity
    self.topology = topology
    self.part = part
    self.policy = policy
  }
}

/// Where a core sits (`cpuN/topology`); old arm64 kernels give the cluster as package, so group by policy
/// instead.
public struct CoreTopology: Equatable, Sendable {
  public var package: Reading<Int>
  public var cluster: Reading<Int>
  public var core: Reading<Int>

  public init(
    package: Reading<Int> = .absent(.notYet), cluster: Reading<Int> = .absent(.notYet),
    core: Reading<Int> = .absent(.notYet)
  ) {
    self.package = package
    self.cluster = cluster
    self.core = core
  }
}

/// Time since boot in ticks of 1/100 s (`/proc/stat`; Documentation/filesystems/proc.rst, section 1.7).
///
/// Guest time is inside `user` and `nice`.
public struct CoreTimes: Equatable, Sendable {
  public var user: UInt64
  public var nice: UInt64
  public var system: UInt64
  public var idle: UInt64
  /// Unreliable, and may decrease.
  public var iowait: UInt64
  public var irq: UInt64
  public var softirq: UInt64
  public var steal: UInt64

  public init(
    user: UInt64 = 0, nice: UInt64 = 0, system: UInt64 = 0, idle: UInt64 = 0, iowait: UInt64 = 0,
    irq: UInt64 = 0, softirq: UInt64 = 0, steal: UInt64 = 0
  ) {
    self.user = user
    self.nice = nice
    self.system = system
    self.idle = idle
    self.iowait = iowait
    self.irq = irq
    self.softirq = softirq
    self.steal = steal
  }
}

/// Cores that share one clock (`/sys/devices/system/cpu/cpufreq/policyN`); all frequencies in kilohertz.
public struct FrequencyPolicy: Equatable, Sendable {
  /// The N of `policyN`.
  public var number: Int
  /// The numbers of its cores (`related_cpus`).
  public var cores: [Int]
  /// The slowest and fastest clock of the hardware.
  public var minimum: Reading<Int>
  public var maximum: Reading<Int>
  /// The fastest clock allowed now (`scaling_max_freq`): below `maximum` means that the kernel throttles.
  public var limit: Reading<Int>
  /// The clock last requested: for display only, since an idle board shows its minimum.
  public var current: Reading<Int>

  public init(
    number: Int, cores: [Int], minimum: Reading<Int> = .absent(.notYet),
    maximum: Reading<Int> = .absent(.notYet), limit: Reading<Int> = .absent(.notYet),
    current: Reading<Int> = .absent(.notYet)
  ) {
    self.number = number
    self.cores = cores
    self.minimum = minimum
    self.maximum = maximum
    self.limit = limit
    self.current = current
  }
}

/// `/proc/loadavg`: tasks running or in uninterruptible sleep, averaged over 1, 5 and 15 minutes.
public struct Load: Equatable, Sendable {
  public var one: Double
  public var five: Double
  public var fifteen: Double
  public var runnable: Int
  public var tasks: Int

  public init(one: Double, five: Double, fifteen: Double, runnable: Int = 0, tasks: Int = 0) {
    self.one = one
    self.five = five
    self.fifteen = fifteen
    self.runnable = runnable
    self.tasks = tasks
  }
}
