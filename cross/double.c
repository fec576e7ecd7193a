// What Embedded Swift before 6.3 lacks of numbers and texts; from 6.3 on its library does both in Swift, and the linker
// leaves this out. Both are called with Swift's convention: of a call with another one the linker's optimizer makes
// what it likes.
//
// Double.description: the shortest decimal number that reads back as the same double, nearest to it of those (Steele
// and White; Dragon4), by whole numbers of as many words as it takes.
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { WORDS = 36 };  // 2^1024 times ten and the margins

typedef struct {
  uint32_t words[WORDS];
} Whole;

static void multiply(Whole *number, uint32_t factor) {
  uint64_t carry = 0;
  for (int index = 0; index < WORDS; index++) {
    carry += (uint64_t)number->words[index] * factor;
    number->words[index] = (uint32_t)carry;
    carry >>= 32;
  }
}

static void shift(Whole *number, int bits) {
  for (; bits > 0; bits -= 16) multiply(number, 1u << (bits < 16 ? bits : 16));
}

// The sign of left + more - right.
static int compare(const Whole *left, const Whole *more, const Whole *right) {
  int64_t carry = 0;
  bool differs = false;
  for (int index = 0; index < WORDS; index++) {
    carry += (int64_t)left->words[index] + (more ? more->words[index] : 0) - right->words[index];
    differs |= (uint32_t)carry != 0;
    carry >>= 32;
  }
  return carry < 0 ? -1 : differs;
}

static void subtract(Whole *from, const Whole *number) {
  int64_t carry = 0;
  for (int index = 0; index < WORDS; index++) {
    carry += (int64_t)from->words[index] - number->words[index];
    from->words[index] = (uint32_t)carry;
    carry >>= 32;
  }
}

// Writes the digits and returns how many; the number is 0.DIGITS times ten to `exponent`.
static int shortest(uint64_t fraction, int power, char *digits, int *exponent) {
  // value = above / below; the neighbours are half of margin away, all three over below.
  Whole above = {{(uint32_t)fraction, (uint32_t)(fraction >> 32)}}, below = {{1}}, lower = {{1}}, upper = {{1}};
  bool isUneven = fraction == 1ull << 52 && power > -1074, isEven = fraction % 2 == 0;
  shift(&above, 1 + isUneven + (power > 0 ? power : 0));
  shift(&below, 1 + isUneven + (power < 0 ? -power : 0));
  shift(&lower, power > 0 ? power : 0);
  shift(&upper, isUneven + (power > 0 ? power : 0));
  int ten = 0;
  for (; compare(&above, &upper, &below) > -isEven; ten++) multiply(&below, 10);
  for (;; ten--) {
    Whole next = above, margin = upper;
    multiply(&next, 10);
    multiply(&margin, 10);
    if (compare(&next, &margin, &below) > -isEven) break;
    above = next;
    upper = margin;
    multiply(&lower, 10);
  }
  *exponent = ten;
  for (int count = 0;;) {
    multiply(&above, 10);
    multiply(&lower, 10);
    multiply(&upper, 10);
    int digit = 0;
    for (; compare(&above, 0, &below) >= 0; digit++) subtract(&above, &below);
    bool isLow = compare(&above, 0, &lower) < isEven, isHigh = compare(&above, &upper, &below) > -isEven;
    if (isLow || isHigh) {
      if (isHigh && (!isLow || compare(&above, &above, &below) > 0 || (compare(&above, &above, &below) == 0 && digit % 2)))
        digit++;
      digits[count++] = (char)('0' + digit);
      return count;
    }
    digits[count++] = (char)('0' + digit);
  }
}

// As swift/stdlib/public/runtime/SwiftDtoa.cpp lays it out: exponents below 1e-4 and above 2^53.
__attribute__((swiftcall)) uint64_t swift_float64ToString(char *target, size_t room, double value, bool debug) {
  (void)debug;
  uint64_t pattern;
  memcpy(&pattern, &value, sizeof pattern);
  char text[40], digits[20], *next = text;
  int biased = (int)(pattern >> 52 & 0x7ff), exponent = 1, count = 1;
  uint64_t fraction = pattern & ((1ull << 52) - 1);
  if (pattern >> 63 && !(biased == 0x7ff && fraction)) *next++ = '-';
  if (biased == 0x7ff) {
    memcpy(next, fraction ? "nan" : "inf", 3);
    next += 3;
  } else {
    digits[0] = '0';
    if (biased > 0) fraction |= 1ull << 52;
    if (fraction) count = shortest(fraction, biased > 0 ? biased - 1075 : -1074, digits, &exponent);
    double size = value < 0 ? -value : value;
    if (exponent < -3 || size > 0x1p53) {
      *next++ = digits[0];
      if (count > 1) *next++ = '.';
      memcpy(next, digits + 1, (size_t)count - 1);
      next += count - 1;
      int power = exponent - 1;
      *next++ = 'e';
      *next++ = power < 0 ? '-' : '+';
      if (power < 0) power = -power;
      if (power >= 100) *next++ = (char)('0' + power / 100);
      *next++ = (char)('0' + power / 10 % 10);
      *next++ = (char)('0' + power % 10);
    } else {
      for (int place = exponent < 1 ? exponent - 1 : 0; place < exponent || place < count; place++) {
        if (place == (exponent < 1 ? exponent : 0) && exponent < 1) *next++ = '.';
        else if (place == exponent && exponent > 0) *next++ = '.';
        *next++ = place >= 0 && place < count ? digits[place] : '0';
      }
      if (count <= exponent) *next++ = '.', *next++ = '0';
    }
  }
  size_t length = (size_t)(next - text);
  if (length > room) length = room;
  memcpy(target, text, length);
  return length;
}

// Double.init(_: String), for Sources/Wire/Decimal.swift.
const char *_swift_stdlib_strtod_clocale(const char *text, double *value);

__attribute__((swiftcall)) const char *hearth_strtod(const char *text, double *value) {
  return _swift_stdlib_strtod_clocale(text, value);
}
