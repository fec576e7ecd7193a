package import Basics
package import Orchestration
internal import Platform
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
  /// Of the files that were read last; 0 before the first.
  package private(set) var stamp: UInt64 = 0

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
  }

  /// The definition of that name and kind; nil where there is none.
  package func definition(_ name: String, kind: ServiceDefinition.Kind) -> ServiceDefinition? {
    definitions.first { $0.name == name && $0.kind == kind }
  }

  /// The files of the definitions, as a `FileSet` names them.
  package var patterns: [String] { [homeEdge + FileSet.eachFolder, own + FileSet.each] }

  /// Reads all definitions again if a file was added, changed or removed. A faulty one is logged and left out.
  package func refresh() {
    if let files = FileSet(patterns, since: stamp) { take(files) }
  }

  /// Goes on with the definitions in these files.
  package func take(_ found: FileSet) {
    stamp = found.stamp
    definitions = []
    for file in found.files {
      do throws(SystemError) {
        add(try file.contents(), file)
      } catch {
        onFault(error.description)
      }
    }
  }

  private func add(_ bytes: [UInt8], _ file: FoundFile) {
    do throws(ConfError) {
      let definition = try ServiceDefinition.parse(
        bytes, path: file.path, folder: file.name.isEmpty ? nil : file.name)
      if self.definition(definition.name, kind: definition.kind) != nil {
        onFault("\(file.path): \(definition.kind.rawValue) service \(definition.name) is defined already")
      } else {
        definitions.append(definition)
      }
    } catch {
      onFault(error.message)
    }
  }
}
