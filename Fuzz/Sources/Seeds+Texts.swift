import TraceTestSupport

/// The texts beside the events.
extension Seeds {
  /// The format of what `trace_printk` writes.
  static func bprint(longSize: Int) -> String {
    """
    name: bprint
    ID: 6
    format:
    \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
    \tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;
    \tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;
    \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

    \tfield:unsigned long ip;\toffset:8;\tsize:\(longSize);\tsigned:0;
    \tfield:const char * fmt;\toffset:\(8 + longSize);\tsize:\(longSize);\tsigned:0;
    \tfield:u32 buf[];\toffset:\(8 + 2 * longSize);\tsize:0;\tsigned:0;

    print fmt: "%ps: %s", (void *)REC->ip, REC->fmt

    """
  }

  static var texts: [[UInt8]] {
    func seed(_ kind: TextTarget.Kind, _ text: String) -> [UInt8] {
      [kind.rawValue] + Array(text.utf8)
    }
    var seeds = [
      seed(
        .symbols,
        "0000000000000000 A fixed\nffffffff81000000 T _stext\nffffffff81000000 T stext\n"
          + "ffffffff81001000 t foo\t[module]\nffffffff81001000 t $x\n"),
      seed(.savedCommandLines, "1 init\n77 some thread\n-1 <...>\n2147483647 x\n"),
      seed(.headerPage, PageBuilder(time: 0, size: 65536).headerPage),
      seed(.headerPage, PageBuilder(time: 0, longSize: 4).headerPage),
    ]
    let prints = [
      #"0x1000 : "%s %d %lld %llx %hhu %c %%\n""#, #"0x1000 : "%pS %ps %p %pI4 %pK %x\t\"q\"\\n""#,
      #"0x1000 : "%*.3s %.*s %-10.5d %+d %05lx %zu %ld""#,
    ]
    for (order, text) in zip([false, true, false], prints) {
      var bytes = seed(.printkFormats, text + "\n0x2000 : \"other\"\n")
      if order { bytes[0] |= 0x80 }
      seeds.append(bytes)
    }
    return seeds
  }
}
