package import Readings

/// How fast this node would do new work now; an idle Raspberry Pi 3 Model B is 100.
///
/// The capacity its cores have left, times what each other term leaves of it. More load, heat or pressure, less memory
/// or bandwidth never raise it. A missing reading is replaced by the profile's default, and the term says so.
/// The value is finite and above 0, and the same snapshot and profile always give the same score.
package struct Score: Equatable, Sendable {
  /// In units of 1/100 of an idle Raspberry Pi 3 Model B.
  package let value: Double
  /// The name of the profile it was made with.
  package let profile: String
  /// What made it, one of each kind.
  package let terms: Terms

  /// The score of an idle Raspberry Pi 3 Model B.
  static let reference = 100.0
  /// The 7-zip MIPS that make a score of 100: four Cortex-A53 at 1200 MHz, 0.72 MIPS per MHz
  /// (ThomasKaiser/sbc-bench, Results.md).
  package static let referenceCapacity = 4 * 1200 * 0.72
  /// The least a score can be: a node that answers is worth more than none.
  package static let least = 0.01

  /// Scores one snapshot. Allocates nothing, so that it can be done each second.
  package init(of snapshot: Snapshot, profile: Profile) {
    let capacity = Capacity(of: snapshot, profile: profile)
    let heat = Term.heat(snapshot, profile)
    terms = Terms([
      capacity.coresTerm, capacity.clockTerm, capacity.loadTerm, capacity.quotaTerm,
      .memory(snapshot, profile),
      .cpuPressure(snapshot, profile, leavesCores: capacity.quotaLeavesCores),
      .memoryPressure(snapshot, profile),
      .ioPressure(snapshot, profile), heat, .throttling(snapshot, profile, heat),
      .supply(snapshot, profile, firmwareShare: capacity.firmwareShare),
      .battery(snapshot, profile), .link(snapshot, profile), .storage(snapshot, profile),
    ])
    // From what is left and not from the terms of the cores, whose ratios would round up and down on the way.
    var value = capacity.left / Self.referenceCapacity * Self.reference
    for term in terms where !term.kind.isOfCores { value *= term.effect }
    // Written so that a NaN, should one ever come through, is the least and not the best.
    self.value = value > Self.least ? min(value, Double.greatestFiniteMagnitude) : Self.least
    self.profile = profile.name
  }
}

/// The terms of a score, one of each kind, in place.
package struct Terms: RandomAccessCollection, Sendable, Equatable {
  private let storage: InlineArray<14, Term>

  /// In the order of `Term.Kind`.
  init(_ storage: InlineArray<14, Term>) {
    self.storage = storage
  }

  /// The position of the first kind.
  package var startIndex: Int { 0 }
  /// Behind the last kind.
  package var endIndex: Int { storage.count }

  /// The term of the kind at that position.
  package subscript(position: Int) -> Term {
    storage[position]
  }

  /// The term of a kind.
  package subscript(kind: Term.Kind) -> Term {
    storage[Int(kind.rawValue)]
  }

  /// Whether all terms are the same.
  package static func == (left: Terms, right: Terms) -> Bool {
    left.elementsEqual(right)
  }
}
