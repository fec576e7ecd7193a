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

// Not of Unicode, but of strings too. Retaining an object must give it back as it was: the compilers for ARM go on with
// the register that holds the result. Embedded Swift 6.3 gives it back without its tag, which makes a short string a
// wild pointer (swiftlang/swift#91151, in a later release). Its definition is weak, so this one is taken.
#if UINTPTR_MAX > UINT32_MAX
void *swift_retain_n(void *object, uint32_t count);

void *swift_bridgeObjectRetain_n(void *object, uint32_t count) {
  // Bit 63 marks what has no count; of the rest these bits are no part of the address.
  if ((intptr_t)object >= 0) swift_retain_n((void *)((uintptr_t)object & 0x8ffffffffffffff8), count);
  return object;
}

void *swift_bridgeObjectRetain(void *object) { return swift_bridgeObjectRetain_n(object, 1); }
#endif
