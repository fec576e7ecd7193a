import Scoring
import Simulation

/// Homes and loads on which ways to choose are compared: unlike and like boards, loads of 0.15 to 0.7, and what goes wrong.
struct Scenarios {
  private let profiles: [Profile]

  init() throws {
    profiles = try Profiles().all
  }

  private func board(_ profile: String, _ name: String? = nil) -> SimulatedBoard {
    guard let found = profiles.first(where: { $0.name == profile }) else { fatalError("no profile \(profile)") }
    return SimulatedBoard(name: name ?? profile, profile: found)
  }

  private static let all = [
    "raspberry-pi-zero-2", "raspberry-pi-3", "orange-pi-3", "raspberry-pi-4", "hikey960", "raspberry-pi-5", "generic-x86-64",
  ]
  private static let arm = ["raspberry-pi-3", "raspberry-pi-3-plus", "orange-pi-3", "raspberry-pi-4", "hikey960"]

  private func home(_ names: [String], _ change: @escaping @Sendable (inout SimulatedBoard, Int, inout Randomness) -> Void = { _, _, _ in })
    -> @Sendable (inout Randomness) -> [SimulatedBoard]
  {
    let boards = names.enumerated().map { board($1, "\($1)-\($0 + 1)") }
    return { random in
      var boards = boards
      for index in boards.indices { change(&boards[index], index, &random) }
      return boards
    }
  }

  /// How requests come.
  enum Coming {
    case byChance
    /// So many at once.
    case bursts(Int)
    case evenly
  }

  /// How long they are.
  enum Length {
    case lognormal
    case heavyTailed
  }

  /// A load of so much of what all cores can do.
  static func load(
    _ share: Double, jobs: Int = 600, mean: Double = 40, coming: Coming = .byChance, length: Length = .lognormal,
    hubs: [Int]? = nil, shape: @escaping @Sendable (inout Job, inout Randomness) -> Void = { _, _ in }
  ) -> @Sendable ([SimulatedBoard], inout Randomness) -> [Job] {
    { boards, random in
      let capacity = boards.reduce(0) { $0 + $1.capacity } / Outlook.referenceSpeed
      let pause = mean / (capacity * share)
      var time = 0.0
      var list: [Job] = []
      for number in 0..<jobs {
        switch coming {
        case .byChance: time += random.exponential(mean: pause)
        case .bursts(let count): if number % count == 0 { time += random.exponential(mean: pause * Double(count)) }
        case .evenly: time += pause
        }
        let work =
          length == .lognormal
          ? random.lognormal(mean: mean, sigma: 1) : random.heavyTailed(mean: mean, shape: 1.5)
        let hub = hubs.map { $0[random.below($0.count)] } ?? random.below(boards.count)
        var job = Job(arrival: time, hub: hub, service: "job", work: max(work, 0.5))
        shape(&job, &random)
        list.append(job)
      }
      return list
    }
  }

  var list: [Scenario] {
    var list: [Scenario] = []
    for share in [0.15, 0.3, 0.5, 0.7] {
      list.append(Scenario("unlike \(share)", "seven boards of seven kinds, load \(share)", boards: home(Self.all), load: Self.load(share)))
    }
    for share in [0.3, 0.7] {
      list.append(Scenario("arm \(share)", "five ARM boards, load \(share)", boards: home(Self.arm), load: Self.load(share)))
      list.append(
        Scenario(
          "equal \(share)", "six Raspberry Pi 4, load \(share)", boards: home(Array(repeating: "raspberry-pi-4", count: 6)),
          load: Self.load(share)))
    }
    list.append(
      Scenario(
        "pi3 0.5", "six Raspberry Pi 3 that heat up, load 0.5", boards: home(Array(repeating: "raspberry-pi-3", count: 6)),
        load: Self.load(0.5)))
    list.append(
      Scenario("one hub", "all requests come to the Raspberry Pi 4, load 0.5", boards: home(Self.all), load: Self.load(0.5, hubs: [3])))
    list.append(
      Scenario("bursts", "14 requests at the same instant, to all nodes, load 0.3", boards: home(Self.all), load: Self.load(0.3, coming: .bursts(14))))
    list.append(
      Scenario("bursts at one", "14 requests at the same instant, to one node, load 0.3", boards: home(Self.all), load: Self.load(0.3, coming: .bursts(14), hubs: [3])))
    list.append(
      Scenario("evenly", "a request each few seconds, load 0.5", boards: home(Self.all), load: Self.load(0.5, coming: .evenly)))
    list.append(
      Scenario("heavy tail", "few runs hold most of the work, load 0.5", boards: home(Self.all), load: Self.load(0.5, length: .heavyTailed)))
    list.append(
      Scenario("short", "runs of 4 s, load 0.5", boards: home(Self.all), load: Self.load(0.5, mean: 4)))
    list.append(
      Scenario(
        "owners", "the boards' own programs come and go, load 0.3",
        boards: home(Self.all) { board, _, _ in board.background = (threads: 2, busy: 60, idle: 90) }, load: Self.load(0.3)))
    list.append(
      Scenario(
        "memory", "runs of 30 to 300 MiB, load 0.4", boards: home(Self.all),
        load: Self.load(0.4) { job, random in job.memory = Int64(random.between(30...300)) << 20 }))
    list.append(
      Scenario(
        "copiers", "runs that wait for memory, cores and network, load 0.4", boards: home(Self.all),
        load: Self.load(0.4) { job, random in
          let kind = random.unit()
          if kind < 0.3 {
            job.bound = .memory
          } else if kind < 0.5 {
            job.bound = .network
            job.work /= 4
          }
        }))
    list.append(
      Scenario(
        "images", "20 images of 20 to 200 MiB, each on two boards, load 0.3",
        boards: home(Self.all) { board, index, _ in
          for image in 1...20 where image % 7 == index || (image * 3 + 1) % 7 == index { board.images.append(image) }
        },
        load: Self.load(0.3) { job, random in
          job.image = 1 + random.below(20)
          job.imageMebibytes = 20 + job.image * 9
          // Runs of one image are alike.
          job.service = "app-\(job.image)"
          job.work = random.lognormal(mean: 8 * Double(1 + job.image * 7 % 10), sigma: 0.4)
        }))
    list.append(
      Scenario(
        "threads", "a third of the runs keep four cores busy, load 0.4", boards: home(Self.all),
        load: Self.load(0.4) { job, random in if random.unit() < 0.33 { job.threads = 4 } }))
    var lossy = Scenario("loss", "a fifth of the heartbeats is lost, load 0.5", boards: home(Self.all), load: Self.load(0.5))
    lossy.lossShare = 0.2
    list.append(lossy)
    list.append(
      Scenario(
        "liars", "cores half to one and a half times as fast as their profiles say, load 0.4",
        boards: home(Self.all) { board, _, random in board.truth = random.between(0.5...1.5) }, load: Self.load(0.4)))
    var crashing = Scenario(
      "crashes", "the three fastest boards die in turn, load 0.3", boards: home(Self.all), load: Self.load(0.3, hubs: [3]))
    crashing.crashes = [
      Scenario.Crash(node: 5, at: 300, seconds: 120), Scenario.Crash(node: 4, at: 600, seconds: 120),
      Scenario.Crash(node: 6, at: 900, seconds: 120),
    ]
    list.append(crashing)
    list.append(
      Scenario(
        "sixteen", "sixteen boards of all kinds, load 0.5", boards: home(Self.all + Self.arm + ["raspberry-pi-4", "raspberry-pi-4", "raspberry-pi-3", "raspberry-pi-3"]),
        load: Self.load(0.5)))
    return list
  }
}
