/// What pulls a GPIO line while nobody drives it (linux/gpio.h, GPIO_V2_LINE_FLAG_BIAS_PULL_UP and its like).
package enum LineBias: String, Sendable {
  /// Whatever the chip does already.
  case asIs = "as-is"
  case up = "pull-up"
  case down = "pull-down"
  /// Nothing pulls.
  case off = "off"
}
