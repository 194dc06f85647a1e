import ByteIO
import Glibc

/// The stack tracer, which keeps the deepest kernel stack it has seen (ftrace.rst, "Stack trace").
///
/// It is one for the whole machine and is switched by a sysctl (proc_sys_kernel(5)), beside the
/// tracing directory; whoever switches it does so for good.
package struct StackTracer: Sendable {
  package let directory: TracingDirectory
  private let switchPath: String

  package init(
    _ directory: TracingDirectory, switchPath: String = "/proc/sys/kernel/stack_tracer_enabled"
  ) {
    self.directory = directory
    self.switchPath = switchPath
  }

  package func isEnabled() throws(TracefsError) -> Bool {
    do { return try TextFile.read(switchPath).hasPrefix("1") } catch {
      throw meaning(of: error)
    }
  }

  package func setEnabled(_ on: Bool) throws(TracefsError) {
    do { try TextFile.write([on ? "1" : "0"], to: switchPath, .replace) } catch {
      throw meaning(of: error, text: on ? "1" : "0")
    }
  }

  private func meaning(of error: SystemError, text: String? = nil) -> TracefsError {
    error.code == ENOENT
      ? .missingFile(file: switchPath, requirement: .forFile("stack_trace"))
      : .explaining(error, file: switchPath, text: text)
  }

  /// The deepest stack, as the kernel prints it.
  package func deepest() throws(TracefsError) -> String {
    try directory.read(ControlFile("stack_trace"))
  }

  /// Bytes of the deepest stack.
  package func deepestSize() throws(TracefsError) -> Int {
    try directory.top.number(ControlFile("stack_max_size"))
  }

  /// Forgets the deepest stack.
  package func reset() throws(TracefsError) {
    try SavedState.put(["0"], to: "stack_max_size", in: directory, .replace)
  }
}
