import ByteIO
import Synchronization
import TraceDat

/// A file's kallsyms, unpacked when the first address is looked up.
final class SymbolSource: Sendable {
  private struct State {
    var bytes = SectionBytes.empty
    var problem: TraceFileError?
  }

  private let file: TraceFile
  private let state = Mutex(State())

  init(_ file: TraceFile) { self.file = file }

  /// The text; empty where there is none or it cannot be read. Good as long as this object lives.
  func text() -> UnsafeRawBufferPointer {
    state.withLock { state in
      do throws(TraceFileError) {
        state.bytes = try file.text(.kallsyms)
      } catch {
        state.problem = error
      }
      // `state` keeps them.
      return state.bytes.withBytes { $0 }
    }
  }

  /// Why the text could not be read, if anybody wanted it.
  var problem: TraceFileError? { state.withLock { $0.problem } }
}

/// Symbols that are read when the first address is looked up.
final class LateSymbols: Sendable {
  private let load: @Sendable () -> [UInt8]
  private let text = Mutex<MappedFile?>(nil)

  init(_ load: @escaping @Sendable () -> [UInt8]) { self.load = load }

  /// The text, good as long as this object lives.
  var bytes: UnsafeRawBufferPointer {
    text.withLock { text in
      if let text { return text.bytes }
      let read = load().withUnsafeBytes { MappedFile(copying: $0, named: "symbols") }
      text = read
      return read.bytes
    }
  }
}
