import Testing
import Wire

@testable import Basics
@testable import HomeEdge

/// Home Edge's request and answers (its specification: the services route, acceptance scenarios S1 to S3).
@Suite struct HomeEdgeRequestTests {
  private func read(_ text: String) throws -> Result<HomeEdgeRequest, HomeEdgeAnswer> {
    let json = try JSON.parse(Array(text.utf8))
    do throws(HomeEdgeAnswer) {
      return .success(try HomeEdgeRequest(json: json))
    } catch {
      return .failure(error)
    }
  }

  private func text(_ answer: HomeEdgeAnswer) -> String {
    String(decoding: answer.json.encoded(), as: UTF8.self)
  }

  @Test func theCanonicalRequestIsRead() throws {
    let request = try read(
      #"""
      {"ServiceRequester":"curl","ServiceName":"hello-world","ServiceInfo":[
      {"ExecutionType":"container","ExecCmd":["docker","run","-v","/var/run:/var/run:rw","hello-world"]}]}
      """#
    ).get()
    #expect(request.serviceName == "hello-world" && request.requester == "curl")
    #expect(request.offers.map(\.kind) == [.container])
    #expect(request.offers[0].command == ["docker", "run", "-v", "/var/run:/var/run:rw", "hello-world"])
    #expect(request.selfSelection && request.callback.isEmpty)
  }

  @Test func everyKindThisNodeKnowsIsAnOffer() throws {
    let request = try read(
      #"""
      {"ServiceName":"x","ServiceInfo":[{"ExecutionType":"android","ExecCmd":["am"]},{"ExecutionType":"native"},
      {"ExecutionType":"container","ExecOption":{"scoringType":"resource"}},{"ExecutionType":"of-the-future"}]}
      """#
    ).get()
    #expect(request.offers.map(\.kind) == [.native, .container])
    #expect(request.offers.allSatisfy { $0.command.isEmpty })
  }

  @Test func noOfferIsNoFaultOfTheForm() throws {
    #expect(try read(#"{"ServiceName":"x","ServiceInfo":[]}"#).get().offers.isEmpty)
  }

  @Test(arguments: [
    ("", true), (#","SelfSelection":"true""#, true), (#","SelfSelection":"false""#, false),
    (#","SelfSelection":"True""#, false), (#","SelfSelection":"""#, false),
    (#","SelfSelection":"yes""#, false),
    (#","SelfSelection":true"#, true), (#","SelfSelection":null"#, true), (#","SelfSelection":0"#, true),
    (#","SelfSelection":[]"#, true),
  ])
  func selfSelectionIsAStringThatDefaultsToTrue(member: String, expected: Bool) throws {
    #expect(try read(#"{"ServiceName":"x","ServiceInfo":[]\#(member)}"#).get().selfSelection == expected)
  }

  /// Home Edge takes a boolean for no string and so for true. Whoever writes `false` means false.
  @Test func theBooleanFalseIsHonoured() throws {
    #expect(try !read(#"{"ServiceName":"x","ServiceInfo":[],"SelfSelection":false}"#).get().selfSelection)
  }

  @Test(arguments: [
    "null", "{}", "1", #""text""#, #"{"ServiceInfo":[]}"#, #"{"ServiceName":null,"ServiceInfo":[]}"#,
    #"{"ServiceName":7,"ServiceInfo":[]}"#, #"{"ServiceName":"","ServiceInfo":[]}"#,
    #"{"ServiceName":["x"],"ServiceInfo":[]}"#, #"{"servicename":"x","ServiceInfo":[]}"#,
  ])
  func aRequestWithoutNameIsInvalidAndTheAnswerNamesNone(text: String) throws {
    guard case .failure(let answer) = try read(text) else {
      Issue.record("expected a refusal")
      return
    }
    #expect(self.text(answer) == #"{"Message":"INVALID_PARAMETER","RemoteTargetInfo":null,"ServiceName":""}"#)
  }

  @Test(arguments: [
    "", #""ServiceInfo":null"#, #""ServiceInfo":{}"#, #""ServiceInfo":"container""#, #""ServiceInfo":[1]"#,
    #""ServiceInfo":[null]"#, #""ServiceInfo":[{}]"#, #""ServiceInfo":[{"ExecutionType":1}]"#,
    #""ServiceInfo":[{"ExecutionType":null}]"#,
    #""ServiceInfo":[{"ExecutionType":"container","ExecCmd":"docker run x"}]"#,
    #""ServiceInfo":[{"ExecutionType":"container","ExecCmd":[1]}]"#,
    #""ServiceInfo":[{"ExecutionType":"container","ExecCmd":["docker",null]}]"#,
    #""ServiceInfo":[{"ExecutionType":"container","ExecCmd":{}}]"#,
    #""ServiceInfo":[{"ExecutionType":"container","ExecOption":"resource"}]"#,
    #""ServiceInfo":[{"ExecutionType":"container","ExecOption":[]}]"#,
    #""ServiceInfo":[{"ExecutionType":"container"},{"ExecutionType":"native","ExecCmd":[{}]}]"#,
    #""ServiceInfo":[],"StatusCallbackURI":1"#, #""ServiceInfo":[],"StatusCallbackURI":{}"#,
  ])
  func whatIsMissingOrOfTheWrongTypeIsInvalidAndTheAnswerNamesTheService(members: String) throws {
    let text = #"{"ServiceName":"hello-world"\#(members.isEmpty ? "" : "," + members)}"#
    guard case .failure(let answer) = try read(text) else {
      Issue.record("expected a refusal")
      return
    }
    #expect(
      self.text(answer)
        == #"{"Message":"INVALID_PARAMETER","RemoteTargetInfo":null,"ServiceName":"hello-world"}"#)
  }

  @Test func theCallbackIsRead() throws {
    let text =
      #"{"ServiceName":"x","ServiceInfo":[],"StatusCallbackURI":"http://192.168.1.9:8888/api/v1/ping"}"#
    #expect(try read(text).get().callback == "http://192.168.1.9:8888/api/v1/ping")
    #expect(try read(#"{"ServiceName":"x","ServiceInfo":[],"StatusCallbackURI":null}"#).get().callback == "")
  }

  @Test func unknownMembersAreIgnored() throws {
    #expect(
      try read(#"{"ServiceName":"x","ServiceInfo":[{"ExecutionType":"native","A":[{}]}],"B":{}}"#).get()
        .offers.count == 1)
  }

  // MARK: - Answers

  @Test func theAnswerToARequestThatRunsNamesWhere() {
    let answer = HomeEdgeAnswer(
      "ERROR_NONE", serviceName: "hello-world", target: ("container", "192.168.1.7"))
    #expect(
      text(answer) == #"{"Message":"ERROR_NONE","RemoteTargetInfo":{"ExecutionType":"container","#
        + #""Target":"192.168.1.7"},"ServiceName":"hello-world"}"#)
  }

  @Test func theAnswerWithoutDeviceHasAnEmptyTarget() {
    let answer = HomeEdgeAnswer("not found error : No Device Is Return", serviceName: "ls")
    #expect(
      text(answer)
        == #"{"Message":"not found error : No Device Is Return","RemoteTargetInfo":{"ExecutionType":"","#
        + #""Target":""},"ServiceName":"ls"}"#)
  }

  @Test func ourReasonStandsBesideHomeEdgesWord() {
    #expect(
      text(
        HomeEdgeAnswer("SERVICE_NOT_FOUND", serviceName: "ls", reason: "no node can run it: a: it is drained")
      )
        == #"{"Message":"SERVICE_NOT_FOUND","Reason":"no node can run it: a: it is drained","#
        + #""RemoteTargetInfo":{"ExecutionType":"","Target":""},"ServiceName":"ls"}"#)
  }

  @Test func aBodyThatIsNoRequestHasNeitherTargetNorName() {
    #expect(
      text(HomeEdgeAnswer("invalid json error : x"))
        == #"{"Message":"invalid json error : x","RemoteTargetInfo":null,"ServiceName":""}"#)
  }
}
