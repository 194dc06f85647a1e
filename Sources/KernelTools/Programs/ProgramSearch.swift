import Glibc
import Tracefs

/// Finds programs and libraries by their short names: `bash`, `libc`.
enum ProgramSearch {
  /// The file's own path, links followed.
  ///
  /// A name without a slash is a program of `PATH`, or else a library: `libc` is `libc.so.6`, as is
  /// `libc.so`.
  static func path(of name: String) throws(ProgramError) -> String {
    if name.contains("/") {
      guard let path = real(name) else { throw .noSuchProgram(name) }
      return path
    }
    for folder in programFolders {
      let path = "\(folder)/\(name)"
      if access(path, X_OK) == 0, let real = real(path), ProgramSymbols.isProgram(real) {
        return real
      }
    }
    let found = libraries(named: name)
    guard let first = found.first else { throw .noSuchProgram(name) }
    guard found.count == 1 else { throw .manyPrograms(name, paths: found) }
    return first
  }

  private static var programFolders: [String] {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/bin:/usr/bin"
    return path.split(separator: ":").map(String.init)
  }

  /// Those that fit best: one of this very name comes before all others.
  private static func libraries(named name: String) -> [String] {
    var whole: [String] = []
    var longer: [String] = []
    for folder in libraryFolders {
      for file in (try? TextFile.names(in: folder)) ?? [] where file.hasPrefix(name) {
        let rest = file.dropFirst(name.count)
        let isWhole = rest.isEmpty
        guard isWhole || rest.hasPrefix(".so") || name.hasSuffix(".so") && rest.hasPrefix("."),
          // In a developer's folder `libc.so` is a text for the linker.
          let path = real("\(folder)/\(file)"), ProgramSymbols.isProgram(path)
        else { continue }
        if isWhole { whole.append(path) } else { longer.append(path) }
      }
    }
    return Set(whole.isEmpty ? longer : whole).sorted()
  }

  /// Where the loader looks (ld.so(8)).
  private static var libraryFolders: [String] {
    var folders = ["/lib", "/usr/lib", "/lib64", "/usr/lib64"]
    addFolders(of: "/etc/ld.so.conf", to: &folders, depth: 0)
    return folders
  }

  private static func addFolders(of file: String, to folders: inout [String], depth: Int) {
    guard depth < 4, let text = try? TextFile.read(file) else { return }
    for line in text.split(separator: "\n") {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map(String.init)
      if words.count == 2, words[0] == "include" {
        let parts = words[1].split(separator: "/").map(String.init)
        guard let pattern = parts.last else { continue }
        let folder = "/" + parts.dropLast().joined(separator: "/")
        for name in ((try? TextFile.names(in: folder)) ?? []).sorted()
        where fnmatch(pattern, name, 0) == 0 {
          addFolders(of: "\(folder)/\(name)", to: &folders, depth: depth + 1)
        }
      } else if words.count == 1, words[0].hasPrefix("/"), !folders.contains(words[0]) {
        folders.append(words[0])
      }
    }
  }

  private static func real(_ path: String) -> String? {
    guard let path = realpath(path, nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }
}
