// What needs storage of its own, and functions the Embedded Swift library expects from its platform and musl does not have.
// Only here: under this macro the C library's headers differ from those that other modules were made of.
#define _GNU_SOURCE 1
#include "CLinux.h"

int clinux_accept(int fd, struct sockaddr_storage *address, socklen_t *length) {
  return accept4(fd, (struct sockaddr *)address, length, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

/// Replaces the process by the program `arguments[0]`, looked for in PATH; returns only where that fails.
void clinux_exec(char *const arguments[], char *const environment[]) {
  execvpe(arguments[0], arguments, environment);
}

static volatile sig_atomic_t interrupted;

static void note_interrupt(int number) {
  (void)number;
  interrupted = 1;
}

void clinux_note_interrupts(void) {
  // Without SA_RESTART: the read that is under way is to end.
  struct sigaction action = {.sa_handler = note_interrupt};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, 0);
  sigaction(SIGTERM, &action, 0);
}

int clinux_take_interrupt(void) {
  int was = interrupted;
  interrupted = 0;
  return was;
}

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
