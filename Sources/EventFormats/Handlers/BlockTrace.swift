// The `blk` tracer's records have no format file: their layout is `struct blk_io_trace`
// (include/uapi/linux/blktrace_api.h), whose first 8 bytes the common fields take.
extension EventCatalogBuilder {
  /// Adds the event of those records, as trace-cmd 3.1.6 does: its id is the next after
  /// `user_stack`'s (enum trace_type in the kernel's kernel/trace/trace.h), its text the pid.
  mutating func addBlockTrace() {
    let userStack = events.first { event in
      texts[event.system].elementsEqual("ftrace".utf8)
        && texts[event.name].elementsEqual("user_stack".utf8)
    }
    guard let id = userStack.map({ $0.id + 1 }), !events.contains(where: { $0.id == id }) else {
      return
    }
    add(
      format: """
        name: blktrace
        ID: \(id)
        format:
        \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
        \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
        \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
        \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

        \tfield:u64 sector;\toffset:16;\tsize:8;\tsigned:0;
        \tfield:u32 bytes;\toffset:24;\tsize:4;\tsigned:0;
        \tfield:u32 action;\toffset:28;\tsize:4;\tsigned:0;
        \tfield:u32 pid;\toffset:32;\tsize:4;\tsigned:0;
        \tfield:u32 device;\toffset:36;\tsize:4;\tsigned:0;
        \tfield:u32 cpu;\toffset:40;\tsize:4;\tsigned:0;
        \tfield:u16 error;\toffset:44;\tsize:2;\tsigned:0;
        \tfield:u16 pdu_len;\toffset:46;\tsize:2;\tsigned:0;
        \tfield:u8 data[];\toffset:48;\tsize:0;\tsigned:0;

        print fmt: "%d", REC->pid

        """, system: "ftrace")
  }
}
