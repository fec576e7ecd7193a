// Double.init(_: String): the nearest double to a decimal number, exactly, by whole numbers of as many words as it takes.
// The C library's strtod goes by way of long double, which is emulated on arm64 (20 kB there).
#include "CLinux.h"

#include <stdbool.h>
#include <string.h>

enum { DIGITS = 600, WORDS = 100 };  // 10^(326 + DIGITS) has 97 words

// Words beyond count are zero.
typedef struct {
  uint32_t words[WORDS];
  int count;
} Whole;

static void multiply(Whole *number, uint32_t factor, uint32_t carry) {
  uint64_t sum = carry;
  for (int index = 0; index < number->count; index++) {
    sum += (uint64_t)number->words[index] * factor;
    number->words[index] = (uint32_t)sum;
    sum >>= 32;
  }
  if (sum > 0) number->words[number->count++] = (uint32_t)sum;
}

static int compare(const Whole *left, const Whole *right) {
  for (int index = WORDS - 1; index >= 0; index--) {
    if (left->words[index] != right->words[index]) return left->words[index] < right->words[index] ? -1 : 1;
  }
  return 0;
}

static void subtract(Whole *from, const Whole *number) {
  int64_t difference = 0;
  for (int index = 0; index < WORDS; index++) {
    difference += (int64_t)from->words[index] - number->words[index];
    from->words[index] = (uint32_t)difference;
    difference >>= 32;
  }
}

static uint64_t nearest(Whole *above, Whole *below) {
  // The number is above / below / 2^shift, the fraction from 1 up to 2.
  int shift = 0;
  for (; compare(above, below) >= 0; shift--) multiply(below, 2, 0);
  for (; compare(above, below) < 0; shift++) multiply(above, 2, 0);
  // 53 bits, or as many as are above 2^-1074.
  int bits = shift > 1022 ? 1075 - shift : 53;
  if (bits < 0) return 0;
  uint64_t found = 0;
  for (int bit = 0; bit < bits; bit++) {
    bool isSet = compare(above, below) >= 0;
    if (isSet) subtract(above, below);
    found = found << 1 | isSet;
    multiply(above, 2, 0);
  }
  int rest = compare(above, below);
  if (rest > 0 || (rest == 0 && (found & 1))) found++;
  // The highest bit adds one to the exponent, as does a carry out of the fraction.
  int exponent = bits < 53 ? 0 : 1022 - shift;
  uint64_t infinity = 0x7ffull << 52;
  return exponent >= 2046 ? infinity : found + ((uint64_t)exponent << 52);
}

const char *clinux_double(const char *text, double *value) {
  Whole above = {.count = 1}, below = {.words = {1}, .count = 1};
  bool isNegative = *text == '-', hasPoint = false, hasDigits = false;
  if (isNegative || *text == '+') text++;
  int digits = 0, exponent = 0;
  for (;; text++) {
    unsigned digit = (unsigned)*text - '0';
    if (*text == '.' && !hasPoint) {
      hasPoint = true;
    } else if (digit < 10) {
      hasDigits = true;
      exponent -= hasPoint;
      if (digits > 0 || digit > 0) digits++;
      if (digits > DIGITS || exponent < -2 * DIGITS) return NULL;
      multiply(&above, 10, digit);
    } else {
      break;
    }
  }
  if (!hasDigits) return NULL;
  if ((*text | 0x20) == 'e') {
    bool isSmall = *++text == '-';
    if (isSmall || *text == '+') text++;
    if ((unsigned)*text - '0' >= 10) return NULL;
    int number = 0;
    for (; (unsigned)*text - '0' < 10; text++) {
      if (number < 10000) number = number * 10 + (*text - '0');
    }
    exponent += isSmall ? -number : number;
  }
  uint64_t pattern = 0;
  if (digits > 0 && digits + exponent > 309) {
    pattern = 0x7ffull << 52;
  } else if (digits > 0 && digits + exponent > -325) {
    for (; exponent > 0; exponent--) multiply(&above, 10, 0);
    for (; exponent < 0; exponent++) multiply(&below, 10, 0);
    pattern = nearest(&above, &below);
  }
  pattern |= (uint64_t)isNegative << 63;
  memcpy(value, &pattern, sizeof *value);
  return text;
}
