import Settings
import Wire

/// `hearth stop`: stops runs and waits until they have ended.
enum StopCommand {
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let client = try ApiClient(values[.api])
    var exitCode: Int32 = 0
    for id in values.operands {
      do throws(CommandFailure) {
        let run = try client.call("DELETE", "/api/v2/runs/" + id)
        let name = run["id"]?.string ?? id
        _ = try FollowedRun(client: client, id: name, showsOutput: false).follow()
        Terminal.write(name + "\n")
      } catch {
        Terminal.complain(error.text)
        exitCode = 1
      }
    }
    return exitCode
  }
}
