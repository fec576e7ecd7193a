internal import CLinux

@main
struct Hearth {
  static func main() {
    print("hearth")
  }
}
