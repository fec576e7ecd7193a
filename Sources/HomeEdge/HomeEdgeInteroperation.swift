/// What it means to let nodes of Home Edge in.
package enum HomeEdgeInteroperation {
  /// Where every node of Home Edge listens for the others.
  package static let port: UInt16 = 56002

  /// Said in the log, in `status` and by the API while it is so.
  package static let warning =
    "interoperate = yes: nodes of Home Edge, which know no key, may start containers here, and so may whoever "
    + "pretends to be one on this network"
}
