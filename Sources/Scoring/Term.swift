import Basics
package import Readings

/// One part of a score: what was read, what stands in for it, and how much it takes away.
package struct Term: Equatable, Sendable {
  /// Which part of the score it is.
  package let kind: Kind
  /// The reading, in the unit of its kind.
  package let value: Double
  /// The value at which nothing is taken away, in the same unit.
  package let full: Double
  /// Where `value` comes from.
  package let source: Source
  /// The share of the score this term takes away at its worst, 0...1.
  package let weight: Double
  /// How good the reading is: 1 takes nothing away, 0 all of `weight`.
  package let factor: Double

  /// What the score is multiplied by, 0...1.
  package var effect: Double {
    1 - weight * (1 - factor)
  }

  /// The parts of a score, in the order of the report.
  ///
  /// Nodes tell each other the effects of their terms by position and without names (docs/wire-formats.md), and older
  /// nodes stay in a home: a kind never moves, and none goes. A new one is appended; CONTRIBUTING has the recipe.
  package enum Kind: UInt8, CaseIterable, Sendable {
    case cores, clock, load, quota, memory, cpuPressure, memoryPressure, ioPressure, heat, throttling, supply
    case battery, link, storage
  }

  /// Where a term's value comes from.
  package enum Source: Equatable, Sendable {
    case measured
    /// Another reading stands in for the one that is absent.
    case substitute(Absence?)
    /// The profile's default stands in; without an absence, the board has no such thing to read.
    case assumed(Absence?)
  }
}

extension Term.Kind {
  /// Whether the term is one of the steps from all cores to the capacity that is left.
  var isOfCores: Bool {
    self == .cores || self == .clock || self == .load || self == .quota
  }

  /// The name in reports and JSON.
  package var name: String {
    switch self {
    case .cores: "cores"
    case .clock: "clock"
    case .load: "load"
    case .quota: "quota"
    case .memory: "memory"
    case .cpuPressure: "cpu-pressure"
    case .memoryPressure: "memory-pressure"
    case .ioPressure: "io-pressure"
    case .heat: "heat"
    case .throttling: "throttling"
    case .supply: "supply"
    case .battery: "battery"
    case .link: "link"
    case .storage: "storage"
    }
  }

  /// The unit of `Term.value` and `Term.full`; empty for those that count nothing.
  package var unit: String {
    switch self {
    case .cores: "MIPS"
    case .clock: "MHz"
    case .load, .cpuPressure, .memoryPressure, .ioPressure, .battery: "%"
    case .quota: "cores"
    case .memory, .storage: "MiB"
    case .heat: "°C"
    case .throttling, .supply: ""
    case .link: "Mbit/s"
    }
  }
}

extension Term.Source {
  /// Whether the reading itself was there.
  package var isMeasured: Bool {
    if case .measured = self { true } else { false }
  }

  /// Why the reading is not there.
  package var absence: Absence? {
    switch self {
    case .measured: nil
    case .substitute(let absence), .assumed(let absence): absence
    }
  }
}

extension Term {
  /// Why the reading is not there and what was taken instead; nil for one that is measured.
  package var standIn: String? {
    switch source {
    case .measured: nil
    case .substitute(let absence): (absence?.description ?? nothingToRead) + "; taken instead: " + substitute
    case .assumed(let absence): (absence?.description ?? nothingToRead) + "; the profile's default stands in"
    }
  }

  private var nothingToRead: String {
    switch kind {
    case .clock: "no cpufreq here"
    case .heat: "no sensor of the processor"
    case .link: "no interface"
    default: "nothing to read"
    }
  }

  private var substitute: String {
    switch kind {
    case .cores: "all cores that are present"
    case .clock: "the full clock, less what cooling devices and the temperature take"
    case .load, .cpuPressure: "the load average"
    case .ioPressure: "how busy the busiest disk is"
    case .throttling: "the temperature"
    case .link: "the strength of the radio signal"
    default: "another reading"
    }
  }

  /// The reading in words: `1200 of 1200 MHz`, `12.5 %`, `48.3 °C, throttles at 80 °C`.
  package var text: String {
    switch kind {
    case .cores: decimal(value, places: 0) + " MIPS"
    case .clock: decimal(value, places: 0) + " of " + decimal(full, places: 0) + " MHz"
    case .load: decimal(value, places: 1) + " % busy"
    case .cpuPressure, .memoryPressure, .ioPressure: decimal(value, places: 1) + " % of the time"
    case .quota: value < 0 ? "none" : decimal(value, places: 2) + " cores"
    case .memory: decimal(value, places: 0) + " MiB, ample is " + decimal(full, places: 0)
    case .heat: decimal(value, places: 1) + " °C, throttles at " + decimal(full, places: 0)
    case .throttling:
      factor < 1 ? "slowed by heat or supply" : value > 0 ? "slowed, as the clock shows" : "none"
    case .supply: value > 0 ? "under-voltage" : factor < 1 ? "near its limit" : "sound"
    case .battery: value < 0 ? "not on battery" : decimal(value, places: 0) + " % left"
    case .link: decimal(value, places: 0) + " Mbit/s free, ample is " + decimal(full, places: 0)
    case .storage:
      value < 0 ? "read-only" : decimal(value, places: 0) + " MiB free, ample is " + decimal(full, places: 0)
    }
  }
}
