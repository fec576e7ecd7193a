import Testing
import Wire

/// Packets as people caught them, from reports about other programs that lost all of such a packet.
@Suite struct DNSReportTests {
  private static func bytes(_ text: String) -> [UInt8] {
    let digits = text.utf8.map { UInt8($0 <= 57 ? $0 - 48 : $0 - 87) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }

  /// home-assistant/core#53937: an Android TV, of which a repeater has moved the pointers within NSEC records.
  private static let television = bytes(
    "000084000000000b000000000a54562042656e6564656e105f616e64726f6964747672656d6f7465045f746370056c6f"
      + "63616c00001080010000119400151462743d44383a31333a39393a41433a39383a463109416e64726f69642d32c02d00"
      + "2f8001000000780008c09800044000000801300146013801390143014101450146014601460139013901330131014101"
      + "440130013001300130013001300130013001300130013001300130013001380145014603697036046172706100002f80"
      + "01000000780006c0cd0002000803313030023838033136380331393207696e2d61646472c0b5002f8001000000780006"
      + "c0a400020008c00c002f8001000011940009c00c00050000800040c05300018001000000780004c0a85864c071000c80"
      + "01000000780002c053c0cb000c8001000000780002c053c00c00218001000000780008000000001942c053c017000c00"
      + "01000011940002c00c095f7365727669636573075f646e732d7364045f756470c02d000c0001000011940002c017")

  /// python-zeroconf/python-zeroconf#1326: the windows of an NSEC record written as 16 bits.
  private static let wideWindows = bytes(
    "000080000000000100000000136575667920486f6d6542617365322d32343634045f686170045f746370056c6f63616c"
      + "00002f8001000011940009c00c00050000800040")

  /// python-zeroconf/python-zeroconf#993: what a device encrypted, sent to port 5353.
  private static let encrypted = bytes(
    "5c2e3e767e325a176b145965732f42314443205c4860496a243a73127162724e4a304449621e604e333933266875572c"
      + "38773114")

  @Test func aTelevisionWhoseDenialsPointForwardIsStillFound() throws {
    let message = try DNSMessage(decoding: Self.television)
    let instance = try #require(
      DNSName(labels: ["TV Beneden", "_androidtvremote", "_tcp", "local"].map { Array($0.utf8) }))
    let host = try #require(DNSName("Android-2.local"))
    #expect(
      message.answers.contains {
        $0.name == instance && $0.data == .service(DNSService(port: 6466, target: host))
      })
    #expect(
      message.answers.contains { $0.name == host && $0.data == .address(DNSAddress(192, 168, 88, 100)) })
    #expect(message.answers.contains { $0.name == instance && $0.type == .txt })
    #expect(message.answers.count == 8, "of 11, three are of no name or deny none")
  }

  @Test func aDenialThatIsNoneIsLeftOut() throws {
    // Window 0 of 5 bytes, as it should be.
    #expect(try DNSMessage(decoding: Self.wideWindows).answers.first?.type == .nsec)
    var wrong = Self.wideWindows
    wrong.replaceSubrange((wrong.count - 7)..., with: [0, 0, 0, 5, 0, 0, 0x80])
    #expect(try DNSMessage(decoding: wrong).answers.isEmpty)
  }

  @Test func whatIsNoMessageIsRefusedAndAnEmptyOneSaysNothing() throws {
    #expect(throws: DNSError.self) { try DNSMessage(decoding: Self.encrypted) }
    // SpiderLabs/Responder#49.
    #expect(try DNSMessage(decoding: [0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == DNSMessage(flags: 0x8400))
  }
}
