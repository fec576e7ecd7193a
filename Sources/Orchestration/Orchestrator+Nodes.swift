package import Basics
package import Scoring

// What becomes of the nodes, and of the runs on them.
extension Orchestrator {
  /// All nodes, in the order of their identifiers.
  package var nodes: [HomeNode] { home.nodes }

  /// Takes what is known of a node now, this one included; its state counts like the event of that name.
  package mutating func update(node: HomeNode, at moment: Moment) -> [Directive] {
    let before = home.update(node, at: moment.instant)
    return changed(node.id, from: before, to: node.state, at: moment)
  }

  /// Drops a node that is not waited for any more.
  package mutating func forget(node: String, at moment: Moment) -> [Directive] {
    let directives = nodeDied(node, at: moment)
    home.forget(node)
    return directives
  }

  /// A node is dead: what it ran for this one starts elsewhere.
  package mutating func nodeDied(_ node: String, at moment: Moment) -> [Directive] {
    set(.dead, of: node, at: moment)
  }

  /// A node that was dead, or had left, is there again.
  package mutating func nodeReturned(_ node: String, at moment: Moment) -> [Directive] {
    set(.alive, of: node, at: moment)
  }

  private mutating func set(_ state: HomeNode.State, of node: String, at moment: Moment) -> [Directive] {
    guard let before = home.set(state, of: node, at: moment.instant) else { return drain() }
    return changed(node, from: before, to: state, at: moment)
  }

  private mutating func changed(
    _ node: String, from before: HomeNode.State?, to after: HomeNode.State, at moment: Moment
  ) -> [Directive] {
    guard node != settings.node, before != after else { return drain() }
    switch after {
    case .alive, .suspect:
      if before != .alive && before != .suspect { isBack(node, at: moment) }
    case .dead:
      isDead(node, at: moment)
    case .left:
      break  // Its containers go on, and it may only be starting anew.
    }
    return drain()
  }

  private mutating func isBack(_ node: String, at moment: Moment) {
    touched.append(node)
    for id in order {
      guard var record = records[id] else { continue }
      if goesBack(&record, to: node, at: moment) {
        store(record)
        continue
      }
      for orphan in record.run.orphans where orphan.node == node {
        pending.append(.revoke(id, node: node, attempt: orphan.attempt))
      }
      guard case .waiting = record.step else { continue }
      placeWaiting(&record, until: nil, at: moment)
      store(record)
    }
  }

  /// A run that has found no other node since goes on with the copy that may run on the node that is back, instead of
  /// ending that for a new one. The host's answer to the commit, and its list, tell whether the copy is there.
  private mutating func goesBack(
    _ record: inout RunRecord, to node: String, at moment: Moment
  ) -> Bool {
    guard case .waiting = record.step, !record.stopIsRequested, let copy = record.latestOrphan,
      copy.node == node, home.node(node)?.isHomeEdge == false
    else { return false }
    record.search.latestAttempt = max(record.search.latestAttempt, record.run.attempt)
    record.search.isReturn = true
    record.run.orphans.removeAll { $0.node == node }
    record.run.attempt = copy.attempt
    record.run.hostNode = node
    record.run.host = home.node(node)?.address ?? ""
    record.step = .remote(RunRecord.Remote(commitAt: moment.instant))
    pending.append(.note(record.run.id))
    return true
  }

  private mutating func isDead(_ node: String, at moment: Moment) {
    for id in order {
      guard var record = records[id], record.run.hostNode == node, !record.run.isHosted else { continue }
      switch record.step {
      case .asking:
        addOrphan(&record, node: node, attempt: record.run.attempt)
        tryNext(&record, .silent("it died"), at: moment)
      case .remote:
        hostLost(&record, "its host died", mayHaveCopy: true, mayHaveRun: true, at: moment)
      default:
        continue
      }
      store(record)
    }
    fence(at: moment)
  }
}
