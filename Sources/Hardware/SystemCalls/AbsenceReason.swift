internal import CLinux
import Readings

/// What an error number of `open` or `read` says about a reading.
func absenceReason(_ number: Int32) -> Absence.Reason {
  switch number {
  case ENOENT, ENOTDIR: .noFile
  case EACCES, EPERM: .permission
  case EINVAL, EOPNOTSUPP, ENODATA, ENOSYS, ENOTTY, ENXIO: .notSupported(errno: number)
  default: .failed(errno: number)
  }
}
