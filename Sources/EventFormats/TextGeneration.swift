/// Whose text events have: releases of trace-cmd, with the libraries of their day, print some of
/// them differently.
///
/// Chosen when a catalog is made and looked at when programs are compiled, never at an event.
/// `Documentation/differences.md` lists what changed, and on what evidence.
package enum TextGeneration: String, Sendable, CaseIterable, Comparable {
  /// trace-cmd 3.1 with libtraceevent 1.7.
  case version3_1 = "3.1"
  /// trace-cmd 3.3 with libtraceevent 1.8.4.
  case version3_3 = "3.3"

  package static func < (older: Self, newer: Self) -> Bool {
    older == .version3_1 && newer == .version3_3
  }

  /// Whether `__print_array` is `{0x1,0x2}`, as in the kernel, rather than `1 2`.
  var hasKernelArrays: Bool { self == .version3_3 }

  /// Whether raw fields that are functions have their address behind the name.
  var hasAddressesOfRawFunctions: Bool { self == .version3_3 }

  /// Whether the letters of `sched_switch` are those that the event's own format has.
  var hasStatesOfTheKernel: Bool { self == .version3_3 }

  /// Whether lines of the function_graph tracer show what functions returned.
  package var hasReturnValues: Bool { self == .version3_3 }

  /// Whether a call is one line only where its end is the next event of all and on its own CPU.
  package var foldsCallsOfOneCPU: Bool { self == .version3_3 }

  /// Whether flags stand in every line, not only in those of the latency format.
  package var hasFlagsInEveryLine: Bool { self == .version3_3 }
}
