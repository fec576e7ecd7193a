// How Embedded Swift 6.2 copies and moves the bytes of arrays. Optimised for size, it does so one by one, with a call for
// each: of 1 MiB 2 ms. The linker takes these in place of the library's, whose names and convention they have, for every
// array of bytes; of a compiler that names them otherwise it leaves these out, and takes the library's.
#include <string.h>

#define SWIFT __attribute__((swiftcall))

// UnsafeMutablePointer.initialize(from:count:) and moveInitialize(from:count:), for UInt8 and what has its layout.
SWIFT void hearth_copy(const void *from, size_t count, void *to) __asm__("$eSp10initialize4from5countySPyxG_SitFs5UInt8V_Tg5");
SWIFT void hearth_move(const void *from, size_t count, void *to) __asm__("$eSp14moveInitialize4from5countySpyxG_SitFs5UInt8V_Tg5");
SWIFT void hearth_move_signed(const void *from, size_t count, void *to)
    __asm__("$eSp14moveInitialize4from5countySpyxG_SitFs4Int8V_Tg5");

SWIFT void hearth_copy(const void *from, size_t count, void *to) { memcpy(to, from, count); }
SWIFT void hearth_move(const void *from, size_t count, void *to) { memmove(to, from, count); }
SWIFT void hearth_move_signed(const void *from, size_t count, void *to) { memmove(to, from, count); }
