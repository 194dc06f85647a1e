import Testing
import TraceTestSupport

@testable import KernelTools

/// Stacks of probes, the innermost call first.
@Suite struct TracerFramesTests {
  @Test func whatTheTracerAddsGoes() {
    #expect(
      TracerFrames.removed(from: [
        "kprobe_ftrace_handler", "0xffffffffc04870de", "submit_bio", "0xffffffffc0000000",
      ]) == ["submit_bio", "0xffffffffc0000000"])
    #expect(TracerFrames.removed(from: ["submit_bio"]) == ["submit_bio"])
    // A fault of the kernel's own is no frame of the tracer.
    #expect(
      TracerFrames.removed(from: [
        "kprobe_dispatcher", "kprobe_breakpoint_handler", "call_break_hook", "brk_handler",
        "do_debug_exception", "el1_dbg", "el1h_64_sync_handler", "el1h_64_sync", "vfs_write",
        "el1h_64_sync",
      ]) == ["vfs_write", "el1h_64_sync"])
  }

  @Test func oneWithoutNamesStays() {
    #expect(TracerFrames.removed(from: ["0xffff1", "0xffff2"]) == ["0xffff1", "0xffff2"])
    #expect(TracerFrames.removed(from: []).isEmpty)
  }
}
