// Functions the Embedded Swift library expects from its platform and musl does not have.
#include "CLinux.h"

#ifndef __GLIBC__

// Seeds the hashing of Dictionary and Set (swift/stdlib/public/core/Hashing).
void arc4random_buf(void *buffer, size_t count) {
  unsigned char *next = buffer;
  while (count > 0) {
    ssize_t got = getrandom(next, count, 0);
    if (got < 0) continue;
    next += got;
    count -= (size_t)got;
  }
}

// Double.init(_: String); the ARM archives of the embedded library lack it.
const char *_swift_stdlib_strtod_clocale(const char *text, double *value) {
  char *end;
  *value = strtod(text, &end);
  return end;
}

#endif
