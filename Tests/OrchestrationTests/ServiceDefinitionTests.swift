import Basics
import Foundation
import Orchestration
import Testing
import Wire

/// Home Edge's own example, comments included.
private let lsText = """
  # Description of service that will be requested
  [Version]
  ConfVersion=v0.0                    ; Version of Configuration file

  [ServiceInfo]
  ServiceName=ls                      ; Name of distributed service
  AllowedRequester=bash,curl
  ExecutableFileName=ls
  ExecType=native

  [ResourceType]
  IntervalTimeMs=1000                 ; Interval time of get resource
  MaxCount=10                         ; Number of times
  """

private func parse(
  _ text: String, path: String = "ls_srv.conf", folder: String? = nil
) throws(ConfError) -> ServiceDefinition {
  try ServiceDefinition.parse(Array(text.utf8), path: path, folder: folder)
}

/// A native definition with these values.
private func native(_ executable: String, command: String? = nil) throws(ConfError) -> ServiceDefinition {
  try parse(
    "[ServiceInfo]\nServiceName=ls\nExecType=native\nAllowedRequester=curl\nExecutableFileName=\(executable)\n"
      + (command.map { "ExecCmd=\($0)\n" } ?? ""))
}

private func refusal(_ body: () throws(ConfError) -> ServiceDefinition) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return error.message
  }
}

@Suite struct ServiceDefinitionTests {
  @Test func homeEdgesNativeExampleIsRead() throws {
    let definition = try parse(lsText, path: "/apps/ls_srv/ls_srv.conf", folder: "ls_srv")
    #expect(definition.name == "ls")
    #expect(definition.kind == .native)
    #expect(definition.executable == "ls")
    #expect(definition.allowedRequesters == ["bash", "curl"])
    #expect(definition.command == [])
  }

  @Test func homeEdgesContainerExampleIsRead() throws {
    let definition = try parse(
      "[ServiceInfo]\r\nServiceName = hello-world\r\nExecType = container\r\n"
        + "ExecCmd = docker run -v /var/run:/var/run:rw hello-world\r\n")
    #expect(definition.kind == .container)
    #expect(definition.executable == nil)
    #expect(definition.command == ["docker", "run", "-v", "/var/run:/var/run:rw", "hello-world"])
  }

  @Test func aContainerWithoutCommandAndRequestersIsADefinition() throws {
    let definition = try parse("[ServiceInfo]\nServiceName=DataStorage  ; Name\nExecType=container\n")
    #expect(definition.name == "DataStorage")
    #expect(definition.command.isEmpty && definition.allowedRequesters.isEmpty)
  }

  @Test func quotesKeepBlanksTogether() throws {
    let definition = try parse(
      "[ServiceInfo]\nServiceName=a\nExecType=container\n"
        + #"ExecCmd=docker  run -e "A=b c" -e 'D="e' "q\"\\\n" x"y z"w "" image"#)
    #expect(
      definition.command
        == ["docker", "run", "-e", "A=b c", "-e", "D=\"e", "q\"\\\\n", "xy zw", "", "image"])
  }

  @Test(arguments: [
    ("", "ls_srv.conf: [ServiceInfo] needs 'ServiceName = …'"),
    ("[ServiceInfo]\nServiceName=a\n", "ls_srv.conf:1: [ServiceInfo] needs 'ExecType = …'"),
    (
      "[ServiceInfo]\nServiceName=a\nExecType=android",
      "ls_srv.conf:3: ExecType = android; expected container or native"
    ),
    (
      "[ServiceInfo]\nServiceName=a b\nExecType=native",
      "ls_srv.conf:2: ServiceName = a b; expected a name of at most 200 bytes without blanks and '/'"
    ),
    (
      "[ServiceInfo]\nServiceName=a\nExecType=container\nExecCmd=docker \"run",
      "ls_srv.conf:4: ExecCmd = docker \"run; expected at most 256 words, every quote closed"
    ),
    (
      "[ServiceInfo]\nServiceName=a\nExecType=native\nExecutableFileName=ls",
      "ls_srv.conf:1: [ServiceInfo] needs 'AllowedRequester = …'"
    ),
    (
      "[ServiceInfo]\nServiceName=a\nExecType=native\nAllowedRequester=curl",
      "ls_srv.conf:1: [ServiceInfo] needs 'ExecutableFileName = …'"
    ),
  ])
  func whatADefinitionLacksIsNamed(_ text: String, _ message: String) {
    #expect(refusal { () throws(ConfError) in try parse(text) } == message)
  }

  @Test func theFileMustBeNamedAfterItsFolder() {
    #expect(
      refusal { () throws(ConfError) in try parse(lsText, path: "/apps/x/ls_srv.conf", folder: "x") }
        == "/apps/x/ls_srv.conf: expected the name x.conf, as its folder has")
  }

  @Test(arguments: [
    "sudo", "su", "bash", "bsh", "csh", "adb", "sh", "ssh", "scp", "cat", "chage", "chpasswd", "dmidecode",
    "dmsetup", "fcinfo", "fdisk", "iscsiadm", "lsof", "multipath", "oratab", "prtvtoc", "ps", "pburn",
    "pfexec",
    "dzdo", "/bin/bash", "./sh", "dash", "busybox", "env", "python", "python3", "/usr/bin/python3.11",
    "lua5.4",
    "ls;ps", "../ls", "/usr/../tmp/ls", "/", "a/",
  ])
  func aProgramThatMustNotBeOfferedIsRefused(_ program: String) {
    let message = refusal { () throws(ConfError) in try native(program) }
    #expect(message?.hasPrefix("ls_srv.conf:5: ExecutableFileName = \(program); expected ") == true)
  }

  @Test func theCommandOfANativeDefinitionMustBeItsProgram() {
    #expect(refusal { () throws(ConfError) in try native("ls", command: "ls -l") } == nil)
    #expect(
      refusal { () throws(ConfError) in try native("ls", command: "dir -l") }
        == "ls_srv.conf:6: ExecCmd = dir -l; expected a command that begins with ls")
    #expect(refusal { () throws(ConfError) in try native("ls", command: "ls | wc") } != nil)
  }
}

@Suite struct NativeCommandTests {
  private func check(
    _ command: [String], service: String = "ls", requester: String = "curl", executable: String = "ls",
    registered: String? = nil
  ) throws -> [String] {
    let definition = try native(executable, command: registered)
    return try ServiceDefinition.checkNative(
      service: service, command: command, requester: requester, among: [definition])
  }

  /// Scenario S9 of the behaviour to be compatible with.
  @Test func homeEdgesNativeScenario() throws {
    let definitions = [try parse(lsText)]
    func message(_ command: [String], _ requester: String) -> String {
      do {
        _ = try ServiceDefinition.checkNative(
          service: "ls", command: command, requester: requester, among: definitions)
        return "ERROR_NONE"
      } catch {
        return error.rawValue
      }
    }
    #expect(message(["ls"], "curl") == "ERROR_NONE")
    #expect(message(["ls"], "wget") == "not allowed service execution")
    #expect(message(["ls", ";", "ps"], "curl") == "found injection command")
    #expect(message(["dir"], "curl") == "not matched service with executable")
    #expect(message([""], "curl") == "not found executable file")
  }

  @Test func aServiceThatIsNotRegisteredIsRefused() {
    #expect(throws: NativeRefusal.notRegistered) { try check(["ls"], service: "dir") }
  }

  @Test func aContainerDefinitionAllowsNoNativeCommand() throws {
    let container = try parse("[ServiceInfo]\nServiceName=ls\nExecType=container\nAllowedRequester=curl\n")
    #expect(throws: NativeRefusal.notRegistered) {
      try ServiceDefinition.checkNative(service: "ls", command: ["ls"], requester: "curl", among: [container])
    }
  }

  @Test func injectionIsFoundBeforeAnythingElse() {
    #expect(throws: NativeRefusal.injection) { try check(["dir;"], service: "x", requester: "y") }
  }

  @Test(arguments: [
    ";", "&", "&&", "||", "'", "(", ")", "#", "|", "`", "$", "$(id)", "<", ">", "a\nb", "\r", "\0", "a\tb",
  ])
  func everyCharacterOfTheShellIsInjection(_ word: String) {
    #expect(throws: NativeRefusal.injection) { try check(["ls", word]) }
    #expect(throws: NativeRefusal.injection) { try check(["ls\(word)"]) }
  }

  @Test func aPathInTheDefinitionMustBeMetAsAWhole() throws {
    #expect(try check(["/opt/x/ls", "-l"], executable: "/opt/x/ls") == ["/opt/x/ls", "-l"])
    #expect(try check(["ls", "-l"], executable: "/opt/x/ls") == ["/opt/x/ls", "-l"])
    for path in ["/tmp/ls", "./ls", "/opt/x/../x/ls", "/opt/x//ls", "opt/x/ls", "/bin/ls"] {
      #expect(throws: NativeRefusal.otherExecutable) { try check([path], executable: "/opt/x/ls") }
    }
  }

  @Test func aBareNameInTheDefinitionIsMetOnlyInTheSystemsFolders() throws {
    #expect(try check(["/usr/bin/ls"]) == ["/usr/bin/ls"])
    for path in ["/tmp/ls", "./ls", "/usr/bin/../../tmp/ls", "/home/x/usr/bin/ls", "bin/ls"] {
      #expect(throws: NativeRefusal.otherExecutable) { try check([path]) }
    }
  }

  @Test func aRequestWithoutCommandGetsTheDefinitions() throws {
    #expect(try check([], registered: "ls -l \"a b\"") == ["ls", "-l", "a b"])
    #expect(try check([]) == ["ls"])
    #expect(try check([], executable: "/opt/x/ls", registered: "ls -a") == ["/opt/x/ls", "-a"])
  }

  @Test func aCommandOfTooManyWordsIsRefused() {
    let words = Array(repeating: "ls", count: ServiceDefinition.wordLimit + 1)
    #expect(throws: NativeRefusal.injection) { try check(words) }
  }
}
