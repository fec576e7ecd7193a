import Basics
import Testing
import Wire

@testable import Containers

/// Random command lines, the same ones every time: from a grammar of all options, and damaged.
struct RunFuzzTests {

  static let values =
    DockerComparisonTable.honoured.flatMap { $0 } + DockerComparisonTable.beyondThisEngine.flatMap { $0 }
    + DockerComparisonTable.refused.flatMap { $0.1 } + [
      "", "-", "--", "=", ":", "/", ",", "\"", "\"\"", "a=b", "1", "-1", "9223372036854775807",
      "18446744073709551616",
      "1.5", "9999999999999999999p", "0.999999999999999999999g", "1-65535", "65535-1:65535-1", "é=ü:ö",
      "\u{0}", "::",
      "type=", "name=", "/dev/x:", "all", "*", "255.255.255.255", "\u{feff}", "💡", "/env", "/profile", "1/0",
      "-h", "1h",
    ]

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func noCommandLineTrapsAndEveryErrorNamesItsCause(seed: UInt64) throws {
    var dice = SplitMix64(seed: seed)
    var understood = 0
    for _ in 0..<4_000 {
      let arguments = line(&dice)
      do {
        let command = try RunCommand(parsing: arguments, source: testSource)
        let bytes = command.createBody.encoded()
        #expect(throws: Never.self, "\(arguments)") {
          try JSON.parse(bytes, limits: .init(bytes: 1 << 24, nodes: 1 << 20))
        }
        understood += 1
      } catch {
        let named = error.option.map { $0.hasPrefix("-") && $0.count > 1 } ?? false
        let whole =
          error.reason.contains("image") || error.reason.contains("reference")
          || error.reason.contains("arguments")
        #expect(named || (error.option == nil && whole), "\(arguments): \(error)")
        #expect(!error.reason.isEmpty)
      }
    }
    #expect(understood > 100, "the grammar should also make sound commands, found \(understood)")
  }

  private func line(_ dice: inout SplitMix64) -> [String] {
    var arguments: [String] = []
    for _ in 0..<Int.random(in: 0...3, using: &dice) {
      if Bool.random(using: &dice) {
        arguments += sample(DockerComparisonTable.honoured, &dice).filter {
          !$0.hasPrefix("boximage") && $0 != "--"
        }
      } else {
        arguments += option(&dice)
      }
    }
    if Int.random(in: 0..<8, using: &dice) > 0 {
      arguments.append(sample(["busybox", "a/b:c", "Box", "x@y"], &dice))
    }
    if Int.random(in: 0..<4, using: &dice) == 0 { damage(&arguments, &dice) }
    return arguments
  }

  private func option(_ dice: inout SplitMix64) -> [String] {
    let row = sample(OptionTable.rows, &dice)
    let value = sample(Self.values, &dice)
    let letter = row.short == 0 ? "it" : String(Character(Unicode.Scalar(row.short)))
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: return ["--\(row.name)", value]
    case 1: return ["--\(row.name)=\(value)"]
    case 2: return ["-\(letter)", value]
    case 3: return ["-\(letter)\(value)"]
    case 4: return ["-it\(letter)=\(value)"]
    default: return ["--\(row.name)"]
    }
  }

  private func damage(_ arguments: inout [String], _ dice: inout SplitMix64) {
    guard !arguments.isEmpty else { return }
    let index = Int.random(in: 0..<arguments.count, using: &dice)
    var bytes = Array(arguments[index].utf8)
    for _ in 0..<Int.random(in: 1...3, using: &dice) {
      let place = Int.random(in: 0...bytes.count, using: &dice)
      switch Int.random(in: 0..<3, using: &dice) {
      case 0: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: place)
      case 1 where place < bytes.count: bytes.remove(at: place)
      default: bytes.replaceSubrange(place..., with: sample(Self.values, &dice).utf8)
      }
    }
    arguments[index] = String(decoding: bytes, as: UTF8.self)
  }

  private func sample<Element>(_ list: [Element], _ dice: inout SplitMix64) -> Element {
    list[Int.random(in: 0..<list.count, using: &dice)]
  }
}
