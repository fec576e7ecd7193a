internal import Basics

/// How the value of an option is read and what JSON it becomes.
enum OptionKind: UInt8, CaseIterable, Sendable {
  case flag, text, integer, weight, swappiness, bytes, bytesOrUnlimited, duration, cpus
  case mode, mac, restart, name
  case list, address, domain, host, environment, label, link, stream, cgroupRule
  case device, rateBytes, rateOperations, deviceWeight, ulimit, mount, network, gpu, volume
  case pair, sysctl, tmpfs

  /// The cases' names, in their order: Embedded Swift cannot tell them. A test compares them.
  static let names = """
    flag text integer weight swappiness bytes bytesOrUnlimited duration cpus mode mac restart name list address domain \
    host environment label link stream cgroupRule device rateBytes rateOperations deviceWeight ulimit mount network gpu \
    volume pair sysctl tmpfs
    """.pieces(at: " ")

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

  let name: String
  let meaning: Meaning
  /// The short form's letter; zero where there is none.
  private(set) var short: UInt8 = 0
  /// The values of a `mode`, separated by `|`; `container:` stands for `container:NAME`.
  private(set) var choices = ""
  /// The minor versions of the Engine API 1.x that honour the option.
  private(set) var versions = 0...Int.max

  /// Reads a line of `OptionTable.text`; nil where it is none.
  init?(_ line: String) {
    guard let (name, rest) = (line + " ").cut(at: " "), let (kind, words) = rest.cut(at: " ") else {
      return nil
    }
    self.name = name
    switch kind {
    case "alias": meaning = .alias(of: words.trimmed)
    case "refused": meaning = .refused(reason: words.trimmed)
    case "windows": meaning = .windows
    default:
      guard let number = OptionKind.names.firstIndex(of: kind),
        let kind = OptionKind(rawValue: UInt8(truncatingIfNeeded: number))
      else { return nil }
      var place = Place.own
      for word in words.trimmed.pieces(at: " ") where !word.isEmpty {
        if word.begins(with: "Config.") {
          place = .config(word.dropping(7))
        } else if word.begins(with: "HostConfig.") {
          place = .host(word.dropping(11))
        } else if word.begins(with: "-") {
          short = word.utf8.last ?? 0
        } else if word.begins(with: "=") {
          choices = word.dropping(1)
        } else if word.begins(with: "..1."), let last = Int(word.dropping(4)) {
          versions = 0...max(0, last)
        } else if word.begins(with: "1."), let first = Int(word.dropping(2).droppingLast(2)) {
          versions = max(0, first)...Int.max
        } else {
          return nil
        }
      }
      meaning = .value(kind, place)
    }
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
  static let rows = text.pieces(at: "\n").compactMap { OptionRow($0) }

  static func index(of name: String) -> Int? { rows.firstIndex { $0.name == name } }

  static func index(ofShort letter: UInt8) -> Int? {
    letter == 0 ? nil : rows.firstIndex { $0.short == letter }
  }

  /// A line an option: its name; the name of its kind; then, where there is such, the field that its value becomes, of
  /// the create body (`Config.`) or of that body's `HostConfig`; `-LETTER`, the short form; `=` and the values of a `mode`;
  /// `1.N..` or `..1.N`, the versions of the Engine's API that honour it. Or in place of the kind `alias` and the other
  /// name, `refused` and the reason, `windows`. A text takes 150 bytes a line less than rows that code puts together.
  static let text = """
    annotation pair HostConfig.Annotations 1.43..
    attach stream -a
    detach flag -d
    domainname text Config.Domainname
    entrypoint text
    env environment -e
    env-file list
    group-add list HostConfig.GroupAdd
    health-cmd text
    health-interval duration
    health-retries integer
    health-start-interval duration 1.44..
    health-start-period duration
    health-timeout duration
    hostname text Config.Hostname -h
    init flag HostConfig.Init
    interactive flag Config.OpenStdin -i
    label label -l
    label-file list
    name name
    no-healthcheck flag
    platform text 1.41..
    pull mode =missing|always|never
    read-only flag HostConfig.ReadonlyRootfs
    restart restart HostConfig.RestartPolicy
    rm flag HostConfig.AutoRemove
    runtime text HostConfig.Runtime
    stop-signal text Config.StopSignal
    stop-timeout integer Config.StopTimeout
    sysctl sysctl HostConfig.Sysctls
    tty flag Config.Tty -t
    user text Config.User -u
    workdir text Config.WorkingDir -w
    cap-add list HostConfig.CapAdd
    cap-drop list HostConfig.CapDrop
    cgroup-parent text HostConfig.CgroupParent
    cgroupns mode HostConfig.CgroupnsMode =host|private 1.41..
    device device HostConfig.Devices
    device-cgroup-rule cgroupRule HostConfig.DeviceCgroupRules
    gpus gpu HostConfig.DeviceRequests 1.40..
    ipc mode HostConfig.IpcMode =none|private|shareable|host|container:
    isolation text HostConfig.Isolation
    pid mode HostConfig.PidMode =host|container:
    privileged flag HostConfig.Privileged
    security-opt list
    userns mode HostConfig.UsernsMode =host
    uts mode HostConfig.UTSMode =host
    add-host host HostConfig.ExtraHosts
    dns address HostConfig.Dns
    dns-opt alias dns-option
    dns-option list HostConfig.DnsOptions
    dns-search domain HostConfig.DnsSearch
    expose list
    ip address
    ip6 address
    link link HostConfig.Links
    link-local-ip address
    mac-address mac Config.MacAddress
    net alias network
    net-alias alias network-alias
    network network
    network-alias list
    publish list -p
    publish-all flag HostConfig.PublishAllPorts -P
    log-driver text
    log-opt list
    mount mount HostConfig.Mounts
    storage-opt pair HostConfig.StorageOpt
    tmpfs tmpfs HostConfig.Tmpfs
    volume volume -v
    volume-driver text HostConfig.VolumeDriver
    volumes-from list HostConfig.VolumesFrom
    blkio-weight weight HostConfig.BlkioWeight
    blkio-weight-device deviceWeight HostConfig.BlkioWeightDevice
    cpu-period integer HostConfig.CpuPeriod
    cpu-quota integer HostConfig.CpuQuota
    cpu-rt-period integer HostConfig.CpuRealtimePeriod
    cpu-rt-runtime integer HostConfig.CpuRealtimeRuntime
    cpu-shares integer HostConfig.CpuShares -c
    cpus cpus HostConfig.NanoCpus
    cpuset-cpus text HostConfig.CpusetCpus
    cpuset-mems text HostConfig.CpusetMems
    device-read-bps rateBytes HostConfig.BlkioDeviceReadBps
    device-read-iops rateOperations HostConfig.BlkioDeviceReadIOps
    device-write-bps rateBytes HostConfig.BlkioDeviceWriteBps
    device-write-iops rateOperations HostConfig.BlkioDeviceWriteIOps
    kernel-memory bytes HostConfig.KernelMemory ..1.41
    memory bytes HostConfig.Memory -m
    memory-reservation bytes HostConfig.MemoryReservation
    memory-swap bytesOrUnlimited HostConfig.MemorySwap
    memory-swappiness swappiness HostConfig.MemorySwappiness
    oom-kill-disable flag HostConfig.OomKillDisable
    oom-score-adj integer HostConfig.OomScoreAdj
    pids-limit integer HostConfig.PidsLimit
    shm-size bytes HostConfig.ShmSize
    ulimit ulimit HostConfig.Ulimits
    cidfile refused no file is written for a request; the run's identity is in its answer
    cpu-count windows
    cpu-percent windows
    detach-keys refused no terminal is ever attached to a run
    disable-content-trust flag
    help refused a request cannot ask for help
    io-maxbandwidth windows
    io-maxiops windows
    quiet flag -q
    sig-proxy flag
    """
}
