import Basics
import Foundation
import TestSupport
import Testing
import Wire

@Suite struct JSONFuzzTests {
  static let corpus: [[UInt8]] = [
    #"{"ServiceName":"hello","ServiceInfo":[{"ExecutionType":"container","ExecCmd":["docker","run","-v","/var/run:/var/run:rw","hello-world"]}],"StatusCallbackURI":"http://localhost:8888/api/v1/services/notification"}"#,
    #"[1,-2,3.25,1e10,-0,9223372036854775807,18446744073709551616,1.7976931348623157e308]"#,
    #"{"a":{"b":{"c":[[],{},[{}]]}},"é":"\u00e9\ud83d\ude00\\\"\n","a":null}"#,
    #"["\u0000\u001f","\/","€𝄞",true,false,null,""]"#, " \t\r\n{ \"x\" : [ 1 , 2 ] } ",
  ].map { Array($0.utf8) }
  static let dictionary = [
    "\"", "\\u", "\\ud800", "\\udc00", "[", "]", "{", "}", ",", ":", "null", "true", "1e", "-", ".", "0",
    "E+9", "\u{FEFF}",
  ]

  @Test func damagedTextsNeverTrapAndAcceptedOnesSurviveEncoding() {
    fuzz("JSON") { random in
      var mutator = Mutator(corpus: Self.corpus, dictionary: Self.dictionary, seed: random.next())
      let text = mutator.next()
      guard let value = try? JSON.parse(text) else { return nil }
      let again = try? JSON.parse(value.encoded())
      let pretty = try? JSON.parse(value.encodedPretty())
      return again == value && pretty == value ? nil : printable(text)
    }
  }

  @Test func generatedDocumentsAreAcceptedAsFoundationDoes() {
    fuzz(cases: 5_000, "valid JSON") { random in
      var text: [UInt8] = []
      Self.generate(into: &text, depth: 0, &random)
      let foundation = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
      guard let foundation else { return "Foundation refuses " + printable(text) }
      guard let value = try? JSON.parse(text) else { return "refused " + printable(text) }
      return Self.agrees(value, foundation) ? nil : "differs " + printable(text)
    }
  }

  @Test func everyDoubleReadsBackAsItself() {
    fuzz("double") { random in
      let value = Double(bitPattern: random.next())
      let text = JSON.double(value).encoded()
      guard value.isFinite else { return text == Array("null".utf8) ? nil : printable(text) }
      return (try? JSON.parse(text))?.double?.bitPattern == value.bitPattern ? nil : printable(text)
    }
  }

  private static func agrees(_ value: JSON, _ other: Any) -> Bool {
    switch value {
    case .null: return other is NSNull
    case .bool(let bool): return (other as? NSNumber)?.boolValue == bool
    case .integer(let number): return (other as? NSNumber)?.int64Value == number
    case .double(let number):
      // Foundation goes through decimal numbers here and misses the nearest double by a little.
      guard let other = (other as? NSNumber)?.doubleValue else { return false }
      return abs(other - number) <= 1e-14 * abs(number)
    // Scalars, because `==` of strings would call composed and decomposed forms equal.
    case .string(let text):
      return (other as? String)?.unicodeScalars.elementsEqual(text.unicodeScalars) == true
    case .array(let elements):
      guard let others = other as? [Any], others.count == elements.count else { return false }
      return zip(elements, others).allSatisfy { agrees($0, $1) }
    case .object(let object):
      guard let others = other as? [String: Any], others.count == object.members.count else { return false }
      return object.members.allSatisfy { member in
        others[member.name].map { agrees(member.value, $0) } ?? false
      }
    }
  }

  private static func generate(into text: inout [UInt8], depth: Int, _ random: inout SplitMix64) {
    space(&text, &random)
    switch random.below(depth < 5 ? 7 : 5) {
    case 0: text += Array(["null", "true", "false"][random.below(3)].utf8)
    case 1: text += Array("\(Int64(bitPattern: random.next()) >> Int64(random.below(64)))".utf8)
    case 2: text += Array("\(Double(Int64(bitPattern: random.next())) / 1e17)".utf8)
    case 3: text += Array("\(random.below(100)).\(random.below(1000))E\(random.below(40) - 20)".utf8)
    case 4: string(&text, &random)
    case 5:
      text.append(UInt8(ascii: "["))
      let count = random.below(4)
      for index in 0..<count {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        generate(into: &text, depth: depth + 1, &random)
      }
      text.append(UInt8(ascii: "]"))
    default:
      text.append(UInt8(ascii: "{"))
      let count = random.below(4)
      for index in 0..<count {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        // Foundation keeps the first of a repeated name, so names are made distinct.
        text += Array(" \"\(index)n\" :".utf8)
        generate(into: &text, depth: depth + 1, &random)
      }
      text.append(UInt8(ascii: "}"))
    }
    space(&text, &random)
  }

  private static func space(_ text: inout [UInt8], _ random: inout SplitMix64) {
    while random.oneIn(4) { text.append([0x20, 0x09, 0x0A, 0x0D][random.below(4)]) }
  }

  private static func string(_ text: inout [UInt8], _ random: inout SplitMix64) {
    text.append(UInt8(ascii: "\""))
    for _ in 0..<random.below(12) {
      switch random.below(6) {
      case 0: text += Array(["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t"][random.below(8)].utf8)
      case 1: text += Array(["\\u00e9", "\\u20AC", "\\ud83d\\ude00", "\\u0001"][random.below(4)].utf8)
      case 2: text += Array(["é", "€", "😀", "e\u{301}"][random.below(4)].utf8)
      default: text.append(UInt8(ascii: "a") + UInt8(random.below(26)))
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
