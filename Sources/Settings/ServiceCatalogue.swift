import Basics
internal import CLinux
package import Orchestration
import Platform
import Wire

/// The services this node's owner has defined.
package final class ServiceCatalogue {
  private let homeEdge: String
  private var own: String
  /// All that were read without fault: Home Edge's first, then our own, each in the order of their names.
  /// A name may stand once for a container and once for a native program; the first one counts.
  package private(set) var definitions: [ServiceDefinition] = []
  /// Told of each faulty definition, in one sentence.
  package var onFault: (String) -> Void = { Log.warning($0) }
  /// Bytes of names and of their files' times when last read: what tells that something has changed.
  private var stamp: UInt64 = 0

  /// Definitions a node may have.
  private static let limit = 256
  private static let sizeLimit = 64 << 10

  /// - Parameters:
  ///   - homeEdge: Home Edge's folder; its definitions are `apps/NAME/NAME.conf` below it.
  ///   - own: our folder of `NAME.conf` files in the same format.
  package init(homeEdge: String, own: String) {
    self.homeEdge = homeEdge + "/apps"
    self.own = own
  }

  /// Looks for our own definitions in another folder from now on.
  package func use(own: String) {
    self.own = own
    refresh()
  }

  /// The definition of that name and kind; nil where there is none.
  package func definition(_ name: String, kind: ServiceDefinition.Kind) -> ServiceDefinition? {
    definitions.first { $0.name == name && $0.kind == kind }
  }

  /// Reads all definitions again if a file was added, changed or removed. A faulty one is logged and left out.
  package func refresh() {
    let files = self.files()
    var newStamp = FNV1a()
    for file in files { newStamp.add(file.stamp) }
    guard newStamp.value != stamp else { return }
    stamp = newStamp.value
    definitions = []
    for file in files {
      do throws(SystemError) {
        add(try File.read(file.path, limit: Self.sizeLimit), file)
      } catch {
        onFault(error.description)
      }
    }
  }

  private func add(_ bytes: [UInt8], _ file: DefinitionFile) {
    do throws(ConfError) {
      let definition = try ServiceDefinition.parse(bytes, path: file.path, folder: file.folder)
      if self.definition(definition.name, kind: definition.kind) != nil {
        onFault("\(file.path): \(definition.kind.rawValue) service \(definition.name) is defined already")
      } else {
        definitions.append(definition)
      }
    } catch {
      onFault(error.message)
    }
  }

  private struct DefinitionFile {
    let path: String
    let folder: String?
    let stamp: UInt64
  }

  private func files() -> [DefinitionFile] {
    var found: [DefinitionFile] = []
    for name in File.names(in: homeEdge, limit: Self.limit).ordered() {
      if let file = Self.file("\(homeEdge)/\(name)/\(name).conf", folder: name) { found.append(file) }
    }
    for name in File.names(in: own, limit: Self.limit).ordered() where name.ends(with: ".conf") {
      if let file = Self.file("\(own)/\(name)", folder: nil) { found.append(file) }
    }
    return found
  }

  private static func file(_ path: String, folder: String?) -> DefinitionFile? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    var stamp = FNV1a()
    stamp.add(path)
    stamp.add(UInt64(truncatingIfNeeded: status.st_mtim.tv_sec))
    stamp.add(UInt64(truncatingIfNeeded: status.st_mtim.tv_nsec))
    stamp.add(UInt64(truncatingIfNeeded: status.st_ino))
    stamp.add(UInt64(truncatingIfNeeded: status.st_size))
    return DefinitionFile(path: path, folder: folder, stamp: stamp.value)
  }
}
