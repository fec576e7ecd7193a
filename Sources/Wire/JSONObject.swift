import Basics

/// One name and value of a JSON object.
package struct JSONMember: Equatable, Sendable {
  /// Any text, also the empty one, with its escapes resolved.
  package var name: String
  /// What the member holds; `null` is a value too.
  package var value: JSON

  /// A member of that name.
  package init(name: String, value: JSON) {
    self.name = name
    self.value = value
  }
}

/// The members of a JSON object, in the order they were written, each name once.
///
/// Names are compared byte by byte, not by Unicode's canonical equality as `String` does (RFC 8259 section 8.3).
package struct JSONObject: Equatable, Sendable {
  /// In the order of the text, then as they were added.
  package private(set) var members: [JSONMember]

  /// Above this many members duplicates are found by sorting: the pairwise search is quadratic, and the number of
  /// members is the peer's choice.
  private static let pairwiseSearchLimit = 16

  /// Takes the members in order; of a repeated name the last value stays, at the place of that last one.
  package init(_ members: [JSONMember] = []) {
    self.members = members
    removeOverwritten()
  }

  /// The value of that name; setting appends or replaces in place, and setting `nil` removes.
  package subscript(name: String) -> JSON? {
    @inline(never) get {
      guard let index = index(of: name) else { return nil }
      return members[index].value
    }
    @inline(never) set {
      switch (index(of: name), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(JSONMember(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The object with one more member, whose name is new: as a chain, half the code of a literal.
  @inline(never)
  package consuming func with(_ name: StaticString, _ value: JSON) -> JSONObject {
    members.append(JSONMember(name: name.description, value: value))
    return self
  }

  private func index(of name: String) -> Int? {
    members.firstIndex { sameBytes($0.name, name) }
  }

  private mutating func removeOverwritten() {
    guard members.count > 1 else { return }
    let overwritten =
      members.count <= JSONObject.pairwiseSearchLimit ? overwrittenByPairs() : overwrittenBySorting()
    guard !overwritten.isEmpty else { return }
    var kept: [JSONMember] = []
    kept.reserveCapacity(members.count - overwritten.count)
    var next = 0
    for index in members.indices {
      if next < overwritten.count, overwritten[next] == index {
        next += 1
      } else {
        kept.append(members[index])
      }
    }
    members = kept
  }

  /// The indices of the members whose name comes again later, ascending.
  private func overwrittenByPairs() -> [Int] {
    var found: [Int] = []
    for index in members.indices {
      for later in (index + 1)..<members.count where sameBytes(members[index].name, members[later].name) {
        found.append(index)
        break
      }
    }
    return found
  }

  private func overwrittenBySorting() -> [Int] {
    var order = [Int](members.indices)
    order.arrange {
      switch compareBytes(members[$0].name, members[$1].name) {
      case 0: return $0 < $1
      case let difference: return difference < 0
      }
    }
    var found: [Int] = []
    for place in 1..<order.count
    where compareBytes(members[order[place - 1]].name, members[order[place]].name) == 0 {
      found.append(order[place - 1])
    }
    found.arrange()
    return found
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// A name that is given twice keeps its last value.
  package init(dictionaryLiteral members: (String, JSON)...) {
    self.init(members.map { JSONMember(name: $0.0, value: $0.1) })
  }
}

/// Below, equal to or above 0 as the bytes of `left` sort before, with or after those of `right`.
private func compareBytes(_ left: String, _ right: String) -> Int {
  var ours = left.utf8.makeIterator()
  var theirs = right.utf8.makeIterator()
  while true {
    switch (ours.next(), theirs.next()) {
    case (nil, nil): return 0
    case (nil, _): return -1
    case (_, nil): return 1
    case (let our?, let their?):
      if our != their { return our < their ? -1 : 1 }
    }
  }
}
