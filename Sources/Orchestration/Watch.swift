/// A host whose stream of our runs is held open.
struct Watch {
  /// A run that was accepted there before the stream was asked for, and is not in its list yet.
  struct Expected {
    let id: RunID
    let attempt: Int
  }

  let node: String
  var expected: [Expected] = []
}
