internal import CLinux
import Testing

@testable import Basics
@testable import Hardware
@testable import Readings
@testable import Sampling

/// What a steady sampler costs on this machine.
@Suite(.serialized) struct SteadyTests {
  private func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Other tests run on other threads of the same process and share the allocator, so one lucky round of several must
  /// show no growth at all. It shows that nothing is kept; that nothing is allocated and freed again is what a run of
  /// the shipping program under a counting allocator shows.
  @Test func samplesOfThisMachineKeepNoMemory() {
    let sampler = Sampler(root: "/", statePath: "/tmp", enginePath: "/var")
    for second in 0..<100 { sampler.sample(at: seconds(second)) }
    var smallest = Int.max
    // A round is short, so that one of them has the allocator to itself, but has a scan in it.
    let length = Sampler.samplesPerScan + 1
    for round in 0..<200 {
      let before = clinux_allocated_bytes()
      for second in 0..<length { sampler.sample(at: seconds(100 + round * length + second)) }
      let after = clinux_allocated_bytes()
      let growth = after - before
      smallest = min(smallest, abs(growth))
      if smallest == 0 { break }
    }
    #expect(smallest == 0)
  }

  @Test func aSampleCostsLittleProcessorTime() {
    let sampler = Sampler(root: "/", statePath: "/tmp", enginePath: "/var")
    for second in 0..<10 { sampler.sample(at: seconds(second)) }
    let start = cpuTime()
    for second in 10..<210 { sampler.sample(at: seconds(second)) }
    let each = (cpuTime() - start) / 200
    print("processor time of a sample in this build: \(each * 1e6) µs")
    #expect(each < 0.005, "a debug build is slow, but not that slow")
  }
}
