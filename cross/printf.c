// Printing for who needs it: musl's inet_ntop and getnameinfo, and libgpiod. They know %d, %u, %x and %s, without widths;
// anything else ends the program. Musl's own comes with floating point and wide characters (12 kB).
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

static int print(char *target, size_t room, const char *format, va_list values) {
  size_t length = 0;
  for (; *format; format++) {
    char itself[] = {*format, 0}, number[12];
    const char *text = itself;
    if (*format == '%' && *++format == 's') {
      text = va_arg(values, const char *);
    } else if (itself[0] == '%') {
      if (*format != 'd' && *format != 'u' && *format != 'x') __builtin_trap();
      unsigned value = va_arg(values, unsigned), base = *format == 'x' ? 16 : 10;
      int is_negative = *format == 'd' && (int)value < 0;
      if (is_negative) value = -value;
      char *first = number + sizeof number;
      *--first = 0;
      do *--first = "0123456789abcdef"[value % base]; while (value /= base);
      if (is_negative) *--first = '-';
      text = first;
    }
    for (; *text; text++, length++) {
      if (length + 1 < room) target[length] = *text;
    }
  }
  if (room > 0) target[length < room ? length : room - 1] = 0;
  return (int)length;
}

int snprintf(char *restrict target, size_t room, const char *restrict format, ...) {
  va_list values;
  va_start(values, format);
  int length = print(target, room, format, values);
  va_end(values);
  return length;
}

int sprintf(char *restrict target, const char *restrict format, ...) {
  va_list values;
  va_start(values, format);
  int length = print(target, SIZE_MAX, format, values);
  va_end(values);
  return length;
}
