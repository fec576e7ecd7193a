internal import CLinux
import Platform
import Readings

/// `statvfs` of a folder. It may wait where the folder is on a dead network file system.
func fileSystemSpace(of path: String) -> Result<FileSystemSpace, SystemError> {
  var status = statvfs()
  while path.withCString({ statvfs($0, &status) }) != 0 {
    let number = clinux_errno()
    if number != EINTR { return .failure(SystemError("statvfs", path, errno: number)) }
  }
  let unit = UInt64(status.f_frsize)
  let total = UInt64(status.f_blocks).multipliedReportingOverflow(by: unit)
  let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: unit)
  guard !total.overflow, !free.overflow else {
    return .failure(SystemError("statvfs", path, errno: EOVERFLOW))
  }
  return .success(
    FileSystemSpace(
      total: total.partialValue, free: free.partialValue,
      isReadOnly: UInt(status.f_flag) & UInt(ST_RDONLY) != 0))
}
