import Orchestration
import Settings
import Wire

/// `hearth stop`: stops runs and waits until they have ended.
enum StopCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let client = try ApiClient(values[.api])
    var exitCode: Int32 = 0
    for id in values.operands {
      do throws(CommandFailure) {
        let run = try client.call("DELETE", try ApiClient.path(ofRun: id))
        let name = run["id"]?.string ?? id
        let end = try FollowedRun(client: client, id: name, showsOutput: false).follow(isStop: true)
        Terminal.write(name + "\n")
        // What cannot be stopped, on a node of Home Edge, is given up, and that was said.
        if run["state"]?.string == RunState.handedOver.name, end["failure"] != nil { exitCode = 1 }
      } catch {
        Terminal.complain(error.text)
        exitCode = 1
      }
    }
    return exitCode
  }
}
