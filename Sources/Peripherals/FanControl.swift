package import Basics
package import Readings

/// Decides whether a fan runs. Where nothing is known of the temperature, it does.
package struct FanControl: Sendable {
  /// Limits and spans.
  package struct Settings: Equatable, Sendable {
    /// In degrees Celsius: from `on` up it runs, from `off` down it rests; 10 degrees between keep it from
    /// going on and off with every breath. Below the 80 at which a Raspberry Pi throttles by as much as a fan needs
    /// to show an effect.
    package var on = 65.0
    /// In degrees Celsius: down from here it rests.
    package var off = 55.0
    /// A fan that runs does so for some time, and so does a relay at rest: its contacts wear with each switching.
    package var minimumOn = Interval.seconds(30)
    /// The shortest rest.
    package var minimumOff = Interval.seconds(10)
    /// An older temperature is none.
    package var oldest = Interval.seconds(10)

    /// The usual ones.
    package init() {}
  }

  /// By which it decides.
  package let settings: Settings
  /// Whether the fan is to run.
  package private(set) var isOn = true
  private var changed: Instant

  /// The fan runs at first: whether it is needed is not known yet.
  package init(_ settings: Settings, at now: Instant) {
    self.settings = settings
    changed = now
  }

  /// Takes a temperature, and decides.
  ///
  /// - Parameter temperature: in degrees Celsius, with its time.
  /// - Returns: whether the fan is to run.
  package mutating func update(_ temperature: Reading<Double>, at now: Instant) -> Bool {
    let wanted = wanted(temperature, at: now)
    guard wanted.isOn != isOn else { return isOn }
    let rest = isOn ? settings.minimumOn : settings.minimumOff
    guard wanted.isUrgent || now - changed >= rest else { return isOn }
    isOn = wanted.isOn
    changed = now
    return isOn
  }

  private func wanted(_ reading: Reading<Double>, at now: Instant) -> (isOn: Bool, isUrgent: Bool) {
    guard case .value(let temperature, let instant) = reading, temperature == temperature,
      now - instant <= settings.oldest
    else { return (true, true) }
    if temperature >= settings.on { return (true, false) }
    if temperature <= settings.off { return (false, false) }
    return (isOn, false)
  }
}
