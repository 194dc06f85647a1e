import ByteIO
import Glibc

/// What is fed with broken bytes.
enum FuzzTarget: String, CaseIterable {
  /// A whole file: opened, its pages walked and merged, its texts parsed, its events printed.
  case file
  /// One page of a ring buffer; the first byte chooses its layout.
  case page
  /// An event's format, a zero byte, a record of that event.
  case format
  /// One of the texts beside the events: kallsyms, printk_formats, saved_cmdlines, header_page.
  case text
  /// A filter's text, a zero byte, a record of the event that it is for.
  case filter

  /// Must come back soon and without taking much memory, whatever the bytes are.
  func run(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .file: FileTarget.run(bytes)
    case .page: PageTarget.run(bytes)
    case .format: FormatTarget.run(bytes)
    case .text: TextTarget.run(bytes)
    case .filter: FilterTarget.run(bytes)
    }
  }

  /// The target that the environment variable KSCOPE_FUZZ_TARGET names.
  static let chosen: FuzzTarget = {
    let name = getenv("KSCOPE_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      print("KSCOPE_FUZZ_TARGET must be one of", allCases.map(\.rawValue).joined(separator: ", "))
      exit(2)
    }
    return target
  }()
}

/// What libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
  FuzzTarget.chosen.run(UnsafeRawBufferPointer(start: start, count: count))
  return 0
}

/// What libFuzzer calls first. With a folder in KSCOPE_FUZZ_SEEDS it writes the target's first
/// inputs there and ends.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzInitialize(_ count: UnsafeRawPointer?, _ arguments: UnsafeRawPointer?) -> CInt {
  if let folder = getenv("KSCOPE_FUZZ_SEEDS") {
    Seeds.write(FuzzTarget.chosen, to: String(cString: folder))
    exit(0)
  }
  return 0
}
