package import Wire

/// The body of every answer to a service request.
package struct HomeEdgeAnswer: Error {
  /// `ERROR_NONE`, or what was wrong.
  package var message: String
  /// The request's; empty where it could not be read.
  package var serviceName: String
  /// Where it runs; both words empty when nothing was selected, nil when the request was not understood.
  package var target: (kind: String, host: String)?
  /// Why there is none, in our words: a member that Home Edge does not have. Empty for none.
  package var reason = ""

  /// A request that could not be read.
  package init(_ message: String) {
    self.message = message
    serviceName = ""
  }

  /// A request that was understood, whether or not something came of it.
  package init(
    _ message: String, serviceName: String, target: (String, String)? = ("", ""), reason: String = ""
  ) {
    self.message = message
    self.reason = reason
    self.serviceName = serviceName
    self.target = target
  }

  /// The body as Home Edge writes it.
  package var json: JSON {
    var place = JSON.null
    if let target {
      place = ["ExecutionType": .string(target.kind), "Target": .string(target.host)]
    }
    var object = JSONObject()
    object["Message"] = .string(message)
    if !reason.isEmpty { object["Reason"] = .string(reason) }
    object["RemoteTargetInfo"] = place
    object["ServiceName"] = .string(serviceName)
    return .object(object)
  }
}
