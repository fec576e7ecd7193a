package import Peripherals
package import Platform
package import Readings

extension SensorPlan {
  /// Reads all chips and returns when they have answered, or have had their time: for a command.
  package mutating func readOnce(hwmon: Hwmon) throws(SystemError) {
    let loop = try EventLoop()
    let due = rounds(Adapter.all(root: ""), hwmon: hwmon, at: Clock.now())
    var readers: [BusRound] = []
    var answers: [[UInt8]?] = due.map { _ in nil }
    for (index, round) in due.enumerated() {
      let reader = try BusRound(round, loop: loop)
      reader.onAnswer = { bytes in
        answers[index] = bytes
        if !answers.contains(where: { $0 == nil }) { loop.stop() }
      }
      readers.append(reader)
    }
    guard !readers.isEmpty else { return }
    loop.after(Self.timeout) {
      for reader in readers { reader.checkDeadlines(at: Clock.now()) }
      loop.stop()
    }
    loop.run()
    for (round, bytes) in zip(due, answers) { finish(round, bytes ?? [], at: Clock.now()) }
  }
}
