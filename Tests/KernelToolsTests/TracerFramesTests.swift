import Testing

@testable import KernelTools

/// Stacks of probes, the innermost call first.
@Suite struct TracerFramesTests {
  @Test func whatTheTracerAddsGoes() {
    #expect(
      TracerFrames.removed(from: [
        "kprobe_ftrace_handler", "0xffffffffc04870de", "submit_bio", "0xffffffffc0000000",
      ]) == ["submit_bio", "0xffffffffc0000000"])
    #expect(TracerFrames.removed(from: ["submit_bio"]) == ["submit_bio"])
  }

  @Test func oneWithoutNamesStays() {
    #expect(TracerFrames.removed(from: ["0xffff1", "0xffff2"]) == ["0xffff1", "0xffff2"])
    #expect(TracerFrames.removed(from: []).isEmpty)
  }
}
