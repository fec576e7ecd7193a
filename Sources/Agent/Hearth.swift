internal import CLinux

@main
struct Hearth {
  static func main() {
    exit(Command.run(Arguments.ofProcess()))
  }
}
