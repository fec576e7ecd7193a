internal import Wire

/// One label of a container or attribute of a notice.
package struct EngineLabel: Equatable, Sendable {
  /// The key in the Engine's JSON object of labels or attributes.
  package var name: String
  /// May be empty; a member that is no string makes no label.
  package var value: String

  /// A label to give or to compare; neither text is checked.
  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  /// The members of an object whose values are strings; others are left out, as is an absent object.
  static func list(_ json: JSON?) -> [EngineLabel] {
    var labels: [EngineLabel] = []
    guard let members = json?.object?.members else { return labels }
    labels.reserveCapacity(members.count)
    for member in members {
      if let value = member.value.string { labels.append(EngineLabel(name: member.name, value: value)) }
    }
    return labels
  }
}

extension [EngineLabel] {
  /// The value of the label of that name.
  package subscript(name: String) -> String? {
    for label in self where label.name == name { return label.value }
    return nil
  }
}
