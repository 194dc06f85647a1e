import ByteIO
import Glibc

/// The inputs that fuzzing begins with: sound ones, small, one of every kind.
enum Seeds {
  static let machines: [(order: ByteOrder, longSize: Int)] = [
    (.little, 8), (.big, 8), (.little, 4), (.big, 4),
  ]

  /// Writes those of a target into a folder.
  static func write(_ target: FuzzTarget, to folder: String) {
    let seeds =
      switch target {
      case .file: files
      case .page: pages
      case .format: formats
      case .text: texts
      case .filter: FilterTarget.seeds
      }
    for (number, bytes) in seeds.enumerated() {
      let descriptor = open("\(folder)/seed-\(number)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
      do {
        try bytes.withUnsafeBytes { try writeAll($0, to: descriptor) }
      } catch {
        print(error)
        exit(2)
      }
      close(descriptor)
    }
  }
}
