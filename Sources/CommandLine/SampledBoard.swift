internal import CLinux
import Devices
import Hardware
import Peripherals
import Platform
import Readings
import Sampling
import Scoring
import Settings
import Wire

/// The board as `hearth score` and `hearth inspect` read it themselves, without an agent.
struct SampledBoard {
  let snapshot: Snapshot
  let match: Profiles.Match

  /// Rates need two samples; in between the kernel's clock ticks (100 Hz) must become significant. In microseconds.
  private static let pause: UInt32 = 300_000

  init(_ values: OptionValues) throws(CommandFailure) {
    let root = values[.root] ?? "/"
    let configuration: Configuration
    do throws(ConfError) {
      configuration = try Configuration.read(values[.config])
    } catch {
      throw CommandFailure(usage: error.message)
    }
    guard access(root, R_OK | X_OK) == 0 else { throw CommandFailure(SystemError("open", root).description) }
    let profiles = try Profiles.ofCommand(folder: configuration.boards)
    let sampler = Sampler(root: root, statePath: configuration.state, enginePath: configuration.engineData)
    sampler.sample(at: Clock.now())
    match = profiles.match(sampler.snapshot.board)
    if root == "/" {
      usleep(Self.pause)
      sampler.sample(at: Clock.now())
      try Self.readChips(sampler, configuration, match.profile)
    }
    snapshot = sampler.snapshot
  }

  /// The chips that the settings and the profile name, as the agent would read them.
  private static func readChips(
    _ sampler: Sampler, _ configuration: Configuration, _ profile: Profile
  ) throws(CommandFailure) {
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
