package import Scoring
package import Wire

// The body of `POST /api/v2/runs`. It comes from a person or a script, so that everything in it which is not understood is
// refused with what would be right.
extension RunRequest {
  private static let members = [
    "arguments", "attach", "bound", "callback", "constraints", "deadline", "environment", "files",
    "onHostLoss",
    "service",
    "type",
  ]

  /// Reads a body, as far as its form goes.
  package init(body: [UInt8]) throws(Problem) {
    let json = try Self.object(body)
    let kind = json["type"] ?? "container"
    guard let kind = kind.string, let arguments = json["arguments"]?.array,
      let workload = Workload(kind: kind, arguments: arguments)
    else {
      throw Problem(
        status: 422, detail: "expected type 'container' or 'native' and arguments as an array of strings")
    }
    guard let source = WorkloadSource(json: json) else {
      throw Problem(status: 422, detail: "environment and files are objects whose members are strings")
    }
    let callback = json["callback"] ?? ""
    guard let callback = callback.string else {
      throw Problem(status: 422, detail: "callback is not a string")
    }
    let service = json["service"] ?? ""
    guard let service = service.string else { throw Problem(status: 422, detail: "service is not a string") }
    if service.isEmpty && kind == "native" {
      throw Problem(status: 422, detail: "a native service is named by the member service")
    }
    self.init(service: service, workload: workload, callback: callback, source: source)
    if let attach = json["attach"] {
      guard let attach = attach.bool else {
        throw Problem(status: 422, detail: "expected attach as true or false")
      }
      isAttached = attach
    }
    constraints = try Self.constraints(json["constraints"])
    if let word = json["onHostLoss"] {
      guard let choice = OnHostLoss(rawValue: word.string ?? "") else {
        throw Problem(status: 422, detail: "onHostLoss is '\(word.string ?? "?")', expected restart or tell")
      }
      onHostLoss = choice
    }
    if let word = json["bound"] { bound = try Self.bound(word) }
    if let seconds = json["deadline"] { deadline = try Self.deadline(seconds) }
  }

  private static func object(_ body: [UInt8]) throws(Problem) -> JSON {
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(body)
    } catch {
      throw Problem(status: 400, detail: "the body is not JSON: \(error.description)")
    }
    guard let object = json.object else {
      throw Problem(status: 400, detail: "the body is not a JSON object")
    }
    for member in object.members where !members.contains(member.name) {
      throw Problem(status: 422, detail: "unknown member '\(member.name)'")
    }
    return json
  }

  /// What the run mostly waits for, by its name.
  package static func bound(_ json: JSON) throws(Problem) -> Requirements.Bound {
    guard let bound = Requirements.Bound(rawValue: json.string ?? "") else {
      throw Problem(status: 422, detail: "bound is '\(json.string ?? "?")', expected cpu, memory or network")
    }
    return bound
  }

  /// Seconds within which it should have ended.
  package static func deadline(_ json: JSON) throws(Problem) -> Int {
    guard let seconds = json.integer, (1...Run.deadlineLimit).contains(seconds) else {
      throw Problem(status: 422, detail: "expected deadline as whole seconds, 1 to \(Run.deadlineLimit)")
    }
    return Int(seconds)
  }

  private static func constraints(_ json: JSON?) throws(Problem) -> [Constraint] {
    guard let json else { return [] }
    guard let array = json.array else { throw Problem(status: 422, detail: "constraints is not an array") }
    var texts: [String] = []
    for item in array {
      guard let text = item.string else { throw Problem(status: 422, detail: "constraints are strings") }
      texts.append(text)
    }
    do throws(ConstraintError) {
      return try Constraint.parse(texts)
    } catch {
      throw Problem(status: 422, detail: error.description)
    }
  }
}
