/// The cores, what they did, and how fast they may run.
package struct Processors: Equatable, Sendable {
  /// Cores with a higher number are not looked at.
  package static let mostCores = 1024

  /// Utilisation of all cores together, 0...1 between the last two samples.
  package var utilisation: Reading<Double>
  /// Times of all cores together (the `cpu` line of `/proc/stat`).
  package var times: Reading<CoreTimes>
  /// Every core that is present, by ascending number, offline ones included; at most 1024.
  package var cores: [Core]
  /// The frequency policies by ascending number; empty where there is no cpufreq (virtual machines).
  package var policies: [FrequencyPolicy]

  /// Cores of which nothing was read but what is given.
  package init(
    utilisation: Reading<Double> = .absent(.notYet), times: Reading<CoreTimes> = .absent(.notYet),
    cores: [Core] = [], policies: [FrequencyPolicy] = []
  ) {
    self.utilisation = utilisation
    self.times = times
    self.cores = cores
    self.policies = policies
  }

  /// How many cores are online.
  package var onlineCount: Int {
    var count = 0
    for core in cores where core.isOnline { count += 1 }
    return count
  }
}

/// One core.
package struct Core: Equatable, Sendable {
  /// The kernel's number, the N of `cpuN`.
  package var number: Int
  /// Whether it is there: `online` of sysfs lists it, else `/proc/stat`; where neither can be read, all are.
  package var isOnline: Bool
  /// Its own line of `/proc/stat`, where that numbers the cores as sysfs does.
  package var times: Reading<CoreTimes>
  /// Busy share 0...1 between the last two samples.
  package var utilisation: Reading<Double>
  /// `cpu_capacity`: 1024 for the fastest core of this machine; absent on older x86 kernels, to be taken as
  /// 1024.
  package var capacity: Reading<Int>
  /// Its place among the others.
  package var topology: CoreTopology
  /// Its kind on ARM, as `ProcessorPart.part` (`regs/identification/midr_el1`, else `/proc/cpuinfo`); nil where
  /// neither tells.
  package var part: Int?
  /// The position in `Processors.policies` of the policy this core belongs to.
  package var policy: Int?

  /// A core of which nothing was read but its number and what is given.
  package init(
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
package struct CoreTopology: Equatable, Sendable {
  /// `physical_package_id`: the socket.
  package var package: Reading<Int>
  /// `cluster_id`: cores that share a cache, where the kernel tells.
  package var cluster: Reading<Int>
  /// `core_id`: threads of one core have the same.
  package var core: Reading<Int>

  /// A place of which nothing was read but what is given.
  package init(
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
package struct CoreTimes: Equatable, Sendable {
  /// In user mode.
  package var user: UInt64
  /// In user mode at a lowered priority.
  package var nice: UInt64
  /// In the kernel.
  package var system: UInt64
  /// Without anything to do.
  package var idle: UInt64
  /// Unreliable, and may decrease.
  package var iowait: UInt64
  /// In interrupts.
  package var irq: UInt64
  /// In soft interrupts.
  package var softirq: UInt64
  /// That a hypervisor gave to others.
  package var steal: UInt64

  /// Times in ticks, else 0.
  package init(
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
package struct FrequencyPolicy: Equatable, Sendable {
  /// The N of `policyN`.
  package var number: Int
  /// The numbers of its cores (`related_cpus`).
  package var cores: [Int]
  /// The slowest and fastest clock of the hardware.
  package var minimum: Reading<Int>
  /// The fastest of them.
  package var maximum: Reading<Int>
  /// The fastest clock allowed now (`scaling_max_freq`): below `maximum` means that the kernel throttles.
  package var limit: Reading<Int>
  /// The clock last requested: for display only, since an idle board shows its minimum.
  package var current: Reading<Int>

  /// A policy of which nothing was read but what is given.
  package init(
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
package struct Load: Equatable, Sendable {
  /// Over 1 minute.
  package var one: Double
  /// Over 5 minutes.
  package var five: Double
  /// Over 15 minutes.
  package var fifteen: Double
  /// Tasks that are runnable now, the reader among them.
  package var runnable: Int
  /// Tasks in all.
  package var tasks: Int

  /// Averages and counts as the kernel writes them.
  package init(one: Double, five: Double, fifteen: Double, runnable: Int = 0, tasks: Int = 0) {
    self.one = one
    self.five = five
    self.fifteen = fifteen
    self.runnable = runnable
    self.tasks = tasks
  }
}
