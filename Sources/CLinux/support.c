// What needs storage of its own, and functions the Embedded Swift library expects from its platform and musl does not have.
// Only here: under this macro the C library's headers differ from those that other modules were made of.
#define _GNU_SOURCE 1
#include "CLinux.h"

#ifndef IPV6_MULTICAST_ALL
// musl lacks it (linux/in6.h).
#define IPV6_MULTICAST_ALL 29
#endif

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

int clinux_group_socket(int family, unsigned short port, int is_shared, int loops_back) {
  int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  int on = 1, off = 0, hops = 255;
  if (is_shared) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  }
  struct sockaddr_storage address;
  socklen_t length;
  unsigned char any[16] = {0};
  int result;
  if (family == AF_INET) {
    result = setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on);
    setsockopt(fd, IPPROTO_IP, IP_TTL, &hops, sizeof hops);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loops_back, sizeof loops_back);
    // Only the groups this socket has joined itself.
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off);
  } else {
    result = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof on);
    setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof hops);
    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops);
    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &loops_back, sizeof loops_back);
    // Kernels before 4.20 do not know it.
    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof off);
  }
  clinux_make_address(&address, any, family == AF_INET ? 4 : 16, port, 0, &length);
  if (result != 0 || bind(fd, (struct sockaddr *)&address, length) != 0) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

int clinux_group_member(int fd, int family, const unsigned char *group, unsigned interface, int joins) {
  if (family == AF_INET) {
    struct ip_mreqn request = {.imr_ifindex = (int)interface};
    memcpy(&request.imr_multiaddr, group, 4);
    return setsockopt(fd, IPPROTO_IP, joins ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof request);
  }
  struct ipv6_mreq request = {.ipv6mr_interface = interface};
  memcpy(&request.ipv6mr_multiaddr, group, 16);
  return setsockopt(fd, IPPROTO_IPV6, joins ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &request, sizeof request);
}

// Room for an interface with its address and for a hop limit, of either family.
union ancillary {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + 64];
};

long clinux_receive_datagram(int fd, void *buffer, size_t size, struct clinux_datagram_facts *facts) {
  union ancillary ancillary;
  struct iovec piece = {.iov_base = buffer, .iov_len = size};
  memset(facts, 0, sizeof *facts);
  facts->hops = -1;
  struct msghdr message = {.msg_name = &facts->from, .msg_namelen = sizeof facts->from, .msg_iov = &piece,
                           .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof ancillary};
  ssize_t count = recvmsg(fd, &message, 0);
  if (count < 0) return count;
  facts->from_length = message.msg_namelen;
  facts->is_cut = (message.msg_flags & MSG_TRUNC) != 0;
  for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item)) {
    if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo info;
      memcpy(&info, CMSG_DATA(item), sizeof info);
      facts->interface = (unsigned)info.ipi_ifindex;
      facts->is_multicast = IN_MULTICAST(ntohl(info.ipi_addr.s_addr));
    } else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(item), sizeof info);
      facts->interface = info.ipi6_ifindex;
      facts->is_multicast = info.ipi6_addr.s6_addr[0] == 0xff;
    } else if ((item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TTL) ||
               (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_HOPLIMIT)) {
      memcpy(&facts->hops, CMSG_DATA(item), sizeof facts->hops);
    }
  }
  return count;
}

long clinux_send_datagram(int fd, const void *bytes, size_t size, const struct sockaddr_storage *to, socklen_t length,
                          unsigned interface) {
  union ancillary ancillary;
  struct iovec piece = {.iov_base = (void *)bytes, .iov_len = size};
  struct msghdr message = {.msg_name = (void *)to, .msg_namelen = length, .msg_iov = &piece, .msg_iovlen = 1};
  if (interface) {
    memset(&ancillary, 0, sizeof ancillary);
    message.msg_control = &ancillary;
    message.msg_controllen = sizeof ancillary;
    struct cmsghdr *item = CMSG_FIRSTHDR(&message);
    if (to->ss_family == AF_INET) {
      struct in_pktinfo info = {.ipi_ifindex = (int)interface};
      item->cmsg_level = IPPROTO_IP;
      item->cmsg_type = IP_PKTINFO;
      item->cmsg_len = CMSG_LEN(sizeof info);
      memcpy(CMSG_DATA(item), &info, sizeof info);
      message.msg_controllen = CMSG_SPACE(sizeof info);
    } else {
      struct in6_pktinfo info = {.ipi6_ifindex = interface};
      item->cmsg_level = IPPROTO_IPV6;
      item->cmsg_type = IPV6_PKTINFO;
      item->cmsg_len = CMSG_LEN(sizeof info);
      memcpy(CMSG_DATA(item), &info, sizeof info);
      message.msg_controllen = CMSG_SPACE(sizeof info);
    }
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

int clinux_route_socket(void) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd < 0) return -1;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int error = errno;
  close(fd);
  errno = error;
  return -1;
}

int clinux_route_dump(int fd, int type, unsigned sequence) {
  struct {
    struct nlmsghdr header;
    struct rtgenmsg body;
  } request = {.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)), .nlmsg_type = (unsigned short)type,
                          .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = sequence},
               .body = {.rtgen_family = AF_UNSPEC}};
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  ssize_t count = sendto(fd, &request, request.header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel);
  return count < 0 ? -1 : 0;
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
const char *_swift_stdlib_strtod_clocale(const char *text, double *value) { return clinux_double(text, value); }

#endif
