import ByteIO
import CWebAssets

/// The page's own files: those in the program, or, for who works on the page, those in a folder.
package enum WebFiles: Sendable {
  case embedded
  /// Read anew each time.
  case folder(String)

  /// The names of those in the program.
  package static var embeddedNames: [String] { embeddedFiles.keys.sorted() }

  /// A file's bytes, by its name below the folder; nil where there is none.
  package func bytes(_ name: String) -> [UInt8]? {
    guard Self.isPlain(name) else { return nil }
    switch self {
    case .embedded: return Self.embeddedFiles[name]
    case .folder(let path):
      guard let file = try? MappedFile(path: "\(path)/\(name)") else { return nil }
      return withExtendedLifetime(file) { Array(file.bytes) }
    }
  }

  private static let embeddedFiles: [String: [UInt8]] = {
    var files: [String: [UInt8]] = [:]
    for index in 0..<web_asset_count() {
      guard let asset = web_asset_at(index)?.pointee, let name = asset.name else { continue }
      files[String(cString: name)] = Array(
        UnsafeBufferPointer(start: asset.bytes, count: asset.count))
    }
    return files
  }()

  /// Whether a name is one that a file of the page may have; no other is looked for, so that no
  /// name leads out of the folder.
  private static func isPlain(_ name: String) -> Bool {
    name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && !part.hasPrefix(".")
        && part.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
            || "._-".utf8.contains(byte)
        }
    }
  }

  /// What a browser shall take a file for.
  package static func mediaType(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "js", "mjs": "text/javascript; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "json": "application/json; charset=utf-8"
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "wasm": "application/wasm"
    case "woff2": "font/woff2"
    default: "application/octet-stream"
    }
  }

  /// What tells bytes from others of the same name: FNV-1a, of 64 bits.
  static func tag(of bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}
