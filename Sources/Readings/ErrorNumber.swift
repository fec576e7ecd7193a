/// The kernel's error numbers that reading a file or asking a device can give (include/uapi/asm-generic/errno-base.h and
/// errno.h), by their names there. They are the same on all boards.
package enum ErrorNumber {
  /// Operation not permitted.
  package static let EPERM: Int32 = 1
  /// No such file or directory.
  package static let ENOENT: Int32 = 2
  /// Interrupted system call.
  package static let EINTR: Int32 = 4
  /// Input/output error.
  package static let EIO: Int32 = 5
  /// No such device or address.
  package static let ENXIO: Int32 = 6
  /// Argument list too long.
  package static let E2BIG: Int32 = 7
  /// Bad file descriptor.
  package static let EBADF: Int32 = 9
  /// Resource temporarily unavailable.
  package static let EAGAIN: Int32 = 11
  /// Cannot allocate memory.
  package static let ENOMEM: Int32 = 12
  /// Permission denied.
  package static let EACCES: Int32 = 13
  /// Bad address.
  package static let EFAULT: Int32 = 14
  /// Device or resource busy.
  package static let EBUSY: Int32 = 16
  /// No such device.
  package static let ENODEV: Int32 = 19
  /// Not a directory.
  package static let ENOTDIR: Int32 = 20
  /// Is a directory.
  package static let EISDIR: Int32 = 21
  /// Invalid argument.
  package static let EINVAL: Int32 = 22
  /// Too many open files in system.
  package static let ENFILE: Int32 = 23
  /// Too many open files.
  package static let EMFILE: Int32 = 24
  /// Inappropriate ioctl for device.
  package static let ENOTTY: Int32 = 25
  /// File too large.
  package static let EFBIG: Int32 = 27
  /// No space left on device.
  package static let ENOSPC: Int32 = 28
  /// Illegal seek.
  package static let ESPIPE: Int32 = 29
  /// Read-only file system.
  package static let EROFS: Int32 = 30
  /// Numerical result out of range.
  package static let ERANGE: Int32 = 34
  /// File name too long.
  package static let ENAMETOOLONG: Int32 = 36
  /// Function not implemented.
  package static let ENOSYS: Int32 = 38
  /// Too many levels of symbolic links.
  package static let ELOOP: Int32 = 40
  /// No data available.
  package static let ENODATA: Int32 = 61
  /// Protocol error.
  package static let EPROTO: Int32 = 71
  /// Bad message.
  package static let EBADMSG: Int32 = 74
  /// Value too large for defined data type.
  package static let EOVERFLOW: Int32 = 75
  /// Operation not supported.
  package static let EOPNOTSUPP: Int32 = 95
  /// Network is down.
  package static let ENETDOWN: Int32 = 100
  /// Transport endpoint is not connected.
  package static let ENOTCONN: Int32 = 107
  /// Connection timed out.
  package static let ETIMEDOUT: Int32 = 110
  /// Host is down.
  package static let EHOSTDOWN: Int32 = 112
  /// Stale file handle.
  package static let ESTALE: Int32 = 116
  /// Structure needs cleaning.
  package static let EUCLEAN: Int32 = 117
  /// Remote I/O error.
  package static let EREMOTEIO: Int32 = 121

  /// What the C library says of a number; the number itself for one that is not listed above.
  ///
  /// A table of its own, so that readings need no C library: a test compares it with `strerror`.
  package static func words(_ number: Int32) -> String {
    switch number {
    case EPERM: "Operation not permitted"
    case ENOENT: "No such file or directory"
    case EINTR: "Interrupted system call"
    case EIO: "Input/output error"
    case ENXIO: "No such device or address"
    case E2BIG: "Argument list too long"
    case EBADF: "Bad file descriptor"
    case EAGAIN: "Resource temporarily unavailable"
    case ENOMEM: "Cannot allocate memory"
    case EACCES: "Permission denied"
    case EFAULT: "Bad address"
    case EBUSY: "Device or resource busy"
    case ENODEV: "No such device"
    case ENOTDIR: "Not a directory"
    case EISDIR: "Is a directory"
    case EINVAL: "Invalid argument"
    case ENFILE: "Too many open files in system"
    case EMFILE: "Too many open files"
    case ENOTTY: "Inappropriate ioctl for device"
    case EFBIG: "File too large"
    case ENOSPC: "No space left on device"
    case ESPIPE: "Illegal seek"
    case EROFS: "Read-only file system"
    case ERANGE: "Numerical result out of range"
    case ENAMETOOLONG: "File name too long"
    case ENOSYS: "Function not implemented"
    case ELOOP: "Too many levels of symbolic links"
    case ENODATA: "No data available"
    case EPROTO: "Protocol error"
    case EBADMSG: "Bad message"
    case EOVERFLOW: "Value too large for defined data type"
    case EOPNOTSUPP: "Operation not supported"
    case ENETDOWN: "Network is down"
    case ENOTCONN: "Transport endpoint is not connected"
    case ETIMEDOUT: "Connection timed out"
    case EHOSTDOWN: "Host is down"
    case ESTALE: "Stale file handle"
    case EUCLEAN: "Structure needs cleaning"
    case EREMOTEIO: "Remote I/O error"
    default: "error \(number)"
    }
  }
}
