import Foundation
import Testing

/// As much of JSON Schema as docs/openapi.json uses.
struct Schemas {
  let document: Value

  /// What does not fit, each with its place.
  func faults(of any: Any?, against schema: Value, at place: String = "$") -> [String] {
    if let reference = schema["$ref"].string {
      let name = reference.split(separator: "/").last.map { String($0) } ?? ""
      let target = document["components"]["schemas"][name]
      return target.exists ? faults(of: any, against: target, at: place) : ["\(reference) is not there"]
    }
    if let constant = schema["const"].string, any as? String != constant {
      return ["\(place) is not \(constant)"]
    }
    let choices = schema["enum"].array.compactMap { $0.string }
    if !choices.isEmpty, !choices.contains(any as? String ?? "\u{0}") {
      return ["\(place) is none of \(choices)"]
    }
    let types = schema["type"].string.map { [$0] } ?? schema["type"].array.compactMap { $0.string }
    if !types.isEmpty, !types.contains(where: { isOf($0, any) }) { return ["\(place) is not \(types)"] }
    if let pattern = schema["pattern"].string, let text = any as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      return ["\(place) does not match \(pattern)"]
    }
    var found: [String] = []
    if let object = any as? [String: Any] {
      for name in schema["required"].array.compactMap({ $0.string }) where object[name] == nil {
        found.append("\(place) has no \(name)")
      }
      for (name, value) in object {
        let member = schema["properties"][name]
        if member.exists {
          found += faults(of: value, against: member, at: "\(place).\(name)")
        } else if schema["additionalProperties"].any as? Bool == false {
          found.append("\(place) has an unknown \(name)")
        }
      }
    }
    for (index, item) in (any as? [Any] ?? []).enumerated() {
      found += faults(of: item, against: schema["items"], at: "\(place)[\(index)]")
    }
    return found
  }

  private func isOf(_ type: String, _ any: Any?) -> Bool {
    switch type {
    case "object": any is [String: Any]
    case "array": any is [Any]
    case "string": any is String
    case "integer": (any as? NSNumber).map { $0.doubleValue == Double($0.int64Value) } ?? false
    case "null": any is NSNull
    default: any is NSNumber
    }
  }
}

/// docs/openapi.json says what the agent does.
@Suite(.enabled(if: Lab.hasEngine, "no Docker Engine"))
struct OpenApiTests {
  static func document() throws -> Value {
    let bytes = try Data(contentsOf: Foundation.URL(fileURLWithPath: Lab.house + "/docs/openapi.json"))
    return Value(try JSONSerialization.jsonObject(with: bytes))
  }

  private static let run = ["--network", "none", "busybox", "true"]

  /// A call: its method and path, that of the document where it is another, its body and the answer's status.
  private typealias Call = (method: String, path: String, described: String, body: String?, status: Int)

  @Test func everyAnswerFitsItsDescription() throws {
    let schemas = Schemas(document: try Self.document())
    try Agent.with { agent in
      let id = try agent.submit(["--network", "none", "busybox", "sleep", "60"], more: #""service":"nap","#)
      try agent.await(id, state: "running")
      let failed = try agent.submit(["--network", "none", "busybox", "/none"])
      _ = try agent.end(of: failed)
      var seen: Set<String> = []
      for call in Self.calls(id, failed) {
        if let described = try Self.check(call, of: agent, schemas) { seen.insert(described) }
      }
      Self.expectAllIsSeen(seen, schemas)
    }
  }

  /// - Parameters:
  ///   - id: a run that is running.
  ///   - failed: one that could not start.
  private static func calls(_ id: String, _ failed: String) -> [Call] {
    let body = #"{"arguments":\#(Agent.json(run)),"callback":"http://127.0.0.1:9/"}"#
    let native = #"{"arguments":[],"type":"native","service":"none"}"#
    return [
      ("GET", "/api/v1/ping", "/api/v1/ping", nil, 200),
      ("POST", "/api/v1/ping", "/api/v1/ping", "", 405),
      ("POST", "/api/v1/orchestration/services", "", #"{"ServiceName":"a","ServiceInfo":[]}"#, 200),
      ("POST", "/api/v1/orchestration/services", "", "{}", 200),
      ("POST", "/api/v1/orchestration/services", "", "[]", 503),
      ("GET", "/api/v1/orchestration/services", "", nil, 405),
      ("GET", "/api/v2/node", "", nil, 200), ("PUT", "/api/v2/node", "", "", 405),
      ("PUT", "/api/v2/node/drained", "", #"{"drained":false}"#, 200),
      ("PUT", "/api/v2/node/drained", "", #"{"drained":1}"#, 422),
      ("GET", "/api/v2/node/drained", "", nil, 405),
      ("GET", "/api/v2/runs", "", nil, 200), ("GET", "/api/v2/runs?active=x", "/api/v2/runs", nil, 400),
      ("POST", "/api/v2/runs", "", body, 201), ("POST", "/api/v2/runs", "", "x", 400),
      ("POST", "/api/v2/runs", "", "{}", 422), ("POST", "/api/v2/runs", "", native, 404),
      ("GET", "/api/v2/runs/\(id)", "/api/v2/runs/{id}", nil, 200),
      ("GET", "/api/v2/runs/\(failed)", "/api/v2/runs/{id}", nil, 200),
      ("GET", "/api/v2/runs/none", "/api/v2/runs/{id}", nil, 404),
      ("PUT", "/api/v2/runs/\(id)", "/api/v2/runs/{id}", "", 405),
      ("GET", "/api/v2/runs/\(id)/logs", "/api/v2/runs/{id}/logs", nil, 200),
      ("GET", "/api/v2/runs/\(id)/logs?follow=x", "/api/v2/runs/{id}/logs", nil, 400),
      ("GET", "/api/v2/runs/none/logs", "/api/v2/runs/{id}/logs", nil, 404),
      ("PUT", "/api/v2/runs/\(id)/logs", "/api/v2/runs/{id}/logs", "", 405),
      ("GET", "/api/v2/events?run=\(failed)", "/api/v2/events", nil, 200),
      ("GET", "/api/v2/events?run=none", "/api/v2/events", nil, 404),
      ("PUT", "/api/v2/events", "", "", 405),
      ("GET", "/api/v2/nodes", "", nil, 200),
      ("POST", "/api/v2/nodes", "", "", 405),
      ("GET", "/api/v2/runs/\(id)/placement", "/api/v2/runs/{id}/placement", nil, 200),
      ("GET", "/api/v2/runs/none/placement", "/api/v2/runs/{id}/placement", nil, 404),
      ("POST", "/api/v2/runs/\(id)/placement", "/api/v2/runs/{id}/placement", "", 405),
      ("DELETE", "/api/v2/runs/\(id)", "/api/v2/runs/{id}", nil, 202),
      ("DELETE", "/api/v2/runs/\(failed)", "/api/v2/runs/{id}", nil, 200),
      ("DELETE", "/api/v2/runs/none", "/api/v2/runs/{id}", nil, 404),
    ]
  }

  /// - Returns: path and status as they are described, nil where they are not.
  private static func check(_ call: Call, of agent: Agent, _ schemas: Schemas) throws -> String? {
    let (method, path, described, body, status) = call
    let answer = try agent.call(method, path, body)
    #expect(answer.status == status, "\(method) \(path): \(answer.text)")
    let item = schemas.document["paths"][described.isEmpty ? path : described]
    #expect(item.exists, "\(path) is not described")
    // A method that is not possible is described with those that are.
    let own = item[method.lowercased()]
    let operations = own.exists ? [own] : item.members.values.map { Value($0) }
    let response = operations.map { $0["responses"]["\(status)"] }.first { $0.exists }
    guard let response else {
      Issue.record("\(method) \(path) with \(status) is not described")
      return nil
    }
    let type = answer["Content-Type"]?.split(separator: ";").first.map { String($0) } ?? ""
    let schema = response["content"][type]["schema"]
    if schema.exists, type.hasSuffix("json") {
      #expect(schemas.faults(of: answer.json.any, against: schema) == [], "\(method) \(path)")
    }
    return "\(described.isEmpty ? path : described) \(status)"
  }

  private static func expectAllIsSeen(_ seen: Set<String>, _ schemas: Schemas) {
    // Those not seen here have tests of their own: other hosts, web pages, the missing Engine, the full disk.
    // Those with servers of their own are for other nodes; HomeEdgeHomeTests has them.
    for (path, item) in schemas.document["paths"].members where !Value(item)["servers"].exists {
      for operation in Value(item).members.values {
        for status in Value(operation)["responses"].members.keys
        where !["403", "406", "409", "507"].contains(status) {
          let isElsewhere =
            path == "/api/v2/runs" && status == "405"
            || status == "503" && path != "/api/v1/orchestration/services"
          #expect(isElsewhere || seen.contains("\(path) \(status)"), "\(path) \(status) was not seen")
        }
      }
    }
  }
}
