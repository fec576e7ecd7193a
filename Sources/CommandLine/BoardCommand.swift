internal import CLinux
import Devices
import Hardware
import Platform
import Scoring
import Settings
import Wire

/// The commands that read the board themselves: `score` and `inspect`.
struct BoardCommand {
  private var root = "/"
  private var json = false
  private var configurationFile: String?
  private var configuration = Configuration()

  /// Rates need two samples; in between the kernel's clock ticks (100 Hz) must become significant.
  private static let pause: UInt32 = 300_000

  init(_ arguments: inout Arguments) throws(UsageError) {
    while !arguments.rest.isEmpty {
      if let value = try arguments.option("--root") {
        root = value
      } else if let value = try arguments.option("--config") {
        configurationFile = value
      } else if arguments.flag("--json") {
        json = true
      } else {
        _ = try arguments.operand()
        throw UsageError("expected --root DIR, --config FILE or --json")
      }
    }
    do throws(ConfError) {
      configuration = try Configuration.read(configurationFile)
    } catch {
      throw UsageError(error.message)
    }
  }

  func inspect() throws(CommandFailure) -> Int32 {
    let snapshot = try sample()
    let match = try Profiles.ofCommand(folder: configuration.boards).match(snapshot.board)
    Terminal.write(
      json ? Terminal.pretty(snapshotJSON(snapshot, match)) : snapshotText(snapshot, match))
    return 0
  }

  func score() throws(CommandFailure) -> Int32 {
    let snapshot = try sample()
    let match = try Profiles.ofCommand(folder: configuration.boards).match(snapshot.board)
    let score = Score(of: snapshot, profile: match.profile)
    Terminal.write(json ? Terminal.pretty(scoreJSON(score, match)) : scoreText(score, match))
    return 0
  }

  private func sample() throws(CommandFailure) -> Snapshot {
    guard access(root, R_OK | X_OK) == 0 else { throw CommandFailure(SystemError("open", root).description) }
    let sampler = Sampler(root: root, statePath: configuration.state, enginePath: configuration.engineData)
    sampler.sample(at: Clock.now())
    if root == "/" {
      usleep(Self.pause)
      sampler.sample(at: Clock.now())
      try readChips(sampler)
    }
    return sampler.snapshot
  }

  /// The chips that the settings and the profile name, as the agent would read them.
  private func readChips(_ sampler: Sampler) throws(CommandFailure) {
    let profile = try Profiles.ofCommand(folder: configuration.boards).match(sampler.snapshot.board).profile
    let settings = configuration.devices.completed(by: profile)
    guard !settings.sensors.isEmpty else { return }
    var plan = SensorPlan(settings.sensors, buses: settings.buses(with: profile), at: Clock.now())
    do throws(SystemError) {
      try plan.readOnce(hwmon: sampler.snapshot.hwmon)
    } catch {
      throw CommandFailure(error.description)
    }
    sampler.take(plan.sensors)
  }
}
