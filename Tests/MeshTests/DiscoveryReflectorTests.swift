import Basics
import Mesh
import Testing
import Wire

/// Behind a reflector: it passes records from one network to another as answers to what somebody there has asked, and drops
/// what queries carry beside their questions. A Hearth node is known as one all the same.
@Suite struct DiscoveryReflectorTests {
  private let other = OtherNode()
  private var mark: DNSRecord {
    DNSRecord(name: Names.subtype, ttl: 3200, data: .pointer(other.instance))
  }
  private let markQuestion = DNSQuestion(name: Names.subtype, type: .ptr)

  private func markQuestions(_ device: DiscoveryDevice) -> [Instant] {
    device.sent.filter { $0.message.questions.contains(markQuestion) }.map(\.at)
  }

  /// What a reflector that goes by questions passes on: the answers, and nothing beside them.
  private func reflect(_ device: DiscoveryDevice, isHearth: Bool = true) {
    let asked = device.sent.flatMap(\.message.questions)
    device.clear()
    var answers: [DNSRecord] = []
    for record in [other.pointer, other.service, other.text, other.addressRecord] + (isHearth ? [mark] : [])
    where asked.contains(where: { $0.name == record.name && ($0.type == record.type || $0.type == .any) }) {
      answers.append(record)
    }
    if !answers.isEmpty { device.receive(DNSMessage(flags: 0x8400, answers: answers)) }
  }

  @Test func aHearthNodeOfWhichOnlyWhatIsAskedForIsHeardIsKnownAsOne() {
    let device = DiscoveryDevice()
    for _ in 0..<100 {
      device.run(.milliseconds(50))
      reflect(device)
    }
    #expect(device.discovery.peers.map(\.kind) == [.hearth])
  }

  @Test func oneThatIsHeardWithoutItsMarkIsAskedForItAtOnce() {
    let device = DiscoveryDevice.settled()
    device.receive(other.announcement)
    #expect(device.discovery.peers.map(\.kind) == [.homeEdge])
    device.run(.milliseconds(150))
    #expect(markQuestions(device).count == 1)
    device.clear()
    device.receive(DNSMessage(flags: 0x8400, answers: [mark]))
    #expect(device.news.count == 1 && device.discovery.peers.map(\.kind) == [.hearth])
    device.run(.seconds(100))
    #expect(markQuestions(device).isEmpty, "and not once it is known")
  }

  @Test func lossOfTheFirstAnswersDoesNotHideIt() {
    let device = DiscoveryDevice.settled()
    device.receive(other.announcement)
    device.run(.milliseconds(2500))
    #expect(markQuestions(device).count == 2)
    reflect(device)
    #expect(device.discovery.peers.map(\.kind) == [.hearth])
  }

  @Test func aNodeOfHomeEdgeIsAskedForItThreeTimesAndNoMore() {
    let device = DiscoveryDevice.settled()
    for _ in 0..<60 {
      device.receive(other.advertise)
      device.run(.seconds(60))
    }
    #expect(markQuestions(device).count == 3)
    #expect(device.discovery.peers.map(\.kind) == [.homeEdge])
    // One that comes back after it was lost is another one, perhaps.
    device.run(.seconds(4000))
    device.clear()
    device.receive(other.announcement)
    device.run(.seconds(10))
    #expect(markQuestions(device).count == 3)
  }

  @Test func ofManyNodesThatMissTheMarkOneAsksForAll() {
    let device = DiscoveryDevice.settled()
    for number in 0..<40 { device.receive(OtherNode(uuid: "peer-\(number)").announcement) }
    device.run(.seconds(10))
    #expect(markQuestions(device).count <= 5)
    // Another's question counts as ours.
    let second = DiscoveryDevice.settled()
    second.receive(other.announcement)
    second.receive(DNSMessage(flags: 0, questions: [markQuestion]), from: DNSAddress(192, 168, 1, 60))
    second.run(.milliseconds(200))
    #expect(markQuestions(second).isEmpty)
  }

  @Test func theMarkIsAnsweredWithAllThatIsNeeded() throws {
    let device = DiscoveryDevice.settled()
    device.receive(DNSMessage(flags: 0, questions: [markQuestion]))
    device.run(.milliseconds(150))
    let answer = try #require(device.multicasts.first).message
    #expect(answer.answers.first { $0.name == Names.subtype }?.data == .pointer(device.instance))
    #expect(Set(answer.records.map(\.type)).isSuperset(of: [.srv, .txt, .a]))
  }
}
