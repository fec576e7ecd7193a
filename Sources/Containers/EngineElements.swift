/// Reads a JSON array element by element while it comes, or one object, and keeps of each what is asked for alone: so
/// neither how many there are nor what requests have put into them (labels, names) takes memory.
///
/// Elements are objects. What is left out is not checked; what is kept is JSON for the parser. A long text that is
/// kept becomes an empty one.
struct EngineElements {
  /// What is kept of each element.
  struct Wish {
    /// Its members of these names.
    var members: [String]
    /// That of them of whose object only some members are kept: those of `inner`, or that begin with `prefix`.
    var outer = ""
    var inner: [String] = []
    var prefix = ""

    func wants(_ name: [UInt8], isInner: Bool) -> Bool {
      for word in isInner ? inner : members where name.elementsEqual(word.utf8) { return true }
      return isInner && !prefix.isEmpty && name.starts(with: prefix.utf8)
    }
  }

  /// Of an element, with what is kept of it: a hundred times what one takes.
  static let limit = 256 << 10
  /// Of one text. Identifiers, image names and our own labels are shorter, the Engine's words of a failure too.
  static let textLimit = 16 << 10
  /// Of a list as a whole, which is no list of an Engine any more.
  static let listLimit = 1 << 30

  private enum Place {
    /// Before the list's bracket; what came is in `kept`, in case it is `null`, the empty list of Go.
    case before
    case inside
    case after
  }

  private let wish: Wish
  private let isList: Bool
  private var place: Place
  private var count = 0
  /// What is kept of the element at hand.
  private var kept: [UInt8] = []
  /// Brackets of the element that are open.
  private var depth = 0
  private var isText = false
  private var isEscaped = false
  /// Where the text at hand begins in `kept`.
  private var textStart = 0
  /// The name of a member, while it is read.
  private var name: [UInt8]?
  /// Whether the next text is a member's name.
  private var expectsName = false
  /// Whether the object at depth 2 is the one of which some members are kept; its value comes next, or is open.
  private var isOuter = false
  private var isInner = false
  /// The depth of the object of which a member is left out at the moment; 0 where none is.
  private var skipped = 0

  /// - Parameter isList: else one object.
  init(_ wish: Wish, isList: Bool) {
    self.wish = wish
    self.isList = isList
    place = isList ? .before : .inside
  }

  /// Whether the answer may end here.
  var isComplete: Bool {
    if case .after = place { return true }
    return isList && kept.elementsEqual("null".utf8)
  }

  /// Takes bytes off the front up to the end of an element, which it returns; nil where more have to come.
  mutating func next(_ bytes: inout ArraySlice<UInt8>) throws(EngineAnswer.Fault) -> [UInt8]? {
    for index in bytes.indices {
      count += 1
      guard count <= Self.listLimit else { throw fault("the answer", Self.listLimit) }
      guard try takes(bytes[index]) else { continue }
      bytes = bytes[(index + 1)...]
      let element = kept
      kept = []
      return element
    }
    bytes = []
    return nil
  }

  private func fault(_ what: String, _ limit: Int) -> EngineAnswer.Fault {
    EngineAnswer.Fault(reason: .tooLarge(what, limit: limit))
  }

  /// - Returns: whether an element is complete.
  private mutating func takes(_ byte: UInt8) throws(EngineAnswer.Fault) -> Bool {
    var isComplete = false
    if isText {
      take(text: byte)
    } else if depth == 0 {
      try takeOutside(byte)
    } else {
      isComplete = takeInside(byte)
    }
    guard kept.count <= Self.limit else { throw fault("one element of the answer", Self.limit) }
    return isComplete
  }

  private mutating func takeOutside(_ byte: UInt8) throws(EngineAnswer.Fault) {
    if byte <= 0x20 { return }
    switch (place, byte) {
    case (.before, UInt8(ascii: "[")) where kept.isEmpty: place = .inside
    case (.before, _) where kept.count < 4: kept.append(byte)
    case (.inside, UInt8(ascii: "{")): open(byte)
    case (.inside, UInt8(ascii: ",")) where isList: break
    case (.inside, UInt8(ascii: "]")) where isList: place = .after
    default: throw EngineAnswer.Fault(reason: .malformed(isList ? "no list of objects" : "no object"))
    }
  }

  // MARK: - Inside an element

  /// Whether members are chosen in the object at hand.
  private var chooses: Bool { depth == 1 || depth == 2 && isInner }

  private mutating func open(_ byte: UInt8) {
    depth += 1
    guard skipped == 0 else { return }
    kept.append(byte)
    if depth == 2 { isInner = isOuter && byte == UInt8(ascii: "{") }
    expectsName = chooses
  }

  private mutating func takeInside(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""):
      isText = true
      if expectsName {
        name = []
      } else if skipped == 0 {
        textStart = kept.count
        kept.append(byte)
      }
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      open(byte)
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      return close(byte)
    case UInt8(ascii: ",") where chooses && (skipped == 0 || skipped == depth):
      // Written again before the next member that is kept.
      skipped = 0
      expectsName = true
    default:
      if skipped == 0, byte > 0x20 { kept.append(byte) }
    }
    return false
  }

  private mutating func close(_ byte: UInt8) -> Bool {
    if skipped == depth { skipped = 0 }
    if skipped == 0 { kept.append(byte) }
    depth -= 1
    expectsName = false
    if depth == 1 { isInner = false }
    guard depth == 0 else { return false }
    if !isList { place = .after }
    return true
  }

  private mutating func take(text byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isText = false
    }
    if var name {
      self.name = nil
      if !isText { return begin(member: name) }
      if name.count <= Self.textLimit { name.append(byte) }
      self.name = name
    } else if skipped == 0 {
      guard kept.count - textStart > Self.textLimit else { return kept.append(byte) }
      if !isText {
        kept.removeLast(kept.count - textStart)
        kept += [UInt8(ascii: "\""), UInt8(ascii: "\"")]
      }
    }
  }

  /// Its name has come.
  private mutating func begin(member name: [UInt8]) {
    expectsName = false
    guard wish.wants(name, isInner: depth == 2) else {
      skipped = depth
      return
    }
    if depth == 1 { isOuter = name.elementsEqual(wish.outer.utf8) }
    if kept.last != UInt8(ascii: "{") { kept.append(UInt8(ascii: ",")) }
    kept.append(UInt8(ascii: "\""))
    kept += name
    kept.append(UInt8(ascii: "\""))
  }
}
