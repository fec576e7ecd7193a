// What Swift cannot import from the C library: variadic functions, function-like macros and a few structures.
// What takes a loop or a branch is here only where C says it in fewer lines than Swift over raw pointers: descriptors
// closed after a fork, socket addresses, locks, datagrams with their interface (support.c), doubles from decimals
// (decimal.c).
#ifndef CLINUX_H
#define CLINUX_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <math.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// errno is a macro over a thread-local.
static inline int clinux_errno(void) { return errno; }

// Variadic in C.
static inline int clinux_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }
static inline int clinux_fcntl(int fd, int command, long argument) { return fcntl(fd, command, argument); }

// Enumerations in one C library, macros in the other.
static const int clinux_stream = SOCK_STREAM, clinux_datagram = SOCK_DGRAM, clinux_cloexec = SOCK_CLOEXEC,
                 clinux_nonblock = SOCK_NONBLOCK, clinux_nosignal = MSG_NOSIGNAL,
                 clinux_ipproto_tcp = IPPROTO_TCP, clinux_ipproto_ipv6 = IPPROTO_IPV6, clinux_epoll_cloexec = EPOLL_CLOEXEC;
// Flags of an interface (netdevice(7)).
static const unsigned clinux_interface_up = IFF_UP, clinux_interface_loopback = IFF_LOOPBACK,
                      clinux_interface_running = IFF_RUNNING, clinux_interface_multicast = IFF_MULTICAST;
static const unsigned clinux_in = EPOLLIN, clinux_out = EPOLLOUT, clinux_gone = EPOLLHUP | EPOLLERR,
                      clinux_peer_closed = EPOLLRDHUP;

// Socket addresses: a union cast in C, and structures whose names clash with functions' in Swift.
static inline int clinux_bind(int fd, const struct sockaddr_storage *address, socklen_t length) {
  return bind(fd, (const struct sockaddr *)address, length);
}
static inline int clinux_connect(int fd, const struct sockaddr_storage *address, socklen_t length) {
  return connect(fd, (const struct sockaddr *)address, length);
}
int clinux_accept(int fd, struct sockaddr_storage *address, socklen_t *length);
static inline int clinux_getsockname(int fd, struct sockaddr_storage *address, socklen_t *length) {
  return getsockname(fd, (struct sockaddr *)address, length);
}
/// 1, or 0 where the path is too long for a Unix socket.
static inline int clinux_unix_address(struct sockaddr_storage *address, const char *path, socklen_t *length) {
  struct sockaddr_un *unix_address = (struct sockaddr_un *)address;
  size_t count = strlen(path);
  if (count >= sizeof unix_address->sun_path) return 0;
  memset(address, 0, sizeof *address);
  unix_address->sun_family = AF_UNIX;
  memcpy(unix_address->sun_path, path, count + 1);
  if (path[0] == '@') unix_address->sun_path[0] = 0;
  *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count + (path[0] == '@' ? 0 : 1));
  return 1;
}
/// Fills in an IPv4 or IPv6 address from its text; 0 where the text is neither.
static inline int clinux_ip_address(struct sockaddr_storage *address, const char *text, unsigned short port,
                                    socklen_t *length) {
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
  memset(address, 0, sizeof *address);
  if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    *length = sizeof *four;
    return 1;
  }
  if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    *length = sizeof *six;
    return 1;
  }
  return 0;
}
/// Address family (AF_INET, AF_INET6 or other), the address's 4 or 16 bytes and the port in host order.
/// An IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2) is given as IPv4.
static inline int clinux_address_parts(const struct sockaddr_storage *address, unsigned char bytes[16],
                                       unsigned short *port) {
  const struct sockaddr_in *four = (const struct sockaddr_in *)address;
  const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
  if (address->ss_family == AF_INET) {
    memcpy(bytes, &four->sin_addr, 4);
    *port = ntohs(four->sin_port);
    return AF_INET;
  }
  if (address->ss_family == AF_INET6) {
    *port = ntohs(six->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
      memcpy(bytes, six->sin6_addr.s6_addr + 12, 4);
      return AF_INET;
    }
    memcpy(bytes, &six->sin6_addr, 16);
    return AF_INET6;
  }
  return address->ss_family;
}

// Processes: functions that Swift refuses to import or that are macros, and system calls without a wrapper in musl.
static inline pid_t clinux_fork(void) { return fork(); }
static inline int clinux_exited(int status) { return WIFEXITED(status); }
static inline int clinux_exit_code(int status) { return WEXITSTATUS(status); }
static inline int clinux_term_signal(int status) { return WTERMSIG(status); }
static inline int clinux_prctl(int option, unsigned long value) { return prctl(option, value, 0L, 0L, 0L); }
static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
/// Closes every descriptor from `first` on; older kernels lack close_range(2).
static inline void clinux_close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  struct rlimit limit;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? limit.rlim_cur : 65536;
  for (unsigned fd = first; fd < end; fd++) close((int)fd);
}
/// Lifts the soft limit on open files to the hard one, at most 65536.
static inline void clinux_raise_file_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
  setrlimit(RLIMIT_NOFILE, &limit);
}
static inline int clinux_setgroups_none(void) { return (int)syscall(SYS_setgroups, 0, (void *)0); }
/// Takes a write lock on the whole file: 0, or -1 where another process has it.
static inline int clinux_lock(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(fd, F_SETLK, &lock);
}
/// Takes a lock that a descriptor for reading can take (flock(2)): 0, or -1 where another has it.
static inline int clinux_hold(int fd) { return flock(fd, LOCK_EX | LOCK_NB); }
/// The process that holds a lock on the file, 0 where none does, -1 where that cannot be told.
static inline pid_t clinux_lock_holder(int fd) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(fd, F_GETLK, &lock) != 0) return -1;
  return lock.l_type == F_UNLCK ? 0 : lock.l_pid;
}
static inline int clinux_signalfd(const sigset_t *set) { return signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK); }
static inline void clinux_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }
static inline void clinux_default_signals(void) {
  sigset_t none;
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, 0);
}
// The resource is an enumeration in one C library, an integer in the other.
static inline int clinux_setrlimit_core(const struct rlimit *limit) { return setrlimit(RLIMIT_CORE, limit); }
static inline int clinux_setrlimit_files(const struct rlimit *limit) { return setrlimit(RLIMIT_NOFILE, limit); }
int clinux_pipe(int ends[2]);
static inline int clinux_socket_pair(int ends[2]) { return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends); }
void clinux_exec(char *const arguments[], char *const environment[]);

/// Writes the first address of `host` as text; not 0 where there is none. Blocks.
static inline int clinux_look_up(const char *host, char *text, socklen_t size) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  int error = getaddrinfo(host, 0, &hints, &found);
  if (error) return error;
  error = getnameinfo(found->ai_addr, found->ai_addrlen, text, size, 0, 0, NI_NUMERICHOST);
  freeaddrinfo(found);
  return error;
}

// Hardware: directory entries without the C library's allocation (getdents64(2)).
static inline long clinux_getdents64(int fd, void *buffer, size_t size) {
  return syscall(SYS_getdents64, fd, buffer, size);
}

// Control-C at the command line: noted by a handler, so that a blocking read ends with EINTR.
void clinux_note_interrupts(void);
/// 1 where Control-C was pressed since the last question.
int clinux_take_interrupt(void);

// An enumeration in one C library, a macro in the other.
static const int clinux_peek = MSG_PEEK;

// Tests: the bytes that all of malloc's arenas have given out (mallinfo(3)); only the ordinary build's C library tells.
#ifdef __GLIBC__
#include <malloc.h>
static inline size_t clinux_allocated_bytes(void) { return mallinfo2().uordblks; }
#endif

// Datagrams of the home: ancillary data is macros over pointers, and its structures are hidden without _GNU_SOURCE.
/// A datagram that was received, apart from its bytes.
struct clinux_datagram_facts {
  struct sockaddr_storage from;
  socklen_t from_length;
  unsigned interface;
  /// TTL or hop limit on arrival; -1 where the kernel did not say.
  int hops;
  /// Whether it was sent to a group.
  int is_multicast;
  /// Whether it was longer than the buffer.
  int is_cut;
};
/// A bound socket for datagrams to groups and single nodes of one family: addresses may be shared, hop limits are 255,
/// interface, destination and hops of what arrives are told. -1 and errno on failure.
int clinux_group_socket(int family, unsigned short port, int is_shared, int loops_back);
/// Joins (or leaves) the group of 4 or 16 bytes on an interface; 0 or -1.
int clinux_group_member(int fd, int family, const unsigned char *group, unsigned interface, int joins);
/// recvmsg(2) with what the kernel tells along.
long clinux_receive_datagram(int fd, void *buffer, size_t size, struct clinux_datagram_facts *facts);
/// sendmsg(2) out of one interface; 0 lets the routes choose.
long clinux_send_datagram(int fd, const void *bytes, size_t size, const struct sockaddr_storage *to, socklen_t length,
                          unsigned interface);
/// An address from its 4 or 16 bytes; `scope` is the interface of a link-local one, else 0.
static inline void clinux_make_address(struct sockaddr_storage *address, const unsigned char *bytes, int count,
                                       unsigned short port, unsigned scope, socklen_t *length) {
  struct sockaddr_in *four = (struct sockaddr_in *)address;
  struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
  memset(address, 0, sizeof *address);
  if (count == 4) {
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    memcpy(&four->sin_addr, bytes, 4);
    *length = sizeof *four;
  } else {
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(port);
    six->sin6_scope_id = scope;
    memcpy(&six->sin6_addr, bytes, 16);
    *length = sizeof *six;
  }
}

// Network interfaces as the kernel tells them (rtnetlink(7)).
/// A socket that hears of links and addresses; -1 and errno on failure.
int clinux_route_socket(void);
/// Asks for all links (RTM_GETLINK) or all addresses (RTM_GETADDR); 0 or -1.
int clinux_route_dump(int fd, int type, unsigned sequence);

// The Raspberry Pi's firmware (drivers/char/broadcom/vcio.c): one ioctl, whose number holds the size of a pointer.
static inline int clinux_firmware_property(int fd, void *message) { return ioctl(fd, _IOWR(100, 0, char *), message); }

// Looking at a machine: bounded waits, whose option is a conditional macro, and the clock's state.
/// Sends, receives and connects of a blocking socket give up after this.
static inline void clinux_set_timeout(int fd, int milliseconds) {
  struct timeval time = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}
/// Has the kernel end a TCP connection whose other end says nothing for so long, whether it owes an acknowledgement or is only
/// asked whether it is there (tcp(7)): a host that has lost its power sends no end.
static inline void clinux_limit_silence(int fd, int seconds) {
  int on = 1, idle = seconds / 3, interval = seconds / 6, milliseconds = seconds * 1000;
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}
/// Whether somebody (NTP) keeps the kernel's clock right: 1 or 0, -1 where that cannot be told (adjtimex(2)).
static inline int clinux_clock_is_kept(void) {
  struct timex state = {0};
  return adjtimex(&state) < 0 ? -1 : !(state.status & STA_UNSYNC);
}

/// Reads a decimal number, rounded to the nearest double; returns its end, or NULL where there is none or it has more than
/// 600 digits.
const char *clinux_double(const char *text, double *value);

#endif
