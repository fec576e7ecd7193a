import Readings

/// What an error number of `open` or `read` says about a reading.
func absenceReason(_ number: Int32) -> Absence.Reason {
  switch number {
  case ErrorNumber.ENOENT, ErrorNumber.ENOTDIR: .noFile
  case ErrorNumber.EACCES, ErrorNumber.EPERM: .permission
  case ErrorNumber.EINVAL, ErrorNumber.EOPNOTSUPP, ErrorNumber.ENODATA, ErrorNumber.ENOSYS,
    ErrorNumber.ENOTTY, ErrorNumber.ENXIO:
    .notSupported(errno: number)
  default: .failed(errno: number)
  }
}
