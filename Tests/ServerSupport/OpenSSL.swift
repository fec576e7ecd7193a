import Foundation
package import Mesh

/// Debian's openssl as a foreign counterpart; ended with the object.
package final class OpenSSL {
  private let process = Process()
  private let input = Pipe()
  private let file: URL

  package init(_ arguments: [String], key: SealKey, secret: [UInt8]? = nil, input text: String = "") throws {
    let identity = "hearth-" + String(String(Int(key.id) + 0x10000, radix: 16).dropFirst())
    let hex = (secret ?? key.tlsSecret).map { String(String(Int($0) + 0x100, radix: 16).dropFirst()) }
      .joined()
    file = URL(fileURLWithPath: NSTemporaryDirectory() + "hearth-openssl-" + UUID().uuidString)
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    let output = try FileHandle(forWritingTo: file)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments =
      arguments + [
        "-psk", hex, "-psk_identity", identity, "-tls1_2", "-cipher", "ECDHE-PSK-CHACHA20-POLY1305",
      ]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    input.fileHandleForWriting.write(Data(text.utf8))
  }

  package var output: String {
    (try? String(decoding: Data(contentsOf: file), as: UTF8.self)) ?? ""
  }

  package var isRunning: Bool {
    process.isRunning
  }

  package func closeInput() {
    try? input.fileHandleForWriting.close()
  }

  deinit {
    if process.isRunning { process.terminate() }
    try? FileManager.default.removeItem(at: file)
  }
}
