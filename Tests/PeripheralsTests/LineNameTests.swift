import Testing

@testable import Basics
@testable import Peripherals

struct LineNameTests {
  @Test func aWordIsALineNameOverAllChips() {
    #expect(LineName("GPIO17") == .name("GPIO17"))
    #expect(LineName("GPIO-A") == .name("GPIO-A"))
  }

  @Test func digitsBehindTheLastColonAreAnOffset() {
    #expect(LineName("pinctrl-bcm2835:17") == .place(label: "pinctrl-bcm2835", offset: 17))
    #expect(LineName("a:b:3") == .place(label: "a:b", offset: 3))
    #expect(LineName("gpio-brcmstb@107d508500:0")?.text == "gpio-brcmstb@107d508500:0")
  }

  @Test func aColonWithoutDigitsBelongsToTheName() {
    #expect(LineName("green:user1x") == .name("green:user1x"))
  }

  @Test(arguments: ["", ":3", "a b", "a\u{7f}", String(repeating: "x", count: 32)])
  func whatNoLineCanBeNamedIsRefused(_ text: String) {
    #expect(LineName(text) == nil)
  }
}
