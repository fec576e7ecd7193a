import Basics
internal import Orchestration
internal import Scoring
internal import Wire

func orchestrationSections(_ sections: inout [Section]) {
  sections.append(recordSection())
  sections.append(definitionSection())
  sections.append(placementSection())
}

/// Lines of the journal, without their checksums.
private let records = [
  """
  {"id":"0123456789ab","service":"s","type":"container","arguments":["docker","run","alpine"],"attempt":2,
  "times":{"accepted":1790000000000,"started":1790000001000,"ended":0},"hostNode":"n","requester":"r"}
  """,
  """
  {"id":"ffffffffffff","service":"s","type":"native","arguments":["ls"],"attempt":1073741824,"state":"finished",
  "exitCode":4294967297,"times":{"accepted":4102444800000,"started":1,"ended":9223372036854775807},
  "orphans":[{"node":"a","attempt":9223372036854775807}],"constraints":["node!=x","memory>=4294967296"]}
  """,
  """
  {"id":"00000000000a","service":"é","type":"container","arguments":["a"],"state":"failed","exitCode":-1,
  "failure":{"kind":"outOfMemory","reason":"killed"},"times":{"accepted":2147483648,"started":0,"ended":5},
  "placement":{"madeAt":1790000000000,"omitted":9999999999,"nodes":[{"node":"b","score":123.25,"rank":1e300,
  "placed":4294967296,"outcome":"accepted"}]},"onHostLoss":"tell","allowsSelf":false,"endReported":true}
  """,
]

private func recordSection() -> Section {
  var section = Section("journal")
  func check(_ bytes: [UInt8]) {
    guard let json = try? JSON.parse(bytes), let run = Run(json: json) else { return section.add("none") }
    section.add(run.journalJSON.encoded())
    section.digest.add(run.json.encoded())
    section.digest.add(Run(report: json)?.json.encoded() ?? [])
    section.digest.add(Run(asked: json, host: "h")?.json.encoded() ?? [])
  }
  for record in records { check(Array(record.utf8)) }
  var mutations = Mutations(of: bytes(records), seed: 40)
  for _ in 0..<10_000 { check(mutations.next()) }
  return section
}

private func definitionSection() -> Section {
  var section = Section("service definitions")
  let texts = [
    "[ServiceInfo]\nServiceName = hello\nExecType = container\nExecCmd = docker run --rm \"a b\" alpine ; c\n",
    "[ServiceInfo]\nServiceName = ls\nExecType = native\nExecCmd = /bin/ls -l 'x y'\nAllowedRequester = a, b\n",
  ]
  func check(_ bytes: [UInt8]) {
    do throws(ConfError) {
      let service = try ServiceDefinition.parse(bytes, path: "x.conf")
      section.add("\(service.name) \(service.kind.rawValue) \(service.command.joined(separator: "|"))")
    } catch {
      section.add("\(error.line) \(error.text)")
    }
  }
  for text in texts { check(Array(text.utf8)) }
  var mutations = Mutations(of: bytes(texts), seed: 41)
  for _ in 0..<10_000 { check(mutations.next()) }
  return section
}

/// Homes of up to twelve nodes, and the node that each of many runs is given to.
private func placementSection() -> Section {
  var section = Section("placement")
  var dice = SplitMix64(seed: 42)
  for number in 0..<2_000 {
    var nodes: [HomeNode] = []
    for index in 0..<(1 + dice.below(12)) {
      var node = HomeNode(id: "node-\(index)")
      node.score = Double(dice.below(1_000_000)) / 1000
      node.runs = dice.below(20)
      node.memoryAvailable = dice.below(4) == 0 ? nil : Int64(truncatingIfNeeded: dice.next() >> 28)
      nodes.append(node)
    }
    let requirements = Requirements(kind: "container", service: "s", mustBeRegistered: false)
    let placement = Placement(
      run: "run-\(number)", requirements: requirements, nodes: nodes, madeAt: Int64(number) << 31)
    section.add(placement.json.encoded())
  }
  return section
}
