import Foundation
import Testing

@testable import Agent

/// What the tables of routes find, and that docs/openapi.json describes just those of them that are not between nodes.
@Suite struct RouteTableTests {
  /// `METHOD path` of each route.
  private func named<API>(_ table: RouteTable<API>) -> Set<String> {
    Set(table.routes.map { $0.method + " " + $0.path })
  }

  /// `METHOD path` of what docs/openapi.json describes: of the servers named there, or of 56001.
  private func described(hasServers: Bool) throws -> Set<String> {
    let house = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let bytes = try Data(contentsOf: house.appendingPathComponent("docs/openapi.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    let paths = try #require(document["paths"] as? [String: [String: Any]])
    var found: Set<String> = []
    for (path, item) in paths where (item["servers"] != nil) == hasServers {
      for method in ["get", "put", "post", "delete", "head", "options", "patch"] where item[method] != nil {
        found.insert(method.uppercased() + " " + path)
      }
    }
    return found
  }

  @Test func theRoutesForProgramsAreJustTheDescribedOnes() throws {
    let described = try described(hasServers: false)
    #expect(named(ApiRoutes.table).union(named(HomeEdgeRoutes.table)) == described)
    #expect(described.count >= 12)
  }

  @Test func theRoutesForNodesOfHomeEdgeAreJustTheDescribedOnes() throws {
    // Their ping is described with that of 56001, which is the same.
    let described = try described(hasServers: true).union(["GET /api/v1/ping"])
    #expect(named(HomeEdgeNodeRoutes.table) == described)
    #expect(described.count >= 7)
  }

  @Test func noRouteIsThereTwice() {
    #expect(named(ApiRoutes.table).count == ApiRoutes.table.routes.count)
    #expect(named(HostedRoutes.table).count == HostedRoutes.table.routes.count)
    #expect(named(HomeEdgeRoutes.table).count == HomeEdgeRoutes.table.routes.count)
    #expect(named(HomeEdgeNodeRoutes.table).count == HomeEdgeNodeRoutes.table.routes.count)
  }

  /// The path of the route that is found and its word; `405 ALLOW`; 404.
  private func find<API>(_ table: RouteTable<API>, _ method: String, _ path: String) -> String {
    switch table.find(method, path) {
    case .route(let route, let word): route.method + " " + route.path + (word.isEmpty ? "" : " " + word)
    case .otherMethods(let allow): "405 " + allow
    case .nothing: "404"
    }
  }

  @Test(arguments: [
    ("GET", "/api/v2/node", "GET /api/v2/node"), ("HEAD", "/api/v2/nodes", "GET /api/v2/nodes"),
    ("DELETE", "/api/v2/runs/a1", "DELETE /api/v2/runs/{id} a1"),
    ("HEAD", "/api/v2/runs/a1/logs", "GET /api/v2/runs/{id}/logs a1"),
    ("GET", "/api/v2//runs/", "GET /api/v2/runs"),
    // Names as HTTPRequest leaves them: what was escaped in one segment stays in it.
    ("GET", "/api/v2/runs/a%2Flogs", "GET /api/v2/runs/{id} a/logs"),
    ("DELETE", "/api/v2/runs/100%25 ?x", "DELETE /api/v2/runs/{id} 100% ?x"),
    ("GET", "/api/v2/runs/%252F/logs", "GET /api/v2/runs/{id}/logs %2F"),
    ("POST", "/api/v2/node", "405 GET, HEAD"), ("PUT", "/api/v2/runs", "405 GET, HEAD, POST"),
    ("PUT", "/api/v2/runs/a1", "405 GET, HEAD, DELETE"), ("get", "/api/v2/events", "405 GET, HEAD"),
    ("HEAD", "/api/v2/node/drained", "405 PUT"), ("POST", "/api/v2/runs/a1/placement", "405 GET, HEAD"),
    ("GET", "/api/v2/node/score", "404"), ("GET", "/api/v2/runs/a1/logs/2", "404"),
    ("GET", "/api/v2/", "404"),
    ("GET", "/api/v1/node", "404"), ("GET", "", "404"),
  ])
  func aClientFindsItsRoute(method: String, path: String, found: String) {
    #expect(find(ApiRoutes.table, method, path) == found)
  }

  @Test(arguments: [
    ("GET", "/api/v2/hosted/events", "GET /api/v2/hosted/events"),
    ("PUT", "/api/v2/hosted/a1", "PUT /api/v2/hosted/{run} a1"),
    ("PUT", "/api/v2/hosted/a1/commit", "PUT /api/v2/hosted/{run}/commit a1"),
    ("HEAD", "/api/v2/node", "405 GET"), ("GET", "/api/v2/runs", "404"),
  ])
  func aNodeFindsItsRoute(method: String, path: String, found: String) {
    #expect(find(HostedRoutes.table, method, path) == found)
  }

  @Test(arguments: [
    ("HEAD", "/api/v1/ping", "GET /api/v1/ping"), ("POST", "/api/v1/ping", "405 GET, HEAD"),
    ("HEAD", "/api/v1/orchestration/services", "405 POST"), ("GET", "/api/v1//ping", "404"),
    ("GET", "/api/v1/ping/", "404"),
  ])
  func aClientOfHomeEdgeFindsItsRoute(method: String, path: String, found: String) {
    #expect(find(HomeEdgeRoutes.table, method, path) == found)
  }
}
