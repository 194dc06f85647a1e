/// Events whose records are not printed as their print format says.
///
/// trace-cmd's plugins change the text of some events. Most of that is said here in the language of
/// print formats itself: a handler gives another format, made from the event's own fields. Beside
/// the kernel's helper functions it may use `__sprintf(format, …)`, `__symbol_slash(address)`,
/// `__symbolic_or_unknown(value, {…}, …)` and `__symbolic_or_nothing(value, {…}, …)`.
enum Handlers {
  /// The program of an event and, where its print format was not understood, why.
  static func program(
    for format: EventFormat, longSize: Int, swapped: Bool, generation: TextGeneration,
    isHandled: Bool = true, options: HandlerOptions, symbolAddress: @escaping (String) -> UInt64?
  ) -> (PrintProgram, EventFormatError?) {
    func compiler() -> PrintCompiler {
      PrintCompiler(
        format: format, longSize: longSize, swapped: swapped, generation: generation,
        options: options, symbolAddress: symbolAddress)
    }
    func attempt(_ body: (inout PrintCompiler) throws(PrintFormatProblem) -> Bool) -> PrintProgram?
    {
      var compiler = compiler()
      do throws(PrintFormatProblem) {
        return try body(&compiler) ? compiler.program() : nil
      } catch {
        return nil
      }
    }
    // A handler that does not fit the event's fields steps aside for the event's own format.
    if let steps = attempt({ (compiler) throws(PrintFormatProblem) in
      try isHandled ? compiler.handlerSteps(format) : compiler.builtInSteps(format)
    }) {
      return (steps, nil)
    }
    if isHandled,
      let text = replacement(for: format, longSize: longSize, generation: generation),
      let program = attempt({ (compiler) throws(PrintFormatProblem) in
        try compiler.compile(text)
        return true
      })
    {
      return (program, nil)
    }
    var own = compiler()
    do throws(PrintFormatProblem) {
      try own.compile()
      return (own.program(), nil)
    } catch {
      let problem = EventFormatError(
        event: format.title, line: max(format.printFormatLine, 1),
        problem: "the print format is not understood: \(error.text) (byte \(error.offset))")
      return (
        PrintProgram(ops: [], text: [], tables: [], recordSize: 0, isFallback: true), problem
      )
    }
  }

  /// Another print format for the event; nil where its own serves.
  static func replacement(
    for format: EventFormat, longSize: Int, generation: TextGeneration
  ) -> String? {
    switch format.system {
    case "sched": schedReplacement(format, longSize: longSize, generation)
    case "timer": timerReplacement(format)
    case "tlb": tlbReplacement(format)
    case "mac80211": mac80211Replacement(format)
    case "kvm": kvmReplacement(format)
    case "kvmmmu": kvmmmuReplacement(format)
    case "syscalls": futexReplacement(format)
    default: nil
    }
  }
}
