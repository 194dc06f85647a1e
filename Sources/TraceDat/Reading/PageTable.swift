/// A table of pages as it stands in a file of version 6, whether the pages are there or not.
package struct PageTable: Sendable {
  /// The text that names its clock, if the file has one.
  package let clock: String?
  /// Where each CPU's pages should be.
  package let cpus: [TraceBuffer.CPUData]
}
