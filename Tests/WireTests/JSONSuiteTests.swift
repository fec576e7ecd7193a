import Basics
import Testing
import Wire

/// Accepted and refused texts by the categories of Nicolas Seriot's "Parsing JSON is a minefield".
@Suite struct JSONSuiteTests {
  @Test(arguments: accepted)
  func aTextOfTheGrammarIsAccepted(text: [UInt8]) throws {
    let value = try JSON.parse(text)
    #expect(try JSON.parse(value.encoded()) == value)
    #expect(try JSON.parse(value.encodedPretty()) == value)
  }

  @Test(arguments: refused)
  func aTextOutsideTheGrammarIsRefused(text: [UInt8]) {
    #expect(throws: JSONError.self) { try JSON.parse(text) }
  }

  /// Where the RFC leaves the choice open, this is ours.
  @Test(arguments: refusedByChoice)
  func anUnportableTextIsRefused(text: [UInt8]) {
    #expect(throws: JSONError.self) { try JSON.parse(text) }
  }

  static let accepted: [[UInt8]] = texts([
    // arrays
    "[[]   ]", "[]", "[\"\"]", "[\"a\"]", "[false]", "[null, 1, \"1\", {}]", "[null]", "[1\n]", " [1]",
    "[1,null,null,null,2]", "[2] ", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
    // numbers
    "[123e65]", "[0e+1]", "[0e1]", "[ 4]",
    "[-0.000000000000000000000000000000000000000000000000000000000000001]",
    "[20e1]", "[-0]", "[-123]", "[-1]", "[1E22]", "[1E-2]", "[1E+2]", "[123e45]", "[123.456e78]", "[1e-2]",
    "[1e+2]", "[123]", "[123.456789]", "[9223372036854775807]", "[-9223372036854775808]",
    "[9223372036854775808]", "[100000000000000000000]", "[1e-400]", "[0.0]", "[1.7976931348623157e308]",
    "[5e-324]",
    // objects
    "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}", "{\"asd\":\"sdf\"}", "{\"a\":\"b\",\"a\":\"c\"}",
    "{\"a\":\"b\",\"a\":\"b\"}",
    "{}", "{\"\":0}", "{\"foo\\u0000bar\": 42}", "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }", "{\"a\":[]}",
    "{\"title\":\"\\u041f\\u043e\\u043b\"}", "{\n\"a\": \"b\"\n}",
    "{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], \"id\": \"x\"}",
    // strings
    "[\"\\u0060\\u012a\\u12AB\"]", "[\"\\uD801\\udc37\"]", "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\\u0000\"]", "[\"\\\"\"]", "[\"a/*b*/c/*d//e\"]", "[\"\\\\a\"]",
    "[\"\\\\n\"]", "[\"\\u0012\"]", "[\"\\uFFFF\"]", "[\"asd\"]", "[ \"asd\"]", "[\"\\uDBFF\\uDFFF\"]",
    "[\"new\\u00A0line\"]", "[\"\u{10FFFF}\"]", "[\"\u{FFFF}\"]", "[\"\\u0000\"]", "[\"\\u002c\"]", "[\"π\"]",
    "[\"\u{1BFFF}\"]", "[\"asd \"]", "\" \"", "[\"\\uD834\\uDd1e\"]", "[\"\\u0821\"]", "[\"\\u0123\"]",
    "[\"\u{2028}\"]", "[\"\u{2029}\"]", "[\"\\u0061\\u30af\\u30EA\\u30b9\"]", "[\"new\\u000Aline\"]",
    "[\"\u{7F}\"]",
    "[\"\\uA66D\"]", "[\"\\u005C\"]", "[\"⍂㈴⍂\"]", "[\"\\u200B\"]", "[\"\\u2064\"]", "[\"\\uFDD0\"]",
    "[\"\\uFFFE\"]",
    "[\"\\u0022\"]", "[\"€𝄞\"]", "[\"a\u{7F}a\"]",
    // structure
    "false", "42", "-0.1", "null", "\"asd\"", "true", "\"\"", "[\"a\"]\n", "[true]", " [] ",
    "\t\r\n 1 \t\r\n",
  ])

  static let refused: [[UInt8]] =
    texts([
      // arrays
      "[1 true]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]", "[\"x\"]]", "[\"\",]", "[\"x\"",
      "[x", "[3[4]]",
      "[1:2]", "[,]", "[-]", "[   , \"\"]", "[\"a\",\n4\n,1,", "[1,]", "[1,,]", "[\"\u{0B}a\"\\f]", "[*]",
      "[\"\"",
      "[1,", "[1,\n1\n,1", "[{}", "]", "[", "[[", "[}", "[1}", "[\"a\"}",
      // words
      "[fals]", "[nul]", "[tru]", "nulll", "True", "NULL", "[nan]", "truefalse",
      // numbers
      "[++1234]", "[+1]", "[+Inf]", "[-01]", "[-1.0.]", "[-2.]", "[-NaN]", "[.-1]", "[.2e-3]", "[0.1.2]",
      "[0.3e+]",
      "[0.3e]", "[0.e1]", "[0e+]", "[0e]", "[0E+]", "[0E]", "[1.0e+]", "[1.0e-]", "[1.0e]", "[1 000.0]",
      "[1eE2]",
      "[2.e+3]", "[2.e-3]", "[2.e3]", "[9.e+]", "[Inf]", "[NaN]", "[１]", "[1+2]", "[0x1]", "[0x42]",
      "[Infinity]",
      "[0e+-1]", "[-123.123foo]", "[123", "[-Infinity]", "[-foo]", "[- 1]", "[-012]", "[-.123]", "[-1x]",
      "[1ea]",
      "[1.]", "[.123]", "[1.2a-3]", "[1.8011670033376514H-308]", "[012]", "00", "1a", "-", "1e", "0.",
      // objects
      "[\"x\", truth]", "{[: \"x\"}", "{\"x\", null}", "{\"x\"::\"b\"}", "{🇨🇭}", "{\"a\":\"a\" 123}",
      "{key: 'value'}",
      "{\"a\" b}", "{:\"b\"}", "{\"a\" \"b\"}", "{\"a\":", "{\"a\"", "{1:1}", "{9999E9999:1}",
      "{null:null,null:null}",
      "{\"id\":0,,,,,}", "{'a':0}", "{\"id\":0,}", "{\"a\":\"b\"}/**/", "{\"a\":\"b\"}/**//",
      "{\"a\":\"b\"}//",
      "{\"a\":\"b\"}/", "{\"a\":\"b\",,\"c\":\"d\"}", "{a: \"b\"}", "{\"a\":\"a",
      "{ \"foo\" : \"bar\", \"a\" }",
      "{\"a\":\"b\"}#", "{", "{]", "{,", "{\"a\":1]", "}",
      // strings
      "[\"\\uD800\\\"]", "[\"\\uD800\\u\"]", "[\"\\uD800\\u1\"]", "[\"\\uD800\\u1x\"]", "[é]",
      "[\"\\\u{0}\"]",
      "[\"\\\\\\\"]", "[\"\\\t\"]", "[\"\\🌀\"]", "[\"\\\"]", "[\"\\u00A\"]", "[\"\\uD834\\uDd\"]",
      "[\"\\uD800\\uD800\\x\"]",
      "[\"\\a\"]", "[\"\\uqqqq\"]", "[\\u0020\"asd\"]", "[\\n]", "\"", "['single quote']", "abc", "[\"\\",
      "[\"a\u{0}a\"]",
      "[\"new\nline\"]", "[\"\t\"]", "\"\\UA66D\"", "\"\"x", "[\"\\x00\"]", "[\"\\u", "[\"\u{1F}\"]",
      "\"\\u+123\"",
      // structure
      "<.>", "[<null>]", "[1]x", "[1]]", "[\"asd]", "aå", "[True]", "1]", "{\"x\": true,", "[][]", "{}}", "",
      " ",
      "[\u{0C}]", "[\u{2060}]", "\u{FEFF}", "\u{FEFF}[]", "{\"\":", "[\"a", "2@", "{\"a\":\"b\"}#{}",
      "[\u{0}]", "1\u{0}",
      "* ", "{\"asd\":\"asd\"", "[\u{0B}1]", "/* */1", "[1]//", "\u{A0}1", "1,", ",",
    ]) + [
      // bytes that are no UTF-8
      [0x5B, 0xFF, 0x5D], [0xFF], [0xE5], [0xC3, 0xA5], [0x7B, 0xE9, 0x7D], [0xEF, 0xBB, 0xBF, 0x7B, 0x7D],
      [0x5B, 0x22, 0x5C, 0xE5, 0x22, 0x5D], [0x5B, 0x22, 0x5C, 0x75, 0xE5, 0x22, 0x5D], [0xEF, 0xBB],
      [0x5B, 0x31, 0xE5, 0x5D], [0x5B, 0x30, 0xE5, 0x5D],
    ]

  static let refusedByChoice: [[UInt8]] =
    texts([
      "[\"\\uDADA\"]", "[\"\\uD888\\u1234\"]", "[\"\\uD800\\n\"]", "[\"\\uDd1ea\"]",
      "[\"\\uD800\\uD800\\n\"]",
      "[\"\\ud800\"]", "[\"\\ud800abc\"]", "[\"\\uDd1e\\uD834\"]", "[\"\\uDFAA\"]", "[1.5e+9999]",
      "[-1e+9999]",
      "[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]",
      "[123123e100000]", "[-123123e100000]",
    ]) + [
      // overlong forms, surrogates in UTF-8, beyond the last scalar, continuation alone, cut short
      quoted([0xC0, 0xAF]), quoted([0xE0, 0x80, 0xAF]), quoted([0xF0, 0x80, 0x80, 0xAF]),
      quoted([0xC1, 0xBF]),
      quoted([0xF8, 0x80, 0x80, 0x80, 0x80]), quoted([0xFC, 0x83, 0xBF, 0xBF, 0xBF, 0xBF]), quoted([0x81]),
      quoted([0xED, 0xA0, 0x80]), quoted([0xED, 0xBF, 0xBF]), quoted([0xF4, 0x90, 0x80, 0x80]),
      quoted([0xF4, 0xBF, 0xBF, 0xBF]), quoted([0xE0, 0xFF]), quoted([0xE9]), quoted([0xE6, 0x97]),
      quoted([0xF0, 0x9F, 0x98]), quoted([0xFF]), [0x22, 0xE2, 0x82], [0x22, 0xF0],
      // UTF-16
      [0xFF, 0xFE, 0x5B, 0x00, 0x5D, 0x00], [0x00, 0x5B, 0x00, 0x5D],
    ]

  private static func texts(_ texts: [String]) -> [[UInt8]] {
    texts.map { Array($0.utf8) }
  }

  private static func quoted(_ bytes: [UInt8]) -> [UInt8] {
    [0x5B, 0x22] + bytes + [0x22, 0x5D]
  }
}
