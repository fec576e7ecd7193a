import Foundation

/// The report's files.
struct Files {
  private let report: Report
  private let folder: URL

  init(_ report: Report, in folder: URL) {
    self.report = report
    self.folder = folder
  }

  func write() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try report.json.write(to: folder.appending(path: "placement.json"))
    try Data(report.markdown.utf8).write(to: folder.appending(path: "placement.md"))
  }
}
