internal import CLinux
import Foundation
package import Platform

/// A client that sends bytes as they are, and notes what comes back.
package final class RawClient: Watcher {
  private let descriptor: Int32
  private let loop: EventLoop
  package private(set) var received: [UInt8] = []
  package private(set) var isClosed = false

  package init(_ bytes: [UInt8], to address: SocketAddress, loop: EventLoop) throws {
    self.loop = loop
    descriptor = try Socket.connect(to: address, blocking: true)
    super.init()
    send(bytes)
    try loop.watch(descriptor, for: clinux_in, self)
  }

  package func send(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes { Socket.write(descriptor, $0) }
  }

  /// Sends what the kernel takes now; how much that was.
  package func sendWhatFits(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBytes {
      max(0, CLinux.send(descriptor, $0.baseAddress, $0.count, clinux_nosignal | Int32(MSG_DONTWAIT)))
    }
  }

  package override func ready(_ events: UInt32) {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      if case .bytes(let count) = Socket.read(descriptor, into: buffer) {
        received += buffer[..<count]
      } else {
        isClosed = true
        loop.unwatch(descriptor)
      }
    }
  }

  deinit {
    close(descriptor)
  }
}
