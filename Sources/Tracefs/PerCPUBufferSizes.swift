import ByteIO

/// Buffer sizes where the CPUs differ and the common file says only `X`.
enum PerCPUBufferSizes {
  /// `CPU=KB` for every CPU, given the path of the common `buffer_size_kb`.
  static func words(besides common: String) throws(TracefsError) -> [String] {
    let root = String(common.dropLast("/buffer_size_kb".count))
    let names: [String]
    do { names = try TextFile.names(in: root + "/per_cpu") } catch { throw .system(error) }
    var words: [String] = []
    for name in names {
      guard name.hasPrefix("cpu"), let cpu = Int(name.dropFirst(3)) else { continue }
      do {
        let text = try TextFile.read("\(root)/per_cpu/\(name)/buffer_size_kb")
        words.append("\(cpu)=\(SettingKind.bufferSize.words(in: text)[0])")
      } catch { throw .system(error) }
    }
    return words
  }

  /// The path below the tracing directory and the text for one such word.
  static func file(_ word: String, besides common: String) -> (path: String, text: String)? {
    let parts = word.split(separator: "=")
    guard parts.count == 2, let cpu = Int(parts[0]), Int(parts[1]) != nil,
      common.hasSuffix("buffer_size_kb")
    else { return nil }
    let root = common.dropLast("buffer_size_kb".count)
    return ("\(root)per_cpu/cpu\(cpu)/buffer_size_kb", String(parts[1]))
  }
}
