import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// Three files number the cores: sysfs, `/proc/stat` and the cpuset. In containers of LXC each may do it in its own way.
@Suite struct CoreNumberingTests {
  private let folder = "sys/devices/system/cpu/"

  private func tree(
    folders: Int, online: String?, lines: [Int]?, allowed: String? = nil, busy: Int = 10
  ) -> Tree {
    let tree = Tree()
    for core in 0..<folders { tree.makeFolder(folder + "cpu\(core)") }
    if let online { tree.write(folder + "online", online + "\n") }
    write(lines, busy, to: tree)
    if let allowed {
      tree.write("proc/self/cgroup", "0::/\n")
      tree.write("sys/fs/cgroup/cpuset.cpus.effective", allowed + "\n")
    }
    return tree
  }

  private func write(_ lines: [Int]?, _ busy: Int, to tree: Tree) {
    guard let lines else { return }
    tree.write(
      "proc/stat",
      "cpu  \(busy * lines.count) 0 0 0\n" + lines.map { "cpu\($0) \(busy) 0 0 0\n" }.joined() + "intr 0\n")
  }

  @Test func withoutProcStatOnlineTellsWhichCoresAreThere() {
    let processors = tree(folders: 4, online: "0,2-3", lines: nil).sampled().snapshot.processors
    #expect(processors.cores.map(\.isOnline) == [true, false, true, true])
    #expect(processors.utilisation.absence?.reason == .noFile)
    #expect(processors.cores[0].utilisation.absence?.reason == .noFile)
  }

  @Test func whereNothingTellsAllThatArePresentAreThere() {
    let snapshot = tree(folders: 4, online: nil, lines: nil).sampled(2).snapshot
    #expect(snapshot.processors.onlineCount == 4 && snapshot.usableCores == 4)
    for online in ["", "junk"] {
      #expect(tree(folders: 2, online: online, lines: nil).sampled().snapshot.processors.onlineCount == 2)
    }
  }

  @Test func aCoreThatComesOrGoesIsSeenInTheNextSample() {
    let tree = tree(folders: 4, online: "0-3", lines: [0, 1, 2, 3])
    let sampler = tree.sampled()
    tree.write(folder + "online", "0-1,3\n")
    write([0, 1, 3], 20, to: tree)
    sampler.sample(at: seconds(1))
    #expect(sampler.snapshot.processors.cores.map(\.isOnline) == [true, true, false, true])
    #expect(sampler.snapshot.processors.cores.map(\.utilisation.value) == [1, 1, nil, 1])
    tree.write(folder + "online", "0-3\n")
    write([0, 1, 2, 3], 30, to: tree)
    sampler.sample(at: seconds(2))
    #expect(sampler.snapshot.processors.onlineCount == 4)
    #expect(sampler.snapshot.processors.cores.map(\.utilisation.value) == [1, 1, nil, 1])
  }

  /// lxc/lxcfs 628: 32 lines of the host, and 5 cores of the container; and the other way round, where only /proc/stat is
  /// the container's.
  @Test(
    arguments: [(5, "0-4", Array(0..<32)), (8, "0-7", Array(0..<2)), (8, "0-7", Array(8..<16))]
      as [(Int, String, [Int])])
  func linesOfOtherCoresAreNobodysTimes(_ folders: Int, _ online: String, _ lines: [Int]) {
    let tree = tree(folders: folders, online: online, lines: lines)
    let sampler = tree.sampled()
    write(lines, 20, to: tree)
    sampler.sample(at: seconds(1))
    let processors = sampler.snapshot.processors
    #expect(processors.onlineCount == folders)
    #expect(processors.utilisation.value == 1, "of all together the file speaks all the same")
    for core in processors.cores {
      #expect(core.utilisation.absence?.reason == .unusable(text: "does not number the cores as sysfs does"))
    }
  }

  @Test(
    arguments: [
      // On a machine they are of one kind.
      (8, "0-7", Array(0..<8), "0-1,3", [0, 1, 3], 3), (8, "0-7", Array(0..<8), "0-7", nil, 8),
      // lxcfs has numbered five of the host's cores anew, in sysfs and /proc/stat.
      (5, "0-4", Array(0..<5), "8-12", nil, 5), (5, "0-4", Array(0..<5), "3-7", nil, 5),
      // In `online` only: of the folders and lines some have the list's numbers all the same.
      (32, "0-4", Array(0..<32), "3-7", nil, 5), (32, "0-4", Array(0..<32), "8-12", nil, 5),
      // In neither: the list's numbers are sysfs's.
      (32, "0-31", Array(0..<5), "8-12", [8, 9, 10, 11, 12], 5),
      // Older ones in /proc/stat only, without `online`.
      (0, nil, Array(0..<4), "2-5", nil, 4), (0, nil, Array(0..<4), "1,3,5,7", nil, 4),
      // Fewer by the list than are there, and of other numbers: as many of them.
      (8, "0-7", Array(0..<8), "8-10", [0, 1, 2], 3),
    ] as [(Int, String?, [Int], String, [Int]?, Int)])
  func theCpusetCountsByItsOwnNumbersOnlyWhereTheyAreSysfss(
    _ folders: Int, _ online: String?, _ lines: [Int], _ list: String, _ allowed: [Int]?, _ usable: Int
  ) {
    let snapshot = tree(folders: folders, online: online, lines: lines, allowed: list).sampled(2).snapshot
    #expect(snapshot.controlGroup.allowedCores.value == .some(allowed))
    #expect(snapshot.usableCores == usable)
  }

  @Test func aListOfCoresThatAreAllGoneIsNoList() {
    var snapshot = Snapshot()
    snapshot.processors.cores = (0..<4).map { Core(number: $0) }
    snapshot.controlGroup.allowedCores = .value([9, 10], at: seconds(0))
    #expect(snapshot.usableCores == 4 && snapshot.allowedCores == nil)
    snapshot.controlGroup.allowedCores = .value([3, 10], at: seconds(0))
    #expect(snapshot.usableCores == 1)
  }
}
