// What Hearth uses of libgpiod: one interface over its two incompatible generations, 1.6 (Debian 12) and 2.x, of which
// the header that is found at compile time decides. None of the library's types crosses this border.
#ifndef CGPIOD_H
#define CGPIOD_H

#include <stddef.h>

/// A chip that is looked at; holding it claims no line.
typedef struct cgpiod_chip cgpiod_chip;

/// NULL where `path` (`/dev/gpiochip0`) is no GPIO chip or may not be opened; errno says why.
cgpiod_chip *cgpiod_open(const char *path);
void cgpiod_close(cgpiod_chip *chip);
/// Writes the chip's label, cut to `room` bytes with its NUL. Returns 0, or minus an error number.
int cgpiod_label(cgpiod_chip *chip, char *label, size_t room);
/// How many lines the chip has; minus an error number where that cannot be told.
int cgpiod_count(cgpiod_chip *chip);
/// The lowest line of that name: its offset, -1 where there is none.
int cgpiod_find(cgpiod_chip *chip, const char *name);

/// A line that this process holds. The kernel takes it back when the process ends, however that happens.
typedef struct cgpiod_line cgpiod_line;

enum {
  /// Logical 1 is the low level.
  cgpiod_active_low = 1,
  /// What pulls the line while nobody drives it; none of them: as it is.
  cgpiod_pull_up = 2,
  cgpiod_pull_down = 4,
  cgpiod_no_pull = 8,
};

/// Claims a line and drives it at once at the logical `value`. NULL and errno: EBUSY where somebody else holds it.
cgpiod_line *cgpiod_output(const char *path, unsigned offset, int value, int flags);
/// Claims a line to read it and to be told of its edges, through its descriptor. A line of a chip without interrupts
/// (ENXIO) is claimed to be read only.
cgpiod_line *cgpiod_input(const char *path, unsigned offset, int flags);
/// Frees the line; its level is then up to the chip and what pulls the line.
void cgpiod_release(cgpiod_line *line);

/// Readable when the level of an input has changed; -1 where that is not told.
int cgpiod_descriptor(const cgpiod_line *line);
/// Takes the pending edges, at most 64 in one call, without waiting. Returns how many, or minus an error number.
int cgpiod_drain(cgpiod_line *line);
/// The logical level, 0 or 1, or minus an error number.
int cgpiod_get(cgpiod_line *line);
/// Returns 0, or minus an error number.
int cgpiod_set(cgpiod_line *line, int value);

#endif
