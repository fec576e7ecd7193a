import Basics
internal import CLinux
internal import Hardware
internal import Readings
internal import Sampling
internal import Scoring
internal import Wire

/// Where `Tests/lab/checks/portable` puts the captured trees of `/proc` and `/sys`, and one of its own to damage.
private let trees = ".lab/portable/trees"
private let damaged = ".lab/portable/damaged"

func scoringSections(_ sections: inout [Section]) {
  guard let profiles = try? Profiles() else {
    var section = Section("profiles")
    section.show("unreadable")
    return sections.append(section)
  }
  sections.append(treeSection(profiles))
  sections.append(damagedSection(profiles))
  sections.append(profileSection())
}

/// Reads a tree twice, a second apart, and says what was made of it.
private func result(of root: String, _ profiles: Profiles) -> String {
  let sampler = Sampler(root: root, statePath: "/none", enginePath: "/none")
  sampler.sample(at: Instant(nanoseconds: 5_000_000_000_000_000_000))
  sampler.sample(at: Instant(nanoseconds: 5_000_000_001_000_000_000))
  var snapshot = sampler.snapshot
  // The program's own architecture, which differs.
  snapshot.board.architecture = "arm64"
  let match = profiles.match(snapshot.board)
  let score = Score(of: snapshot, profile: match.profile)
  var text = "\(match.profile.name) by \(match.rule.rawValue): \(score.value)"
  for term in score.terms {
    text += ", \(term.kind.rawValue) \(term.value) \(term.factor) \(term.source.isMeasured)"
  }
  text += ", \(snapshot.processors.cores.count) cores, \(snapshot.network.interfaces.count) interfaces"
  for chip in snapshot.hwmon.chips {
    for sensor in chip.sensors { text += " \(chip.name) \(sensor.number) \(sensor.value.value ?? -1)" }
  }
  for zone in snapshot.thermal.zones { text += " \(zone.type) \(zone.temperature.value ?? -1)" }
  for interface in snapshot.network.interfaces { text += " \(interface.name) \(interface.speed.value ?? -1)" }
  return text
}

private func treeSection(_ profiles: Profiles) -> Section {
  var section = Section("trees")
  for name in contents(of: trees + "/names").split(separator: 10) {
    let name = String(decoding: name, as: UTF8.self)
    section.show(name + ": " + result(of: trees + "/" + name, profiles))
  }
  return section
}

/// A Raspberry Pi's tree in which one file at a time says something else.
private func damagedSection(_ profiles: Profiles) -> Section {
  var section = Section("damaged trees")
  var seed: UInt64 = 60
  for path in contents(of: damaged + "/names").split(separator: 10) {
    let path = damaged + "/root/" + String(decoding: path, as: UTF8.self)
    let whole = contents(of: path)
    seed += 1
    var mutations = Mutations(of: [whole], seed: seed)
    for _ in 0..<8 {
      replace(path, with: mutations.next())
      section.add(result(of: damaged + "/root", profiles))
    }
    replace(path, with: whole)
  }
  return section
}

private func replace(_ path: String, with bytes: [UInt8]) {
  let descriptor = clinux_open(path, O_WRONLY | O_TRUNC, 0)
  guard descriptor >= 0 else { return }
  _ = write(descriptor, bytes, bytes.count)
  close(descriptor)
}

private func profileSection() -> Section {
  var section = Section("profiles")
  var corpus: [[UInt8]] = []
  for name in ["generic-arm64", "generic-x86-64", "raspberry-pi-3"] {
    corpus.append(contents(of: "boards/" + name + ".conf"))
  }
  var mutations = Mutations(of: corpus, seed: 70)
  for number in 0..<1_000 {
    do throws(ConfError) {
      let profile = try Profile.parse(number < 3 ? corpus[number] : mutations.next(), name: "n", file: "f")
      section.add("\(profile.processor.clock) \(profile.processor.rate(of: 0xd03)) \(profile.assumed.memory)")
    } catch {
      section.add("\(error.line) \(error.text)")
    }
  }
  return section
}
