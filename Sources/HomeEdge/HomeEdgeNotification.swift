import Basics
import Containers
package import Orchestration
package import Wire

/// That a service has ended, as the node that ran it tells the one that asked (rule W11).
///
/// Where Home Edge itself asked, the run's callback is `home-edge://ADDRESS/NUMBER`: a scheme of our own, so that it is
/// journaled and repeated like any callback, and no client can name it.
package struct HomeEdgeNotification: Equatable {
  /// The asking node's number for the service. Home Edge reads it as a double, so it is at most 2^53.
  package var number: UInt64
  /// How it ended.
  package var status: Status

  /// Home Edge's words for an end.
  package enum Status: String {
    /// With exit code 0.
    case finished = "Finished"
    /// It could not be waited for, or is no container. A Hearth node says so of every failure.
    case failed = "Failed"
    /// With another exit code (B-19).
    case untold = ""
  }

  /// Where it is posted to; the number follows.
  package static let path = "/api/v1/servicemgr/services/notification/"
  static let numberLimit: UInt64 = 1 << 53

  /// The end of that service.
  package init(number: UInt64, status: Status) {
    self.number = number
    self.status = status
  }

  /// Words that are none of Home Edge's are taken for a failure.
  package init?(json: JSON) {
    guard let number = Self.number(json["ServiceID"]), let status = json["Status"]?.string else { return nil }
    self.init(number: number, status: Status(rawValue: status) ?? .failed)
  }

  /// What became of a run of ours there, as far as it is told.
  package var outcome: RunState {
    switch status {
    case .finished: .finished(exitCode: 0)
    case .failed: .failed(RunFailure(.exit, "Home Edge says that it failed, and tells no exit code"))
    case .untold: .failed(RunFailure(.exit, "Home Edge tells no exit code"))
    }
  }

  /// A whole number within 0...2^53, nil for anything else.
  package static func number(_ json: JSON?) -> UInt64? {
    guard let value = json?.integer, value >= 0, value <= numberLimit else { return nil }
    return UInt64(value)
  }

  /// The body as Home Edge writes it.
  package var json: JSON {
    ["ServiceID": .integer(Int64(clamping: number)), "Status": .string(status.rawValue)]
  }

  // MARK: - As a callback

  /// How such callbacks begin.
  package static let scheme = "home-edge://"

  /// The callback of a run that the node at that address asked for.
  package static func callback(address: String, number: UInt64) -> String {
    scheme + address + "/" + String(number)
  }

  /// Where and what to post at the end of a run; nil for a callback of another kind, or before the end.
  package static func post(for run: Run) -> (url: String, body: JSON)? {
    guard run.state.isFinal, let (address, number) = parse(run.callback) else { return nil }
    let notification = HomeEdgeNotification(
      number: number, status: run.state == .finished(exitCode: 0) ? .finished : .failed)
    let host = address.utf8.contains(UInt8(ascii: ":")) ? "[" + address + "]" : address
    return ("http://\(host):\(HomeEdgeInteroperation.port)\(path)\(number)", notification.json)
  }

  /// Whether the run was asked for by a Home Edge node.
  package static func isCallback(_ callback: String) -> Bool {
    parse(callback) != nil
  }

  private static func parse(_ callback: String) -> (address: String, number: UInt64)? {
    guard callback.begins(with: scheme) else { return nil }
    let rest = Array(callback.utf8.dropFirst(scheme.utf8.count))
    guard let slash = rest.lastIndex(of: UInt8(ascii: "/")),
      let number = UInt64(String(decoding: rest[(slash + 1)...], as: UTF8.self)), number <= numberLimit
    else { return nil }
    let address = String(decoding: rest[..<slash], as: UTF8.self)
    return OptionAddress.parse(address) == nil ? nil : (address, number)
  }
}

/// The number by which Home Edge knows a run of ours that it hosts: the run's 48 bits below five of the attempt, so
/// that nothing has to be remembered and an earlier attempt's end is not taken for this one's.
package struct HomeEdgeNumber: Equatable {
  /// Our run.
  package let run: RunID
  /// The attempt, modulo 32.
  package let attempt: UInt64

  /// nil above 53 bits, which no run of ours has.
  package init?(_ number: UInt64) {
    guard number < 1 << 53 else { return nil }
    run = RunID(random: number & 0xffff_ffff_ffff)
    attempt = number >> 48
  }

  /// The number of that attempt.
  package static func number(of run: RunID, attempt: Int) -> UInt64 {
    // A run's identifier is 12 hexadecimal digits.
    let low = UInt64(run.text, radix: 16) ?? 0
    return (UInt64(truncatingIfNeeded: attempt) & 31) << 48 | low & 0xffff_ffff_ffff
  }
}
