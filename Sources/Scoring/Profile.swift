/// What is known of a board before anything is measured; a file of `boards/`.
package struct Profile: Equatable, Sendable {
  /// The name of its file, without `.conf`.
  package let name: String
  /// What people call the board.
  package let title: String
  /// How the board is known.
  package let recognition: Recognition
  /// What its cores can do.
  package let processor: Processor
  /// When heat costs speed.
  package let heat: Heat
  /// What its network can do.
  package let link: Link
  /// What it may draw, and draws.
  package let power: Power
  /// What stands in for readings that are missing.
  package let assumed: Assumed
  /// How much each term counts.
  package let weights: Weights
  /// The light that shows how the node is.
  package let light: Light
  /// I2C buses that may be touched.
  package let buses: Buses
  /// Chips that are on the board.
  package let sensors: [Sensor]

  /// Texts that tell the board, strongest first; empty lists match nothing.
  package struct Recognition: Equatable, Sendable {
    /// Entries of the device tree's `compatible` that name the board.
    package var compatible: [String] = []
    /// Entries of `compatible` that name the chip.
    package var soc: [String] = []
    /// Models, complete or up to " Rev".
    package var models: [String] = []
    /// The CPU parts of the board, all of them and no other.
    package var parts: [Int] = []
    /// DMI's product or board name.
    package var products: [String] = []
    /// The architecture, for a profile of boards that nothing else tells; nil for one board's profile.
    package var architecture: String?
  }

  /// What the cores can do.
  package struct Processor: Equatable, Sendable {
    /// 7-zip MIPS per MHz of one core, by CPU part.
    package var rates: [Rate] = []
    /// The same for a part that is not listed.
    package var rate = 0.72
    /// The share of a core that each further thread of it adds; 1 where threads do not share.
    package var threadGain = 1.0
    /// The full clock in MHz, where none can be read.
    package var clock = 1000.0
    /// The number of cores, where none can be read.
    package var cores = 1
    /// The kernel's capacity of a core by CPU part, where the parts differ and the kernel does not tell: 1024 is
    /// the board's fastest.
    package var capacities: [Capacity] = []
    /// What one core copies in memory, in MB/s; 0 where nobody has measured.
    package var copyRate = 0.0
    /// Whether the cores have instructions for AES and SHA; nil where the profile does not say.
    package var hasCrypto: Bool?
  }

  /// One part and its share of the fastest core, 1...1024.
  package struct Capacity: Equatable, Sendable {
    /// `CPU part`, as 0xd03 for a Cortex-A53.
    package var part: Int
    /// Its share, 1024 for the fastest.
    package var share: Int
  }

  /// One part and its speed.
  package struct Rate: Equatable, Sendable {
    /// `CPU part`, as above.
    package var part: Int
    /// 7-zip MIPS per MHz of one core.
    package var rate: Double
  }

  /// When heat costs speed; in degrees Celsius.
  package struct Heat: Equatable, Sendable {
    /// Types of the thermal zones that are the processor's.
    package var zones: [String] = []
    /// Names of the hwmon chips that are the processor's.
    package var chips: [String] = []
    /// Where throttling begins.
    package var throttle = 80.0
    /// Where the board switches itself off, above `throttle`; nil where nothing does or nobody says.
    package var critical: Double?
    /// From where on the firmware runs the cores slower without calling it throttling; nil where it never does.
    package var soft: SoftLimit?
    /// Whether a passive trip of the zone or a limit of the chip is believed over `throttle`.
    package var trustsTrips = true
    /// How far below throttling heat begins to count: a board at work warms up by about this much (62 to 83 °C in
    /// sbc-bench 4hOp).
    package var margin = 20.0
  }

  /// A temperature in degrees Celsius, and the fastest clock in MHz from there on.
  package struct SoftLimit: Equatable, Sendable {
    /// In degrees Celsius.
    package var temperature: Double
    /// In MHz.
    package var clock: Double
  }

  /// What the board may draw.
  package struct Power: Equatable, Sendable {
    /// What a fitting supply gives, in watts; nil where nobody says.
    package var supply: Double?
    /// What it draws with nothing to do, and with all cores busy, in watts; nil where nobody has measured.
    package var idle: Double?
    /// What it draws with all cores busy.
    package var full: Double?
  }

  /// What the network can do; in Mbit/s.
  package struct Link: Equatable, Sendable {
    /// What the board can move, whatever its link says (USB adapters).
    package var limit = 1000.0
    /// What a radio link is taken for, since Wi-Fi interfaces do not report their speed.
    package var wifi = 35.0
    /// From here on more free bandwidth is no gain: requests and images are moved, not films.
    package var ample = 50.0
  }

  /// What stands in for a missing reading, and how much of a thing is enough.
  package struct Assumed: Equatable, Sendable {
    /// Busy share 0...1: a node that does not know its load must not outdo one that knows it is idle.
    package var load = 0.5
    /// Available memory in bytes.
    package var memory = 512.0 * 1_048_576
    /// Degrees Celsius; cool, since a board without sensor is mostly a virtual machine.
    package var temperature = 50.0
    /// From here on more memory is no gain: a usual container of a home takes less.
    package var ampleMemory = 256.0 * 1_048_576
    /// From here on more free space is no gain: a usual image takes less.
    package var ampleStorage = 1024.0 * 1_048_576
  }

  /// The share 0...0.95 of the score that each term can take away at its worst.
  ///
  /// Below 1, so that no single reading makes a working board unusable.
  package struct Weights: Equatable, Sendable {
    /// Without memory work fails, so nearly all.
    package var memory = 0.9
    /// Waiting for cores shows in the load already; this is what load cannot show.
    package var cpuPressure = 0.3
    /// Reclaim slows everything, and the next step is the kernel killing programs.
    package var memoryPressure = 0.7
    /// Slows what reads and writes, not what computes.
    package var ioPressure = 0.4
    /// What is about to be lost; the loss itself shows in the clock or as throttling.
    package var heat = 0.2
    /// Measured on Raspberry Pi 3 (sbc-bench 4hOp): 657 of 1200 MHz.
    package var throttling = 0.45
    /// Measured on Raspberry Pi 3B+ (sbc-bench 1iH0): 2100 of 3240 MIPS.
    package var supply = 0.35
    /// An empty battery ends the work.
    package var battery = 0.6
    /// Work that cannot be reached can still be done for this node itself.
    package var link = 0.5
    /// Images cannot be fetched and logs not written, but what is there runs.
    package var storage = 0.6
  }

  /// The profile of last resort: no board of `boards/` fits, not even by architecture.
  package static let unknown = Profile(
    name: "unknown", title: "Unknown board", recognition: Recognition(), processor: Processor(), heat: Heat(),
    link: Link(), power: Power(), assumed: Assumed(), weights: Weights(), light: Light(), buses: Buses(),
    sensors: [])
}

extension Profile.Processor {
  /// 7-zip MIPS per MHz of a part.
  package func rate(of part: Int) -> Double {
    for known in rates where known.part == part { return known.rate }
    return rate
  }
}
