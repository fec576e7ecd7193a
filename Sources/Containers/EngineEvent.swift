/// What a call to the Engine yields.
///
/// Every call ends with exactly one `done` or `failed`, after which it yields nothing more.
package enum EngineEvent: Equatable, Sendable {
  /// The Engine described itself.
  case version(EngineDescription)
  /// A pull went on.
  case progress(PullProgress)
  /// A container was created; the warnings are for people.
  case created(id: String, warnings: [String])
  /// The container is attached to: whatever it writes from now on comes.
  case attached
  /// A container wrote. The pieces are as they came: neither whole lines nor whole characters.
  case output(EngineStream, [UInt8])
  /// A container that was waited for ended.
  case exited(code: Int64)
  /// One container, inspected.
  case container(ContainerState)
  /// The containers that matched.
  case containers([ContainerState])
  /// The Engine holds this image.
  case image(ImageDescription)
  /// Images that the Engine holds; there may be more.
  case images([ImageDescription])
  /// Something happened in the Engine.
  case notice(EngineNotice)
  /// The call did what it was for.
  case done
  /// The call failed, or its connection did.
  case failed(EngineError)
}

/// The stream a container wrote to.
package enum EngineStream: UInt8, Equatable, Sendable {
  /// Input, echoed on attaching.
  case stdin = 0
  /// Output; all of a terminal's.
  case stdout = 1
  /// Errors; nothing of a terminal's.
  case stderr = 2
}
