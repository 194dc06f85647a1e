import ByteIO
import TraceDat

/// The recordings that a command was asked to read.
enum OpenedFiles {
  /// Opens all that can be opened; `trace.dat` where none is named.
  ///
  /// - Returns: the files, each with its number on the command line, from 1; and what is wrong with
  ///   the others.
  static func open(
    _ names: [String]
  ) -> (files: [(file: TraceFile, number: Int)], problems: [any ExplainedError]) {
    var files: [(TraceFile, Int)] = []
    var problems: [any ExplainedError] = []
    for (index, name) in (names.isEmpty ? ["trace.dat"] : names).enumerated() {
      do throws(TraceFileError) {
        files.append((try TraceFile(path: name), index + 1))
      } catch {
        problems.append(error)
      }
    }
    return (files, problems)
  }
}
