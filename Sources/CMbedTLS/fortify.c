// Debian builds its libmbedtls archives against glibc with fortified functions; musl has only the plain ones.
// Each checks what glibc's would check and then does the plain function's work (glibc: debug/*_chk.c).
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef __GLIBC__

void *__memcpy_chk(void *to, const void *from, size_t count, size_t room) {
  if (count > room) abort();
  return memcpy(to, from, count);
}

void *__memset_chk(void *to, int byte, size_t count, size_t room) {
  if (count > room) abort();
  return memset(to, byte, count);
}

int __vsnprintf_chk(char *to, size_t count, int flag, size_t room, const char *format, va_list arguments) {
  (void)flag;
  if (count > room) abort();
  return vsnprintf(to, count, format, arguments);
}

int __snprintf_chk(char *to, size_t count, int flag, size_t room, const char *format, ...) {
  (void)flag;
  if (count > room) abort();
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(to, count, format, arguments);
  va_end(arguments);
  return length;
}

// Only the library's self-tests print; they are linked with what stands beside them and never run.
int __printf_chk(int flag, const char *format, ...) {
  (void)flag;
  (void)format;
  return 0;
}

#endif
