internal import CLinux
import Platform
import Settings

/// `hearth serve`: becomes the agent, the `hearthd` beside this program.
enum ServeCommand {
  /// Returns only where that fails.
  static func run(_ values: OptionValues) throws(CommandFailure) -> Int32 {
    let own = File.linkTarget("/proc/self/exe") ?? ""
    let folder = own.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(own[...$0]) } ?? ""
    let agent = folder + "hearthd"
    let words = ["hearthd"] + values.operands
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    pointers.append(nil)
    execv(agent, &pointers)
    throw CommandFailure(SystemError("exec", agent).description + "; the agent belongs beside this program")
  }
}
