// What Embedded Swift's strings ask of Unicode's normalisation, without its tables (35 kB): every scalar stands for
// itself. So texts are equal when their scalars are, which is what JSON (RFC 8259, section 8.3), HTTP and Docker mean.
// The functions are those of libswiftUnicodeDataTables.a, which the linker then need not take.
#include <stdint.h>

const uint8_t *_swift_stdlib_nfd_decompositions = 0;

// No bit set: combines with nothing, and is normalised.
uint16_t _swift_stdlib_getNormData(uint32_t scalar) {
  (void)scalar;
  return 0;
}

uint32_t _swift_stdlib_getDecompositionEntry(uint32_t scalar) {
  (void)scalar;
  return 0;
}

// The largest number says that two scalars make none together.
uint32_t _swift_stdlib_getComposition(uint32_t first, uint32_t second) {
  (void)first;
  (void)second;
  return UINT32_MAX;
}
