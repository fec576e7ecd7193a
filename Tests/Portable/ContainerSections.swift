internal import Containers
internal import Wire

func containerSections(_ sections: inout [Section]) {
  sections.append(optionSection())
  sections.append(engineSection())
  sections.append(frameSection())
}

/// Lines of `docker run`, their words separated by `|`.
private let lines = [
  "alpine", "docker|run|-d|--name|web|-p|8080:80/tcp|nginx:1.27",
  "-m|2g|--memory-swap|4g|--cpus|1.5|alpine|sleep|9",
  "-m|2147483648|alpine", "-m|4294967296b|alpine", "-m|8191p|alpine", "-m|9000p|alpine",
  "--memory|1.5t|alpine",
  "--cpus|0.000000001|a", "--cpus|9999999999|a", "--shm-size|3g|a", "--pids-limit|-1|a",
  "--cpu-shares|4294967296|a",
  "--ulimit|nofile=1024:9223372036854775807|a", "--tmpfs|/t:size=64m,mode=1777|a",
  "--stop-timeout|2147483648|a",
  "--health-interval|1h30m|--health-retries|3|a", "--blkio-weight|500|a", "--device-read-bps|/dev/sda:4gb|a",
  "--device-read-iops|/dev/sda:18446744073709551615|a", "--oom-score-adj|-1000|a", "--kernel-memory|1g|a",
  "-v|/a:/b:ro|--mount|type=bind,src=/a,dst=/b|a", "--env|A=b|--label|c=d|a", "-p|127.0.0.1:1-3:4-6|a",
  "--network|host|a", "--restart|on-failure:5|a", "-it|--rm|--init|ghcr.io/x/y@sha256:abcd|c", "--gpus|all|a",
  "--nope|a",
  "--log-opt|max-size=10m|a", "--user|0:0|--workdir|/|a", "--add-host|h:1.2.3.4|a", "--ip|10.0.0.9|a",
  "--sysctl|k=v|a",
]

private func words(_ line: [UInt8]) -> [String] {
  var words: [String] = []
  for part in line.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false) {
    words.append(String(decoding: part, as: UTF8.self))
  }
  return words
}

private func optionSection() -> Section {
  var section = Section("run options")
  func check(_ line: [UInt8]) {
    do throws(RunCommandError) {
      let command = try RunCommand(parsing: words(line), source: .nothing)
      section.add(command.createBody.encoded())
      section.digest.add("\(command.memory ?? 0) \(command.nanoCPUs ?? 0) \(command.memoryReservation ?? 0)")
    } catch {
      section.add(error.description)
    }
  }
  for line in lines { check(Array(line.utf8)) }
  var mutations = Mutations(of: bytes(lines), seed: 20)
  for _ in 0..<10_000 { check(mutations.next()) }
  return section
}

/// Answers that Engines gave, whole and damaged.
private func engineSection() -> Section {
  var section = Section("Engine answers")
  let captures: [(String, EngineRequest)] = [
    ("version", .version), ("inspect-exited", .inspect(id: "c")), ("inspect-hungry", .inspect(id: "c")),
    ("list", .list(labels: [])), ("pull-layers", .pull(name: "a", tag: "1")), ("events", .events(labels: [])),
    ("wait-hungry", .wait(id: "c")), ("logs-follow", .logs(id: "c", follow: true)),
  ]
  for (index, (name, request)) in captures.enumerated() {
    let answer = contents(of: "Tests/ContainersTests/Captures/" + name + ".http")
    var mutations = Mutations(of: [answer], seed: 21 + UInt64(index))
    for number in 0..<200 {
      let bytes = number == 0 ? answer : mutations.next()
      var call = EngineCall(request, version: EngineVersion(1, 47))
      section.cases += 1
      section.digest.add(call.requestBytes)
      for event in bytes.withUnsafeBytes({ call.received($0) }) { section.digest.add(text(of: event)) }
      for event in call.closed() { section.digest.add(text(of: event)) }
    }
  }
  return section
}

private func text(of event: EngineEvent) -> String {
  switch event {
  case .version(let about): "version \(about.apiVersion.major).\(about.apiVersion.minor) \(about.version)"
  case .progress(let step): "\(step.status) \(step.percent ?? -1) \(step.current ?? -1) \(step.total ?? -1)"
  case .created(let id, let warnings): "created \(id) \(warnings.count)"
  case .attached: "attached"
  case .output(let stream, let bytes): "output \(stream.rawValue) \(String(decoding: bytes, as: UTF8.self))"
  case .exited(let code): "exited \(code)"
  case .container(let state): text(of: state)
  case .containers(let all): all.reduce("") { $0 + text(of: $1) }
  case .image(let image): "image \(image.id)"
  case .images(let all): all.reduce("images") { $0 + " " + $1.id }
  case .notice(let notice): "notice \(notice.type) \(notice.action) \(notice.time) \(notice.exitCode ?? -1)"
  case .done: "done"
  case .failed(let error): "failed " + error.description
  }
}

private func text(of state: ContainerState) -> String {
  "\(state.id) \(state.running) \(state.exitCode ?? -1) \(state.startedAt ?? "-")"
}

private func frameSection() -> Section {
  var section = Section("output frames")
  let frames = [
    EngineFrames.encode(stream: .stdout, Array("hello\n".utf8)[...])
      + EngineFrames.encode(stream: .stderr, [1, 2, 3][...]),
    [1, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 1], [2, 0, 0, 0, 0x80, 0, 0, 0, 1],
    [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
  ]
  func check(_ bytes: [UInt8]) {
    var frames = EngineFrames()
    section.cases += 1
    for part in frames.feed(bytes) {
      switch part {
      case .output(let stream, let piece): section.digest.add([stream.rawValue] + piece)
      case .malformed(let reason): section.digest.add(reason)
      case .error(let piece): section.digest.add(piece)
      }
    }
  }
  for frame in frames { check(frame) }
  var mutations = Mutations(of: frames, seed: 30)
  for _ in 0..<10_000 { check(mutations.next()) }
  return section
}
