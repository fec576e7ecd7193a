import Basics
internal import CLinux
import Platform
import Reports
internal import Scoring
import Settings
internal import Simulation
internal import Wire

/// `hearth simulate`: what a home would do with a load, and which of its boards help.
enum SimulateCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    guard !values.has(.example) else {
      Terminal.write(HomeFile.example, to: 1)
      return 0
    }
    guard let file = values.operands.first else {
      throw CommandFailure(
        usage: "simulate needs a file; 'hearth simulate --example' prints one to begin with")
    }
    let text = try read(file)
    let profiles = try Profiles.ofCommand(folder: Configuration().boards)
    let home: HomeFile
    do throws(ConfError) {
      home = try HomeFile.parse(text, file: file == "-" ? "standard input" : file, profiles: profiles)
    } catch {
      throw CommandFailure(error.message)
    }
    if let overload = home.refusedOverload { throw CommandFailure(overload.text) }
    let report = SimulationReport(home, try simulate(home))
    Terminal.write(values.has(.json) ? Terminal.pretty(report.json) : report.text)
    return 0
  }

  private static func read(_ file: String) throws(CommandFailure) -> [UInt8] {
    do throws(SystemError) {
      guard file == "-" else { return try File.read(file, limit: Conf.Rules.hearth.textLimit) }
      return try File.readAll(0, "standard input", limit: Conf.Rules.hearth.textLimit)
    } catch {
      throw CommandFailure(error.description)
    }
  }

  private static func simulate(_ home: HomeFile) throws(CommandFailure) -> [HomeTrial] {
    var trials: [HomeTrial] = []
    for change in home.changes { trials.append(HomeTrial(home, change)) }
    let begun = Clock.now().nanoseconds
    let total = trials.count * home.runs
    var done = 0
    var isShown = false
    for trial in trials {
      for _ in 0..<home.runs {
        guard trial.simulate() else {
          let reason = "this would take minutes, so many runs wait at a time"
          throw CommandFailure(home.overload?.text ?? reason + "; make every longer, or work or memory less")
        }
        done += 1
        guard Terminal.errorIsTerminal, Clock.now().nanoseconds - begun > quietTime else { continue }
        isShown = true
        Terminal.mention("\r" + String(done) + " of " + String(total) + " simulations")
      }
    }
    if isShown { Terminal.mention(Terminal.clearLine) }
    return trials
  }

  /// How long nobody asks what it is doing, in nanoseconds.
  private static let quietTime: Int64 = 1_000_000_000
}
