internal import CLinux
import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// A Raspberry Pi's firmware as far as its device files show it: answers to text commands, in the message's place.
private final class Firmware3B {
  var answers: [String: String] = [
    "get_throttled": "throttled=0x0", "measure_clock arm": "frequency(45)=600062000",
  ]
  var error: Int32 = 0
  var result: UInt32 = 0x8000_0000
  /// How long each question takes, in microseconds.
  var delay: Int64 = 100
  var clock: Int64 = 0
  var asked: [String] = []

  func exchange(_ descriptor: Int32, _ message: UnsafeMutableRawBufferPointer) -> Int32 {
    clock += delay
    let words = message.bindMemory(to: UInt32.self)
    // As the kernel's driver and the firmware check it.
    guard words[0] == 4124, words[1] == 0, words[2] == 0x0003_0080, words[3] == 4096, words[1030] == 0 else {
      return EINVAL
    }
    let text = message[24..<4120].prefix { $0 != 0 }
    let command = String(decoding: text, as: UTF8.self)
    asked.append(command)
    guard error == 0 else { return error }
    words[1] = result
    let answer = answers[command] ?? "error=1 error_msg=\"Command not registered\""
    for (index, byte) in (Array(answer.utf8) + [0]).prefix(4096).enumerated() { message[24 + index] = byte }
    return 0
  }

  func sampler(_ root: String) -> FirmwareSampler {
    var files = FileSource.system
    files.exchange = { self.exchange($0, $1) }
    files.microseconds = { self.clock }
    return FirmwareSampler(root: root, files: files)
  }
}

@Suite struct FirmwareTests {
  private let reader = FileReader(files: .system)

  private func sample(_ sampler: inout FirmwareSampler, _ count: Int = 1) -> Firmware {
    var firmware = Firmware()
    for second in 0..<count {
      reader.scan &+= 1
      sampler.sample(&firmware, hwmon: Hwmon(), with: reader, at: seconds(second))
    }
    return firmware
  }

  @Test func theFirmwaresOwnAnswerIsTaken() {
    let tree = Tree()
    tree.write("dev/vcio_gencmd", "")
    let board = Firmware3B()
    board.answers["get_throttled"] = "throttled=0x50005"
    board.answers["measure_clock arm"] = "frequency(45)=600062000"
    var sampler = board.sampler(tree.root)
    let firmware = sample(&sampler)
    #expect(
      firmware.throttle.value == [.undervoltage, .throttled, .undervoltageOccurred, .throttlingOccurred])
    #expect(firmware.clock.value == 600_062)
  }

  @Test func whatIsWellIsAskedForItsClockNowAndThenOnly() {
    let tree = Tree()
    tree.write("dev/vcio_gencmd", "")
    let board = Firmware3B()
    var sampler = board.sampler(tree.root)
    let firmware = sample(&sampler, 21)
    #expect(firmware.throttle.value == [], "a zero of the firmware itself is believed")
    #expect(board.asked.filter { $0 == "measure_clock arm" }.count == 3)
    board.answers["get_throttled"] = "throttled=0x20002"
    board.asked = []
    _ = sample(&sampler, 5)
    #expect(board.asked.filter { $0 == "measure_clock arm" }.count == 5)
  }

  @Test func theNodeForAllIsPreferredToTheOneForRoot() {
    let tree = Tree()
    tree.write("dev/vcio", "")
    let board = Firmware3B()
    var sampler = board.sampler(tree.root)
    #expect(sample(&sampler).throttle.value == [])
    tree.remove("dev/vcio")
    var absent = board.sampler(tree.root)
    #expect(
      sample(&absent).throttle.absence == Absence(path: tree.root + "/dev/vcio_gencmd", reason: .noFile))
  }

  @Test func sysfsIsAskedLastAndItsZeroNotBelieved() {
    let tree = Tree()
    let word = "sys/devices/platform/soc/soc:firmware/get_throttled"
    tree.write(word, "50005\n")
    let board = Firmware3B()
    var sampler = board.sampler(tree.root)
    #expect(sample(&sampler).throttle.value?.rawValue == 0x50005)
    tree.write(word, "0\n")
    #expect(sample(&sampler).throttle.absence?.reason == .notSupported(errno: EOPNOTSUPP))
    #expect(board.asked.isEmpty)
  }

  @Test func aFileThatIsNoDeviceAnswersNothing() {
    let tree = Tree()
    tree.write("dev/vcio_gencmd", "throttled=0x0")
    // The kernel's own answer to this ioctl on a plain file.
    var sampler = FirmwareSampler(root: tree.root, files: .system)
    let firmware = sample(&sampler)
    #expect(firmware.throttle.value == nil && firmware.clock.value == nil)
    #expect(firmware.throttle.absence?.path == tree.root + "/dev/vcio_gencmd")
  }

  @Test(arguments: [
    "", "throttled=", "throttled=0x", "throttled=zz", "Throttled=0x0",
    "error=1 error_msg=\"Command not registered\"",
    "throttled=0x123456789", "throttled=0x1 2",
  ])
  func anAnswerThatIsNoneLeavesTheStateUnknown(_ answer: String) {
    let tree = Tree()
    tree.write("dev/vcio_gencmd", "")
    let board = Firmware3B()
    board.answers["get_throttled"] = answer
    var sampler = board.sampler(tree.root)
    #expect(sample(&sampler).throttle.value == nil)
  }

  @Test func aRefusalIsTriedAgainEverMoreRarely() {
    let tree = Tree()
    tree.write("dev/vcio_gencmd", "")
    let board = Firmware3B()
    board.error = EPERM
    var sampler = board.sampler(tree.root)
    #expect(sample(&sampler, 1000).throttle.value == nil)
    #expect((5...12).contains(board.asked.count), "\(board.asked.count) questions in 1000 samples")
    board.error = 0
    #expect(sample(&sampler, FirmwareSampler.longestPause + 1).throttle.value == [])
  }

  @Test func aSlowFirmwareIsAskedRarelyAndItsLastWordStands() {
    let tree = Tree()
    tree.write("dev/vcio_gencmd", "")
    let board = Firmware3B()
    board.answers["get_throttled"] = "throttled=0x2"
    board.delay = 300_000
    var sampler = board.sampler(tree.root)
    let firmware = sample(&sampler, 300)
    #expect(firmware.throttle.value == .frequencyCapped)
    #expect((firmware.throttle.instant ?? seconds(0)) >= seconds(300 - FirmwareSampler.longestSlowPause - 2))
    #expect(board.asked.count < 2 * 20)
    board.delay = 100
    board.asked = []
    _ = sample(&sampler, 60)
    #expect(board.asked.count > 2 * 20, "fast again")
  }

  @Test func aMessageThatFailedIsNoAnswer() {
    var bytes = [UInt8](repeating: 0, count: FirmwareMessage.size)
    bytes.withUnsafeMutableBytes { message in
      #expect(FirmwareMessage.encode("get_throttled", into: message))
      #expect(FirmwareMessage.decode(UnsafeRawBufferPointer(message)) == nil, "still the request")
      message.storeBytes(of: 0x8000_0000, toByteOffset: 4, as: UInt32.self)
      var answer = FirmwareMessage.decode(UnsafeRawBufferPointer(message))
      #expect(answer?.skip("get_throttled") == true)
      message.storeBytes(of: 1, toByteOffset: 20, as: UInt32.self)
      #expect(FirmwareMessage.decode(UnsafeRawBufferPointer(message)) == nil, "the firmware's error code")
      message.storeBytes(of: 0, toByteOffset: 20, as: UInt32.self)
      for index in 24..<4120 { message[index] = 0x61 }
      #expect(FirmwareMessage.decode(UnsafeRawBufferPointer(message)) == nil, "no end")
    }
    var short = [UInt8](repeating: 0, count: FirmwareMessage.size - 1)
    short.withUnsafeMutableBytes { message in
      #expect(!FirmwareMessage.encode("x", into: message))
      #expect(FirmwareMessage.decode(UnsafeRawBufferPointer(message)) == nil)
    }
  }

  @Test func theIoctlsNumberIsTheDrivers() {
    // Wrong descriptor: the call itself is made, and fails with what open files would never give.
    var bytes = [UInt8](repeating: 0, count: FirmwareMessage.size)
    #expect(bytes.withUnsafeMutableBytes { FileSource.askFirmware(-1, $0) } == EBADF)
  }

  @Test(
    arguments: [
      ("frequency(48)=1500398464", 1_500_398), ("frequency(45)=600000000", 600_000),
      ("frequency(0)=10000000", 10_000),
      ("frequency(48)=0", nil), ("frequency(48)=9999999", nil), ("frequency(48)=10000001000", nil),
      ("frequency()=1500398464", nil), ("frequency(48)1500398464", nil),
      ("frequency(48)=99999999999999999999999", nil),
    ] as [(String, Int?)])
  func aMeasuredClockIsInKilohertz(_ text: String, _ kilohertz: Int?) {
    #expect(parsed(text) { parseMeasuredClock(&$0) } == kilohertz)
  }

  @Test func mutatedAnswersNeverTrapAndNeverMakeUpAClock() {
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    var message = [UInt8](repeating: 0, count: FirmwareMessage.size)
    var answered = 0
    for _ in 0..<5000 {
      message.withUnsafeMutableBytes { bytes in
        _ = FirmwareMessage.encode("measure_clock arm", into: bytes)
        bytes.storeBytes(of: 0x8000_0000, toByteOffset: 4, as: UInt32.self)
        for (index, byte) in Array("frequency(48)=1500398464\0".utf8).enumerated() {
          bytes[24 + index] = byte
        }
        for _ in 0..<next(3) { bytes[next(10) == 0 ? next(bytes.count) : next(60)] = UInt8(next(256)) }
        guard var text = FirmwareMessage.decode(UnsafeRawBufferPointer(bytes)) else { return }
        if let clock = parseMeasuredClock(&text) {
          answered += 1
          #expect((1000...10_000_000).contains(clock))
        }
        var again = FirmwareMessage.decode(UnsafeRawBufferPointer(bytes)) ?? text
        _ = parseThrottled(&again)
      }
    }
    #expect(answered > 1000)
  }
}
