import ByteIO
import EventFormats
import Glibc

/// The file of `--kallsyms`, looked at before its symbols take the place of the recording's.
enum SymbolsFile {
  static func open(_ path: String) throws -> MappedFile {
    let file: MappedFile
    do throws(SystemError) { file = try MappedFile(path: path) } catch {
      throw error.code == EINVAL ? SymbolsFileError(path: path, cause: .notRegular) : error
    }
    let table = SymbolTable { file.bytes }
    var count = 0
    var hasAddresses = false
    table.forEach { address, _ in
      count += 1
      if address != 0 { hasAddresses = true }
    }
    if count == 0 { throw SymbolsFileError(path: path, cause: .nothing) }
    if !hasAddresses { throw SymbolsFileError(path: path, cause: .hidden) }
    return file
  }
}

/// A file that is no list of symbols.
struct SymbolsFileError: ExplainedError, Equatable {
  enum Cause {
    case notRegular
    /// No line is one of /proc/kallsyms.
    case nothing
    /// The kernel shows addresses to the privileged only (`kptr_restrict`).
    case hidden
  }

  var path: String
  var cause: Cause

  var message: String {
    switch cause {
    case .notRegular: "cannot read \(path): it is not a regular file"
    case .nothing: "no symbols in \(path): no line is 'ADDRESS TYPE NAME'"
    case .hidden: "all addresses in \(path) are 0"
    }
  }

  var hint: String? {
    switch cause {
    case .notRegular: "copy it first: cat \(path) >symbols"
    case .nothing: "it should be a copy of /proc/kallsyms"
    case .hidden: "copy /proc/kallsyms as root"
    }
  }
}
