/// How the value of an option is read and what JSON it becomes.
enum OptionKind: UInt8, Sendable {
  case flag, text, integer, weight, swappiness, bytes, bytesOrUnlimited, duration, cpus
  case mode, mac, restart, name
  case list, address, domain, host, environment, label, link, stream, cgroupRule
  case device, rateBytes, rateOperations, deviceWeight, ulimit, mount, network, gpu, volume
  case pair, sysctl, tmpfs

  /// What several uses of one option amount to.
  enum Shape { case last, list, map }

  var shape: Shape {
    switch self {
    case .list, .address, .domain, .host, .environment, .label, .link, .stream, .cgroupRule, .device,
      .rateBytes,
      .rateOperations, .deviceWeight, .ulimit, .mount, .network, .gpu, .volume:
      return .list
    case .pair, .sysctl, .tmpfs: return .map
    default: return .last
    }
  }
}

/// One option of `docker run`.
struct OptionRow: Sendable {
  /// Where a value goes.
  enum Place: Sendable {
    /// `RunBody` puts it together with others.
    case own
    /// A field of the create body.
    case config(String)
    /// A field of the create body's `HostConfig`.
    case host(String)
  }

  /// What the option is here.
  enum Meaning: Sendable {
    case value(OptionKind, Place)
    case alias(of: String)
    case refused(reason: String)
    /// For Windows containers only.
    case windows
  }

  var name: String
  var meaning: Meaning
  /// The short form's letter; zero where there is none.
  var short: UInt8 = 0
  /// The values of a `mode`, separated by `|`; `container:` stands for `container:NAME`.
  var choices = ""
  /// The minor versions of the Engine API 1.x that honour the option.
  var versions = 0...Int.max

  init(
    _ name: String, _ kind: OptionKind, _ place: Place = .own,
    short: Unicode.Scalar = "\0", choices: String = "", since: Int = 0, until: Int = .max
  ) {
    self.name = name
    meaning = .value(kind, place)
    self.short = UInt8(truncatingIfNeeded: short.value)
    self.choices = choices
    versions = since...max(since, until)
  }

  init(_ name: String, aliasOf other: String) {
    self.name = name
    meaning = .alias(of: other)
  }

  init(_ name: String, refused reason: String) {
    self.name = name
    meaning = .refused(reason: reason)
  }

  init(windows name: String) {
    self.name = name
    meaning = .windows
  }

  var isFlag: Bool {
    if case .value(.flag, _) = meaning { true } else { false }
  }

  /// Whether no value of it is ever taken.
  var isRefused: Bool {
    switch meaning {
    case .refused, .windows: true
    case .value, .alias: false
    }
  }
}

/// Every option of `docker run` (Docker CLI 20.10, and the few later ones that a new Engine honours).
enum OptionTable {
  static let rows: [OptionRow] = general + security + network + storage + resources + client

  static func index(of name: String) -> Int? { rows.firstIndex { $0.name == name } }

  static func index(ofShort letter: UInt8) -> Int? {
    letter == 0 ? nil : rows.firstIndex { $0.short == letter }
  }

  private static let general: [OptionRow] = [
    OptionRow("annotation", .pair, .host("Annotations"), since: 43),
    OptionRow("attach", .stream, short: "a"),
    OptionRow("detach", .flag, short: "d"),
    OptionRow("domainname", .text, .config("Domainname")),
    OptionRow("entrypoint", .text),
    OptionRow("env", .environment, short: "e"),
    OptionRow("env-file", .list),
    OptionRow("group-add", .list, .host("GroupAdd")),
    OptionRow("health-cmd", .text),
    OptionRow("health-interval", .duration),
    OptionRow("health-retries", .integer),
    OptionRow("health-start-interval", .duration, since: 44),
    OptionRow("health-start-period", .duration),
    OptionRow("health-timeout", .duration),
    OptionRow("hostname", .text, .config("Hostname"), short: "h"),
    OptionRow("init", .flag, .host("Init")),
    OptionRow("interactive", .flag, .config("OpenStdin"), short: "i"),
    OptionRow("label", .label, short: "l"),
    OptionRow("label-file", .list),
    OptionRow("name", .name),
    OptionRow("no-healthcheck", .flag),
    OptionRow("platform", .text, since: 41),
    OptionRow("pull", .mode, choices: "missing|always|never"),
    OptionRow("read-only", .flag, .host("ReadonlyRootfs")),
    OptionRow("restart", .restart, .host("RestartPolicy")),
    OptionRow("rm", .flag, .host("AutoRemove")),
    OptionRow("runtime", .text, .host("Runtime")),
    OptionRow("stop-signal", .text, .config("StopSignal")),
    OptionRow("stop-timeout", .integer, .config("StopTimeout")),
    OptionRow("sysctl", .sysctl, .host("Sysctls")),
    OptionRow("tty", .flag, .config("Tty"), short: "t"),
    OptionRow("user", .text, .config("User"), short: "u"),
    OptionRow("workdir", .text, .config("WorkingDir"), short: "w"),
  ]

  private static let security: [OptionRow] = [
    OptionRow("cap-add", .list, .host("CapAdd")),
    OptionRow("cap-drop", .list, .host("CapDrop")),
    OptionRow("cgroup-parent", .text, .host("CgroupParent")),
    OptionRow("cgroupns", .mode, .host("CgroupnsMode"), choices: "host|private", since: 41),
    OptionRow("device", .device, .host("Devices")),
    OptionRow("device-cgroup-rule", .cgroupRule, .host("DeviceCgroupRules")),
    OptionRow("gpus", .gpu, .host("DeviceRequests"), since: 40),
    OptionRow("ipc", .mode, .host("IpcMode"), choices: "none|private|shareable|host|container:"),
    OptionRow("isolation", .text, .host("Isolation")),
    OptionRow("pid", .mode, .host("PidMode"), choices: "host|container:"),
    OptionRow("privileged", .flag, .host("Privileged")),
    OptionRow("security-opt", .list),
    OptionRow("userns", .mode, .host("UsernsMode"), choices: "host"),
    OptionRow("uts", .mode, .host("UTSMode"), choices: "host"),
  ]

  private static let network: [OptionRow] = [
    OptionRow("add-host", .host, .host("ExtraHosts")),
    OptionRow("dns", .address, .host("Dns")),
    OptionRow("dns-opt", aliasOf: "dns-option"),
    OptionRow("dns-option", .list, .host("DnsOptions")),
    OptionRow("dns-search", .domain, .host("DnsSearch")),
    OptionRow("expose", .list),
    OptionRow("ip", .address),
    OptionRow("ip6", .address),
    OptionRow("link", .link, .host("Links")),
    OptionRow("link-local-ip", .address),
    OptionRow("mac-address", .mac, .config("MacAddress")),
    OptionRow("net", aliasOf: "network"),
    OptionRow("net-alias", aliasOf: "network-alias"),
    OptionRow("network", .network),
    OptionRow("network-alias", .list),
    OptionRow("publish", .list, short: "p"),
    OptionRow("publish-all", .flag, .host("PublishAllPorts"), short: "P"),
  ]

  private static let storage: [OptionRow] = [
    OptionRow("log-driver", .text),
    OptionRow("log-opt", .list),
    OptionRow("mount", .mount, .host("Mounts")),
    OptionRow("storage-opt", .pair, .host("StorageOpt")),
    OptionRow("tmpfs", .tmpfs, .host("Tmpfs")),
    OptionRow("volume", .volume, short: "v"),
    OptionRow("volume-driver", .text, .host("VolumeDriver")),
    OptionRow("volumes-from", .list, .host("VolumesFrom")),
  ]

  private static let resources: [OptionRow] = [
    OptionRow("blkio-weight", .weight, .host("BlkioWeight")),
    OptionRow("blkio-weight-device", .deviceWeight, .host("BlkioWeightDevice")),
    OptionRow("cpu-period", .integer, .host("CpuPeriod")),
    OptionRow("cpu-quota", .integer, .host("CpuQuota")),
    OptionRow("cpu-rt-period", .integer, .host("CpuRealtimePeriod")),
    OptionRow("cpu-rt-runtime", .integer, .host("CpuRealtimeRuntime")),
    OptionRow("cpu-shares", .integer, .host("CpuShares"), short: "c"),
    OptionRow("cpus", .cpus, .host("NanoCpus")),
    OptionRow("cpuset-cpus", .text, .host("CpusetCpus")),
    OptionRow("cpuset-mems", .text, .host("CpusetMems")),
    OptionRow("device-read-bps", .rateBytes, .host("BlkioDeviceReadBps")),
    OptionRow("device-read-iops", .rateOperations, .host("BlkioDeviceReadIOps")),
    OptionRow("device-write-bps", .rateBytes, .host("BlkioDeviceWriteBps")),
    OptionRow("device-write-iops", .rateOperations, .host("BlkioDeviceWriteIOps")),
    OptionRow("kernel-memory", .bytes, .host("KernelMemory"), until: 41),
    OptionRow("memory", .bytes, .host("Memory"), short: "m"),
    OptionRow("memory-reservation", .bytes, .host("MemoryReservation")),
    OptionRow("memory-swap", .bytesOrUnlimited, .host("MemorySwap")),
    OptionRow("memory-swappiness", .swappiness, .host("MemorySwappiness")),
    OptionRow("oom-kill-disable", .flag, .host("OomKillDisable")),
    OptionRow("oom-score-adj", .integer, .host("OomScoreAdj")),
    OptionRow("pids-limit", .integer, .host("PidsLimit")),
    OptionRow("shm-size", .bytes, .host("ShmSize")),
    OptionRow("ulimit", .ulimit, .host("Ulimits")),
  ]

  private static let client: [OptionRow] = [
    OptionRow(
      "cidfile", refused: "no file is written for a request; the run's identity is in its answer"),
    OptionRow(windows: "cpu-count"),
    OptionRow(windows: "cpu-percent"),
    OptionRow("detach-keys", refused: "no terminal is ever attached to a run"),
    OptionRow("disable-content-trust", .flag),
    OptionRow("help", refused: "a request cannot ask for help"),
    OptionRow(windows: "io-maxbandwidth"),
    OptionRow(windows: "io-maxiops"),
    OptionRow("quiet", .flag, short: "q"),
    OptionRow("sig-proxy", .flag),
  ]
}
