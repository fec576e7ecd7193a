internal import Basics
internal import Wire

func wireSections(_ sections: inout [Section]) {
  sections.append(jsonSection())
  sections.append(numberSection())
  sections.append(requestSection())
  sections.append(responseSection())
  sections.append(confSection())
  sections.append(textSection())
}

/// Accepted, refused and open texts of the JSON test suite (Nicolas Seriot, "Parsing JSON is a minefield").
let jsonTexts = [
  "[[]   ]", "[null, 1, \"1\", {}]", "[1,null,null,null,2]", "[123e65]", "[0e+1]", "[ 4]", "[-0]", "[-0.0]",
  "[-0.000000000000000000000000000000000000000000000000000000000000001]", "[1E22]", "[1e-2]", "[123.456e78]",
  "[9223372036854775807]", "[-9223372036854775808]", "[9223372036854775808]", "[2147483648]", "[-2147483649]",
  "[4294967296]", "[100000000000000000000]", "[1e-400]", "[1.7976931348623157e308]", "[5e-324]", "[0.1]",
  "[0.3]",
  "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}", "{\"a\":\"b\",\"a\":\"c\"}",
  "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
  "{\"title\":\"\\u041f\\u043e\\u043b\"}", "[\"\\uD801\\udc37\"]", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
  "[\"\\u0000\"]", "[\"⍂㈴⍂\"]", "[\"€𝄞\"]", "false", "-0.1", "\"asd\"", "\t\r\n 1 \t\r\n", "[1 true]",
  "[\"\": 1]",
  "[,1]", "[1,,2]", "[\"x\"]]", "[\"\",]", "[-01]", "[1.]", "[.5]", "[1e]", "[0x1]", "[NaN]", "[Infinity]",
  "[+1]",
  "{\"a\":1,}", "{a: \"b\"}", "[\"\\u00A\"]", "[\"\\uD800\"]", "[\"\\x00\"]", "[tru]", "", "[1", "[\"a",
  "nul",
  "[1e999999999999999999999999]",
  "{\"id\":\"0123456789ab\",\"times\":{\"accepted\":1790000000000,\"ended\":0}}",
]

private func jsonSection() -> Section {
  var section = Section("JSON")
  func check(_ bytes: [UInt8]) {
    do throws(JSONError) {
      let value = try JSON.parse(bytes)
      section.add(value.encoded())
      section.digest.add(value.encodedPretty())
      section.digest.add("\(value.integer ?? -1) \(value.double ?? -1)")
    } catch {
      section.add(error.description)
    }
  }
  for text in jsonTexts { check(Array(text.utf8)) }
  var mutations = Mutations(of: bytes(jsonTexts), seed: 1)
  for _ in 0..<20_000 { check(mutations.next()) }
  return section
}

/// Doubles are read by the C library and written by Swift's: both must round correctly.
private func numberSection() -> Section {
  var section = Section("numbers")
  var dice = SplitMix64(seed: 2)
  for _ in 0..<5_000 {
    let value = Double(bitPattern: dice.next())
    let text = JSON.double(value).encoded()
    let back = (try? JSON.parse(text))?.double ?? 0
    section.add(text)
    if value.isFinite, back != value { section.show("\(value) comes back as \(back)") }
    let decimals = "\(dice.next() % 10_000_000_000).\(dice.next())e-\(dice.next() % 300)"
    section.add((try? JSON.parse(Array(decimals.utf8)))?.double?.description ?? "refused")
  }
  return section
}

private let requests = [
  "GET /api/v2/node HTTP/1.1\r\nHost: localhost:56001\r\n\r\n",
  "POST /api/v1/orchestration/services HTTP/1.1\r\nHost: h\r\nContent-Length: 15\r\n\r\n{\"Name\":\"hello\"}",
  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
  "GET http://[::1]:80/a%2Fb/../c?x=1&y=%41+b HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n",
  "HEAD /x HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2147483648\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4294967296\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n",
  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
]

private func requestSection() -> Section {
  var section = Section("HTTP requests")
  func check(_ bytes: [UInt8]) {
    var parser = HTTPRequestParser()
    bytes.withUnsafeBytes { parser.feed($0) }
    section.cases += 1
    for _ in 0..<8 {
      do throws(HTTPError) {
        guard let request = try parser.next() else { break }
        section.digest.add("\(request.method) \(request.path) \(request.keepAlive)")
        for (name, value) in request.query { section.digest.add(name + "=" + value) }
        section.digest.add(request.headers.values(of: "host").joined(separator: ","))
        section.digest.add(request.body)
      } catch {
        section.digest.add(error.description)
        break
      }
    }
  }
  for text in requests { check(Array(text.utf8)) }
  var mutations = Mutations(of: bytes(requests), seed: 3)
  for _ in 0..<20_000 { check(mutations.next()) }
  return section
}

private let responses = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 204 No Content\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  "HTTP/1.0 404 Not Found\r\n\r\ngone", "HTTP/1.1 200 OK\r\nContent-Length: 3000000000\r\n\r\nabc",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nB2D05E00\r\nabc",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc",
]

private func responseSection() -> Section {
  var section = Section("HTTP responses")
  func check(_ bytes: [UInt8]) {
    var parser = HTTPResponseParser()
    bytes.withUnsafeBytes { parser.feed($0) }
    section.cases += 1
    do throws(HTTPError) {
      for _ in 0..<64 {
        guard let event = try parser.next() else { break }
        switch event {
        case .head(let head): section.digest.add("\(head.status) \(head.reason) \(head.keepAlive)")
        case .body(let piece): section.digest.add(piece)
        case .end: section.digest.add("end")
        }
      }
      if case .end = try parser.closed() { section.digest.add("closed") }
    } catch {
      section.digest.add(error.description)
    }
  }
  for text in responses { check(Array(text.utf8)) }
  var mutations = Mutations(of: bytes(responses), seed: 4)
  for _ in 0..<20_000 { check(mutations.next()) }
  return section
}

private func confSection() -> Section {
  var section = Section("settings")
  var corpus = [contents(of: "docs/hearth.conf")]
  for name in ["generic-arm64", "generic-x86-64", "raspberry-pi-3"] {
    corpus.append(contents(of: "boards/" + name + ".conf"))
  }
  corpus.append(
    Array("[a]\nn = 4294967296\nd = 1.5 GiB\nt = 250ms\nb = yes\nl = x, y\ni = 2147483647\n[b \"c\"]\n".utf8))
  func check(_ text: [UInt8]) {
    do throws(ConfError) {
      let conf = try Conf.parse(text, file: "f")
      section.cases += 1
      for part in conf.sections {
        for entry in part.entries {
          section.digest.add("\(entry.line) \(entry.key)=\(entry.value)")
          section.digest.add(Conf.number(entry.value)?.description ?? "-")
          section.digest.add(number(entry.key, of: part))
        }
      }
    } catch {
      section.add(error.text)
    }
  }
  for text in corpus { check(text) }
  var mutations = Mutations(of: corpus, seed: 5)
  for _ in 0..<2_000 { check(mutations.next()) }
  return section
}

private func number(_ key: String, of section: Conf.Section) -> String {
  do throws(ConfError) {
    let whole = try section.integer(key, in: 0...Int(Int32.max))
    let size = try section.number(key, in: 0...1e15, units: Conf.Unit.memory)
    return "\(whole ?? -1) \(size ?? -1)"
  } catch {
    return error.text
  }
}

private func textSection() -> Section {
  var section = Section("URLs and times")
  let texts = [
    "http://10.0.0.1:56001/api?x=%41", "https://[fe80::1]/", "http://h:65536/", "http://h:99999/", "ftp://h",
    "2026-11-22T16:46:01.123456789Z", "1969-12-31T23:59:60Z", "9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00Z",
    "2038-01-19T03:14:08Z", "2106-02-07T06:28:16Z",
  ]
  func check(_ text: String) {
    section.add("\(Timestamp.milliseconds(text) ?? -1)")
    do throws(HTTPURL.Malformed) {
      let url = try HTTPURL(parsing: text)
      section.add("\(url.scheme) \(url.host) \(url.port) \(url.target)")
    } catch {
      section.add(error.reason)
    }
  }
  for text in texts { check(text) }
  var mutations = Mutations(of: bytes(texts), seed: 6)
  for _ in 0..<10_000 { check(String(decoding: mutations.next(), as: UTF8.self)) }
  return section
}
