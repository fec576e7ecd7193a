internal import CLinux
import Platform
import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

@Suite struct ParserTests {
  @Test func coreListsAreReadInBothOfTheKernelsForms() {
    #expect(parsed("0-3,6,8-9\n") { parseCoreList($0) } == [0, 1, 2, 3, 6, 8, 9])
    #expect(parsed("4-6\n") { parseCoreList($0) } == [4, 5, 6])
    #expect(parsed("4,8") { parseCoreList($0) } == [4, 8])
    #expect(parsed("0 1 2 3 \n") { parseCoreList($0) } == [0, 1, 2, 3])
    #expect(parsed("\n") { parseCoreList($0) } == [])
    #expect(parsed("3-1") { parseCoreList($0) } == [])
    #expect(parsed("0-99999999999") { parseCoreList($0) } == [])
    #expect(parsed("0-1023,0-1023,5") { parseCoreList($0).count } == 1024)
  }

  @Test func numbersThatDoNotFitAreRefused() {
    #expect(parsed("18446744073709551615") { $0.unsigned() } == UInt64.max)
    #expect(parsed("18446744073709551616") { $0.unsigned() } == nil)
    #expect(parsed("99999999999999999999999999") { $0.unsigned() } == nil)
    #expect(parsed("-9223372036854775807") { $0.signed() } == -Int64.max)
    #expect(parsed("9223372036854775808") { $0.signed() } == nil)
    #expect(parsed("-") { $0.signed() } == nil)
    #expect(parsed("") { $0.decimal() } == nil)
    #expect(parsed("1.") { $0.decimal() } == nil)
    #expect(parsed("0.46") { $0.decimal() } == 0.46)
    #expect(parsed("50005\n") { $0.hexadecimal() } == 0x50005)
    #expect(parsed("0xE0000") { $0.hexadecimal() } == 0xE0000)
    #expect(parsed("100000000") { $0.hexadecimal() } == nil)
    #expect(parsed("0x") { $0.hexadecimal() } == nil)
  }

  @Test func oldKernelsGiveFewerColumnsOfCoreTimes() {
    #expect(parsed("1 2 3 4") { parseCoreTimes(&$0) } == CoreTimes(user: 1, nice: 2, system: 3, idle: 4))
    #expect(parsed("1 2 3 4 5 6 7 8 9 10") { parseCoreTimes(&$0) }?.steal == 8)
    #expect(parsed("1 2 3") { parseCoreTimes(&$0) } == nil)
    #expect(parsed("1 2 3 4 x") { parseCoreTimes(&$0) } == nil)
  }

  @Test func busyIsTheShareOfTicksThatWereNotIdle() {
    let old = CoreTimes(user: 100, system: 50, idle: 850)
    #expect(busyShare(from: old, to: CoreTimes(user: 125, system: 75, idle: 900)) == 0.5)
    #expect(busyShare(from: old, to: old) == nil)
  }

  @Test func countersThatGoBackCountAsNotGrown() {
    let old = CoreTimes(user: 100, idle: 900, iowait: 500)
    #expect(busyShare(from: old, to: CoreTimes(user: 110, idle: 910, iowait: 400)) == 0.5)
    #expect(busyShare(from: old, to: CoreTimes(user: 110, idle: 800, iowait: 500)) == 1)
    let most = CoreTimes(user: .max, nice: .max, system: .max, idle: .max, iowait: .max)
    #expect(busyShare(from: CoreTimes(), to: most) == 0.6)
  }

  @Test func memoryWithoutAnAvailableLineIsEstimated() {
    let text = "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 200 kB\nShmem: 50 kB\n"
    #expect(parsed(text, parseMemory) == Memory(total: 1_024_000, available: 270 * 1024))
  }

  @Test func memoryKeysMayStandInAnyOrder() {
    let text = "HugePages_Total: 0\nSwapFree: 3 kB\nMemAvailable:  7 kB\nMemTotal: 9 kB\nSwapTotal: 5 kB\n"
    #expect(
      parsed(text, parseMemory)
        == Memory(total: 9216, available: 7168, swapTotal: 5120, swapFree: 3072))
  }

  @Test func aTruncatedMemoryNumberIsNotBelieved() {
    #expect(parsed("MemTotal: 909\n", parseMemory) == nil)
    #expect(parsed("MemTotal: 909380 kB\nMemAvail", parseMemory) == nil)
    #expect(parsed("", parseMemory) == nil)
  }

  @Test func interfaceNamesMayTouchTheirNumbers() {
    let line = "eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"
    let counters = parsed(line) { line in
      interfaceName(&line).map { $0.equals("eth0") } == true ? parseInterfaceCounters(&line) : nil
    }
    #expect(counters?.receivedBytes == 1)
    #expect(counters?.receiveDrops == 4)
    #expect(counters?.sentBytes == 9)
    #expect(counters?.sendDrops == 12)
    #expect(parsed("1 2 3") { parseInterfaceCounters(&$0) } == nil)
  }

  @Test func wirelessLinksAreReadWithAndWithoutDots() {
    let line = " 0000   54.  -56.  -256        0      0      0      0     12        3"
    #expect(
      parsed(line) { parseWirelessLink(&$0) }
        == WirelessLink(quality: 54, level: -56, noise: -256, missedBeacons: 3))
    #expect(parsed(" 0000 54. -56.") { parseWirelessLink(&$0) } == nil)
  }

  @Test(arguments: [
    ("sda", "", true), ("sda1", "sda", false), ("sdaa", "sda", true), ("sdb", "sda", true),
    ("mmcblk0", "sda", true), ("mmcblk0p1", "mmcblk0", false), ("mmcblk0boot0", "mmcblk0", false),
    ("mmcblk1", "mmcblk0", true), ("mmcblk10", "mmcblk1", true), ("nvme0n1p2", "nvme0n1", false),
    ("nvme0n10", "nvme0n1", true), ("loop0", "", false), ("ram3", "", false), ("zram0", "", false),
    ("dm-0", "", false), ("vda", "loop0", true),
  ])
  func partitionsAndVirtualDisksAreLeftOut(name: String, before: String, isWhole: Bool) {
    let result = parsed(name) { name in
      parsed(before) { before in isWholeDisk(name, after: before) }
    }
    #expect(result == isWhole)
  }

  @Test func diskLinesOfAllKernelsAreRead() {
    let line = "259 0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"
    let counters = parsed(line) { line in diskName(&line) == nil ? nil : parseDiskCounters(&line) }
    #expect(counters == DiskCounters(reads: 1, readSectors: 3, writes: 5, writtenSectors: 7, busyTime: 10))
    #expect(parsed("1 2 3 4") { parseDiskCounters(&$0) } == nil)
  }

  @Test func aStepBackIsAWrapAtThirtyTwoBitsOnlyIfThatIsPlausible() {
    #expect(counterGrowth(from: 5, to: 9, atMost: 1) == 4)
    #expect(counterGrowth(from: 0xffff_fff0, to: 16, atMost: 1000) == 32)
    #expect(counterGrowth(from: 1000, to: 16, atMost: 1_000_000) == nil)
    #expect(counterGrowth(from: 0x1_0000_0000, to: 16, atMost: 1e12) == nil)
  }

  @Test func membershipOfBothGenerationsIsRead() {
    let hybrid = "9:name=systemd:/\n4:memory:/box/one\n3:cpuset:/\n2:cpu,cpuacct:/box\n0::/\n"
    #expect(
      parsed(hybrid) { parseMembership($0) }
        == GroupPaths(
          unified: "/", processor: "/box", accounting: "/box", memory: "/box/one", cores: "/"))
    #expect(parsed("0::/user.slice/a:b\n") { parseMembership($0) }?.unified == "/user.slice/a:b")
    #expect(parsed("garbage\n::\n7\n") { parseMembership($0) } == GroupPaths())
  }

  @Test func compatibleEntriesAreSplitAtTheirNuls() {
    #expect(
      parsed("raspberrypi,3-model-b\0brcm,bcm2837\0") { parseCompatible($0) }
        == ["raspberrypi,3-model-b", "brcm,bcm2837"])
    #expect(parsed("\0\0") { parseCompatible($0) } == [])
  }

  @Test func anErrorNumberBecomesTheReasonItMeans() {
    #expect(absenceReason(2) == .noFile)
    #expect(absenceReason(13) == .permission)
    #expect(absenceReason(1) == .permission)
    #expect(absenceReason(22) == .notSupported(errno: 22))
    #expect(absenceReason(61) == .notSupported(errno: 61))
    #expect(absenceReason(95) == .notSupported(errno: 95))
    #expect(absenceReason(11) == .failed(errno: 11))
    #expect(absenceReason(5) == .failed(errno: 5))
    #expect(absenceReason(19) == .failed(errno: 19))
  }

  @Test func anAbsenceSaysPathAndReasonInPlainWords() {
    #expect(
      Absence(path: "/proc/pressure/cpu", reason: .noFile).description == "/proc/pressure/cpu: no such file")
    #expect(Absence(path: "/x", reason: .failed(errno: 5)).description == "/x: Input/output error")
    #expect(Absence(path: "/x", reason: .malformed(text: "")).description == "/x: empty")
    #expect(Absence.notYet.description == "not measured yet")
  }

  @Test func errorNumbersAreWordedAsTheLibraryWordsThem() {
    var worded = 0
    for number in Int32(1)...140 where ErrorNumber.words(number) != "error \(number)" {
      #expect(ErrorNumber.words(number) == SystemError.words(number))
      worded += 1
    }
    #expect(worded >= 30 && ErrorNumber.words(4000) == "error 4000")
    for number in [EISDIR, ESPIPE, ERANGE, ENODEV, EIO, ETIMEDOUT, EREMOTEIO, EPROTO, EOPNOTSUPP] {
      #expect(ErrorNumber.words(number) == SystemError.words(number))
    }
  }
}
