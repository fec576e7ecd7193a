import Basics
import Testing

@testable import Hardware
@testable import Readings
@testable import Sampling

@Suite struct StorageSpaceTests {
  @Test func howFullTheDisksAreIsReadEachFiveSecondsAndSaysWhen() throws {
    let tree = Tree()
    tree.makeFolder("state")
    let sampler = tree.sampled()
    for second in 1...4 {
      sampler.sample(at: seconds(second))
      guard case .value(_, let at) = sampler.snapshot.storage.state else { throw NoFixture(name: "state") }
      #expect(at == seconds(0))
    }
    sampler.sample(at: seconds(5))
    guard case .value(_, let at) = sampler.snapshot.storage.state else { throw NoFixture(name: "state") }
    #expect(at == seconds(5))
  }

  @Test func aFolderThatComesIsSeenWithinFiveSeconds() {
    let tree = Tree()
    let sampler = tree.sampled()
    #expect(sampler.snapshot.storage.state.value == nil)
    tree.makeFolder("state")
    for second in 1...5 { sampler.sample(at: seconds(second)) }
    #expect(sampler.snapshot.storage.state.value != nil)
  }
}
