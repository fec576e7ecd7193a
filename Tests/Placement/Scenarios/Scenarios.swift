import Scoring
import Simulation

/// Homes and loads on which ways to choose are compared: unlike and like boards, loads of 0.15 to 0.7, and what goes wrong.
enum Scenarios {
  static func all() throws -> [Scenario] {
    let home = try Homes()
    return unlike(home) + alike(home) + comings(home) + needs(home) + troubles(home)
  }

  private static func scenario(
    _ name: String, _ summary: String, _ boards: @escaping Homes.Boards, _ load: Load
  ) -> Scenario {
    Scenario(name, "\(summary), load \(load.share)", boards: boards) { load.jobs(for: $0, &$1) }
  }

  /// The plain ones.
  private static func unlike(_ home: Homes) -> [Scenario] {
    [0.15, 0.3, 0.5, 0.7].map {
      scenario("unlike \($0)", "seven boards of seven kinds", home(Homes.unlike), Load($0))
    }
      + [0.3, 0.7].map { scenario("arm \($0)", "five ARM boards", home(Homes.arm), Load($0)) }
      + [scenario("sixteen", "sixteen boards of eight kinds", home(Homes.sixteen), Load(0.5))]
  }

  private static func alike(_ home: Homes) -> [Scenario] {
    [0.3, 0.7].map {
      scenario("equal \($0)", "six Raspberry Pi 4", home(Homes.six("raspberry-pi-4")), Load($0))
    } + [scenario("pi3", "six Raspberry Pi 3 that heat up", home(Homes.six("raspberry-pi-3")), Load(0.5))]
  }

  /// Who is asked, when, and for how much.
  private static func comings(_ home: Homes) -> [Scenario] {
    let all = home(Homes.unlike)
    let bursts = Load(0.3).with { $0.coming = .bursts(14) }
    return [
      scenario("one hub", "the Raspberry Pi 4 is asked for all", all, Load(0.5).with { $0.origins = [3] }),
      scenario("bursts", "14 requests at an instant, of all nodes", all, bursts),
      scenario(
        "bursts at one", "14 requests at an instant, of one node", all, bursts.with { $0.origins = [3] }),
      scenario("evenly", "requests at equal distances", all, Load(0.5).with { $0.coming = .evenly }),
      scenario(
        "heavy tail", "few runs hold most of the work", all, Load(0.5).with { $0.length = .heavyTailed }),
      scenario("short", "runs of 4 s", all, Load(0.5).with { $0.mean = 4 }),
    ]
  }

  /// What runs need beside a core.
  private static func needs(_ home: Homes) -> [Scenario] {
    let all = home(Homes.unlike)
    let memory = Load(0.4).shaped { job, random in job.memory = Int64(random.between(30...300)) << 20 }
    let copiers = Load(0.4).shaped { job, random in
      let kind = random.unit()
      if kind < 0.3 {
        job.bound = .memory
      } else if kind < 0.5 {
        job.bound = .network
        job.work /= 4
      }
    }
    let threads = Load(0.4).shaped { job, random in if random.unit() < 0.33 { job.threads = 4 } }
    let images = Load(0.3).shaped { job, random in
      job.image = 1 + random.below(20)
      job.imageMebibytes = 20 + job.image * 9
      // Runs of one image are alike.
      job.service = "app-\(job.image)"
      job.work = random.lognormal(mean: 8 * Double(1 + job.image * 7 % 10), sigma: 0.4)
    }
    let furnished = home(Homes.unlike) { board, index, _ in
      for image in 1...20 where image % 7 == index || (image * 3 + 1) % 7 == index {
        board.images.append(image)
      }
    }
    return [
      scenario("memory", "runs of 30 to 300 MiB", all, memory),
      scenario("copiers", "runs that wait for memory, cores or network", all, copiers),
      scenario("threads", "a third of the runs keep four cores busy", all, threads),
      scenario("images", "20 images of 29 to 200 MiB, each on two boards", furnished, images),
    ]
  }

  /// What nodes do not know, and what goes wrong.
  private static func troubles(_ home: Homes) -> [Scenario] {
    let owned = home(Homes.unlike) { board, _, _ in board.background = (threads: 2, busy: 60, idle: 90) }
    let lying = home(Homes.unlike) { board, _, random in board.truth = random.between(0.5...1.5) }
    let all = home(Homes.unlike)
    var loss = scenario("loss", "a fifth of the heartbeats is lost", all, Load(0.5))
    loss.lossShare = 0.2
    var crashes = scenario(
      "crashes", "the three fastest boards die in turn", all, Load(0.3).with { $0.origins = [3] })
    crashes.crashes = [(5, 300.0), (4, 600), (6, 900)].map {
      Scenario.Crash(node: $0.0, at: $0.1, seconds: 120)
    }
    return [
      scenario("owners", "the boards' own programs come and go", owned, Load(0.3)),
      scenario("liars", "cores half to one and a half times as fast as told", lying, Load(0.4)),
      loss, crashes,
    ]
  }
}
