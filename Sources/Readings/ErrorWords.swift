/// What the C library says of the error numbers that reading a file or asking a device can give
/// (include/uapi/asm-generic/errno.h); the number itself for others.
///
/// A table of its own, so that readings need no C library: a test compares it with `strerror`.
func errorWords(_ number: Int32) -> String {
  switch number {
  case 1: "Operation not permitted"  // EPERM
  case 2: "No such file or directory"  // ENOENT
  case 4: "Interrupted system call"  // EINTR
  case 5: "Input/output error"  // EIO
  case 6: "No such device or address"  // ENXIO
  case 7: "Argument list too long"  // E2BIG
  case 9: "Bad file descriptor"  // EBADF
  case 11: "Resource temporarily unavailable"  // EAGAIN
  case 12: "Cannot allocate memory"  // ENOMEM
  case 13: "Permission denied"  // EACCES
  case 14: "Bad address"  // EFAULT
  case 16: "Device or resource busy"  // EBUSY
  case 19: "No such device"  // ENODEV
  case 20: "Not a directory"  // ENOTDIR
  case 21: "Is a directory"  // EISDIR
  case 22: "Invalid argument"  // EINVAL
  case 23: "Too many open files in system"  // ENFILE
  case 24: "Too many open files"  // EMFILE
  case 25: "Inappropriate ioctl for device"  // ENOTTY
  case 27: "File too large"  // EFBIG
  case 28: "No space left on device"  // ENOSPC
  case 29: "Illegal seek"  // ESPIPE
  case 30: "Read-only file system"  // EROFS
  case 34: "Numerical result out of range"  // ERANGE
  case 36: "File name too long"  // ENAMETOOLONG
  case 38: "Function not implemented"  // ENOSYS
  case 40: "Too many levels of symbolic links"  // ELOOP
  case 61: "No data available"  // ENODATA
  case 71: "Protocol error"  // EPROTO
  case 75: "Value too large for defined data type"  // EOVERFLOW
  case 95: "Operation not supported"  // EOPNOTSUPP
  case 100: "Network is down"  // ENETDOWN
  case 110: "Connection timed out"  // ETIMEDOUT
  case 121: "Remote I/O error"  // EREMOTEIO
  default: "error \(number)"
  }
}
