/// An error as the API tells it (RFC 9457, "problem details").
package struct Problem: Error {
  /// HTTP status, 400...599.
  package var status: Int
  /// One sentence: what was wrong with this request, and what would be right.
  package var detail: String
  /// With 405: the methods that are possible (RFC 9110, 10.2.1); else empty.
  package var allow: String
  /// A member beside the usual ones (RFC 9457, 3.2); nil for none.
  package var extra: JSONMember?

  /// A problem, by default without methods and without a member of its own.
  package init(status: Int, detail: String, allow: String = "", extra: JSONMember? = nil) {
    self.status = status
    self.detail = detail
    self.allow = allow
    self.extra = extra
  }

  /// The answer: `application/problem+json` with `extra` among its members, and `Allow`.
  package var response: HTTPResponse {
    var body: JSONObject = [
      "detail": .string(detail), "status": .integer(Int64(status)), "title": .string(Self.title(status)),
      "type": "about:blank",
    ]
    if let extra { body[extra.name] = extra.value }
    var response = HTTPResponse(
      status: status, headers: HTTPHeaders([("Content-Type", "application/problem+json")]),
      body: JSON.object(body).encoded())
    if !allow.isEmpty { response.headers.add("Allow", allow) }
    return response
  }

  /// The status's registered phrase, as RFC 9457 4.2.1 wants it for "about:blank".
  private static func title(_ status: Int) -> String {
    switch status {
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 411: "Length Required"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 417: "Expectation Failed"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    case 507: "Insufficient Storage"
    default: status < 500 ? "Bad Request" : "Internal Server Error"
    }
  }
}
