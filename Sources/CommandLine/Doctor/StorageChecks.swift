import Basics
import Mesh
import Platform
import Readings
import Settings
import Wire

// Disks, folders, and the secrets in them.
extension Check {
  /// Device, type and options of what is mounted where a path is.
  private static func mount(of path: String, _ context: CheckContext) -> (
    device: String, type: String, options: String
  )? {
    var found: (device: String, type: String, options: String)?
    var length = -1
    for words in context.words("/proc/mounts") ?? [] where words.count >= 4 {
      let point = words[1] == "/" ? "" : words[1]
      let isAbove = path == point || path.begins(with: point + "/")
      // Of two on one place the later hides the earlier.
      if isAbove, point.utf8.count >= length {
        found = (words[0], words[2], words[3])
        length = point.utf8.count
      }
    }
    return found
  }

  static func rootFilesystem(_ context: CheckContext) -> CheckResult {
    guard let mount = mount(of: "/", context) else {
      return .skipped("the kernel does not tell what is mounted")
    }
    if mount.options.words(at: ",").contains("ro") {
      return .fail(
        "\(mount.device) is mounted read-only",
        remedy: "See dmesg: a card with errors is mounted so, and wants to be replaced.")
    }
    return .ok("\(mount.device), \(mount.type)")
  }

  static func stateMount(_ context: CheckContext) -> CheckResult {
    guard let mount = mount(of: context.configuration.state, context) else {
      return .skipped("the kernel does not tell what is mounted")
    }
    if ["tmpfs", "ramfs", "overlay", "squashfs"].contains(mount.type) {
      return .warn(
        "\(context.configuration.state) is on \(mount.type): runs and the key may not outlive a power cut",
        remedy: "Put state in [node] on a disk that keeps what is written.")
    }
    return .ok("\(context.configuration.state) on \(mount.device)")
  }

  private static func space(
    _ reading: Reading<FileSystemSpace>, of folder: String, little: UInt64, least: UInt64, remedy: String
  ) -> CheckResult {
    guard let space = reading.value else {
      return .skipped(reading.absence?.description ?? "\(folder) cannot be asked")
    }
    let text = "\(space.free >> 20) MiB free for \(folder)"
    if space.isReadOnly {
      return .fail("\(folder) is read-only", remedy: "See dmesg: a disk with errors is mounted so.")
    }
    if space.free < least { return .fail(text, remedy: remedy) }
    return space.free < little ? .warn(text, remedy: remedy) : .ok(text)
  }

  static func stateSpace(_ context: CheckContext) -> CheckResult {
    space(
      context.snapshot.storage.state, of: context.configuration.state, little: 256 << 20, least: 16 << 20,
      remedy: "Make room: journalctl --vacuum-size=50M, apt clean, docker system prune.")
  }

  static func engineSpace(_ context: CheckContext) -> CheckResult {
    space(
      context.snapshot.storage.engine, of: context.configuration.engineData, little: 1 << 30,
      least: 128 << 20,
      remedy: "Remove images that nobody uses: docker image prune -a.")
  }

  static func inodes(_ context: CheckContext) -> CheckResult {
    guard let files = context.files, files.total > 0 else {
      return .skipped("this file system does not count files")
    }
    let share = files.free / max(files.total / 100, 1)
    let text = "room for \(files.free) more files"
    let remedy = "Remove small files that nobody needs; 'df -i' and 'du --inodes -x /' show where they are."
    if share < 1 { return .fail(text, remedy: remedy) }
    return share < 5 ? .warn(text, remedy: remedy) : .ok(text)
  }

  /// What an eMMC tells of its wear (JESD84-B51 7.4.46, EXT_CSD 267).
  static func card(_ context: CheckContext) -> CheckResult {
    for name in context.names(in: "/sys/block") where name.begins(with: "mmcblk") {
      guard let life = context.word("/sys/block/\(name)/device/pre_eol_info") else { continue }
      let remedy = "Copy what matters and replace \(name)."
      switch life {
      case "0x01": return .ok("\(name) is not worn")
      case "0x02": return .warn("\(name) has used most of its spare blocks", remedy: remedy)
      case "0x03": return .fail("\(name) is at the end of its life", remedy: remedy)
      default: continue
      }
    }
    return .skipped("no disk tells its wear")
  }

  static func swap(_ context: CheckContext) -> CheckResult {
    guard let lines = context.words("/proc/swaps") else { return .skipped("the kernel does not tell") }
    var texts: [String] = []
    for words in lines.dropFirst() {
      guard let name = words.first else { continue }
      let device = words.count > 1 && words[1] == "file" ? mount(of: name, context)?.device ?? name : name
      if device.begins(with: "/dev/mmcblk") {
        return .warn(
          "\(name) swaps to the card, which wears it out",
          remedy: "Swap to compressed memory instead: apt install zram-tools; swapoff \(name).")
      }
      texts.append(name)
    }
    return .ok(texts.isEmpty ? "none" : joined(texts))
  }

  // MARK: - The state folder and the home key

  static func stateFolder(_ context: CheckContext) -> CheckResult {
    let folder = context.configuration.state
    switch context.entry(folder) {
    case .absent: return .skipped("\(folder) is made at the agent's first start")
    case .hidden: return .skipped("only root and the agent may look at \(folder)")
    case .present(let mode, let owner, _, _):
      if !context.mayOwn(owner) {
        return .fail(
          "\(folder) belongs to user \(owner)", remedy: "Give it to the agent: chown -R hearth: \(folder).")
      }
      if mode & 0o022 != 0 {
        return .fail("others can write in \(folder)", remedy: "Close it: chmod 700 \(folder).")
      }
      if mode & 0o077 != 0 {
        return .warn("others can look into \(folder)", remedy: "Close it: chmod 700 \(folder).")
      }
      return .ok("\(folder), for its owner only")
    }
  }

  /// Shares of a bound, in percent, from which on it is said that it comes near.
  private static let nearlyFull: Int64 = 80

  static func keptRuns(_ context: CheckContext) -> CheckResult {
    let journal = context.configuration.state + "/runs.journal"
    for suffix in [".unread", ".unreadable"] where context.exists(journal + suffix) {
      return .warn(
        "\(journal)\(suffix) has what could not be read of earlier runs",
        remedy: "Look whether you miss a run; remove it when you do not.")
    }
    guard let state = context.node?["state"] else { return .skipped("the agent does not tell") }
    func number(_ name: String) -> Int64 { state[name]?.integer ?? 0 }
    if let fault = state["faults"]?.array?.first?.string {
      return .fail(fault, remedy: "Make room, or see dmesg: a disk with errors takes nothing.")
    }
    let (used, limit) = (number("underWayBytes"), number("underWayLimit"))
    if used > limit / 100 * nearlyFull {
      return .warn(
        "the runs under way bring \(used >> 10) of at most \(limit >> 10) KiB; more are refused then",
        remedy: "Let containers mount large files in place of sending them with --env-file or as words.")
    }
    let ended = "\(number("ended")) ended runs"
    let size = "\(number("endedBytes") >> 10) of at most \(number("endedLimit") >> 10) KiB"
    if number("endedBytes") > number("endedLimit") / 100 * nearlyFull, number("ended") < number("keptRuns") {
      return .warn(
        "\(ended) have \(size): fewer than kept-runs = \(number("keptRuns")) have room",
        remedy: "Set kept-runs in [node] to what you need; the oldest runs are forgotten before.")
    }
    return .ok("\(ended), \(size)")
  }

  private static func keyPath(_ context: CheckContext) -> (path: String, isOfHomeEdge: Bool) {
    let inherited = context.configuration.homeEdge + "/user/orchestration_userID.txt"
    if !context.configuration.homeKey.isEmpty { return (context.configuration.homeKey, false) }
    return context.exists(inherited) ? (inherited, true) : (context.configuration.state + "/home.key", false)
  }

  static func homeKey(_ context: CheckContext) -> CheckResult {
    let (path, isOfHomeEdge) = keyPath(context)
    let mode: UInt32
    switch context.entry(path) {
    case .absent: return .skipped("\(path) is made at the agent's first start")
    case .hidden: return .skipped("only root and the agent may look at \(path)")
    case .present(let found, let owner, _, _):
      guard context.mayOwn(owner) else {
        return .fail(
          "\(path) belongs to user \(owner)", remedy: "Give it to the agent: chown hearth: \(path).")
      }
      mode = found
    }
    let close = "Close it: chmod 600 \(path)."
    if mode & 0o006 != 0 {
      let text = "others can read \(path)"
      return isOfHomeEdge
        ? .warn(text + ", as Home Edge leaves it", remedy: close) : .fail(text, remedy: close)
    }
    guard let bytes = try? File.read(context.root + path, limit: 1 << 16) else {
      return .skipped("only root and the agent may read \(path)")
    }
    guard let key = SealKey(fileContents: bytes) else {
      return .fail(
        "\(path) holds no key (\(bytes.count) bytes)",
        remedy: "Copy the home's key there; \(SealKey.minimumSize) to \(SealKey.maximumSize) bytes.")
    }
    return .ok("\(HomeKey.identity(of: key)) in \(path)")
  }

  /// A change of the key takes minutes, not days; in seconds.
  private static let changeTime: Int64 = 86_400

  static func keyChange(_ context: CheckContext) -> CheckResult {
    let (path, _) = keyPath(context)
    for suffix in [".next", ".old"] {
      guard case .present(_, _, _, let changed) = context.entry(path + suffix) else { continue }
      guard Clock.wallMilliseconds() / 1000 - changed > changeTime else {
        return .ok("a change is under way (\(path)\(suffix))")
      }
      return .warn(
        "\(path)\(suffix) is accepted too, since more than a day",
        remedy:
          "End the change of the key: remove it on all nodes, or rename it to \(path) if it is the new one.")
    }
    return .ok("none under way")
  }
}
