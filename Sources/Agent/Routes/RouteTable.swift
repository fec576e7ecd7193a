import Basics
import HTTPServer
import Wire

/// The routes of one API: which methods its paths have, and what answers them.
struct RouteTable<API> {
  struct Route {
    let method: String
    /// As docs/openapi.json has it: a word in braces stands for any one word.
    let path: String
    let answer: (API) -> (RoutedRequest) throws(Problem) -> Void
    fileprivate let words: [String]

    init(
      _ method: String, _ path: String, _ answer: @escaping (API) -> (RoutedRequest) throws(Problem) -> Void
    ) {
      self.method = method
      self.path = path
      self.answer = answer
      words = path.pieces(at: "/")
    }

    /// Answers with the problem where the route throws one.
    func serve(_ api: API, _ routed: RoutedRequest) {
      do throws(Problem) {
        try answer(api)(routed)
      } catch {
        routed.connection.respond(error.response)
      }
    }

    /// What stands in the path for the word in braces, empty without such a word; nil where it is another path.
    fileprivate func match(_ path: [String]) -> String? {
      guard path.count == words.count else { return nil }
      var found = ""
      for (word, expected) in zip(path, words) {
        if expected.utf8.first == UInt8(ascii: "{") {
          found = HTTPURL.percentDecoded(word) ?? word
        } else if word != expected {
          return nil
        }
      }
      return found
    }
  }

  enum Finding {
    case route(Route, word: String)
    /// The path has these methods only, as `Allow` lists them (RFC 9110, 10.2.1).
    case otherMethods(allow: String)
    case nothing
  }

  let routes: [Route]
  private let answersHead: Bool
  private let isExact: Bool

  /// - Parameters:
  ///   - answersHead: whether HEAD is answered as GET is (RFC 9110, 9.3.2).
  ///   - isExact: whether a path with `//` or a `/` behind it is another path.
  init(answersHead: Bool = false, isExact: Bool = false, _ routes: [Route]) {
    self.routes = routes
    self.answersHead = answersHead
    self.isExact = isExact
  }

  func find(_ method: String, _ path: String) -> Finding {
    let method = answersHead && method == "HEAD" ? "GET" : method
    let words = isExact ? path.pieces(at: "/") : [""] + path.words(at: "/")
    var allow = ""
    for route in routes {
      guard let word = route.match(words) else { continue }
      if route.method == method { return .route(route, word: word) }
      allow += (allow.isEmpty ? "" : ", ") + route.method
      if answersHead && route.method == "GET" { allow += ", HEAD" }
    }
    return allow.isEmpty ? .nothing : .otherMethods(allow: allow)
  }
}

/// A request that has found its route.
struct RoutedRequest {
  let request: HTTPRequest
  /// What stands in its path where the route has a word in braces.
  let word: String
  let connection: ServerConnection

  func answer(_ json: JSON, status: Int = 200) {
    connection.respond(HTTPResponse(status: status, json: json))
  }

  func answer(status: Int) {
    connection.respond(HTTPResponse(status: status))
  }
}

extension HTTPResponse {
  init(status: Int, json: JSON) {
    self.init(
      status: status, headers: HTTPHeaders([("Content-Type", "application/json")]), body: json.encoded())
  }
}
