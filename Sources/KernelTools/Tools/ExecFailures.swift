import ByteIO

/// Calls of execve and execveat that fail: what was to be run, and why it was not.
///
/// The name is the kernel's own copy, where it looks the file up. The arguments of a program that is
/// not there nobody has read: they are in no event.
struct ExecFailures: ~Copyable {
  struct Failure {
    /// nil where the address that was given has no name to read (EFAULT).
    var name: [UInt8]?
    /// Below 0.
    var result: Int

    /// The last part of the name, which a task that ran it would be called.
    var lastName: [UInt8] {
      Array((name ?? []).split(separator: UInt8(ascii: "/")).last?.prefix(15) ?? [])
    }
  }

  private enum Enter: Int, EventFields { case none }
  private enum Exit: Int, EventFields { case ret }
  private enum Lookup: Int, EventFields { case name }

  static let events = [
    WantedEvent("syscalls:sys_enter_execve", Enter.self),
    WantedEvent("syscalls:sys_exit_execve", Exit.self),
    WantedEvent("syscalls:sys_enter_execveat", Enter.self, isOptional: true),
    WantedEvent("syscalls:sys_exit_execveat", Exit.self, isOptional: true),
    WantedEvent(probeOf: "do_filp_open", Lookup.self, values: ["pathname->name"]),
  ]
  /// Its place among these.
  static let lookup = 4

  private var begun = PairTable<[UInt8]?>(capacity: 1 << 12)

  var dropped: Int { begun.dropped }

  /// Takes one of the events in; hands over the failure that it completes.
  ///
  /// - Parameter number: its place among these.
  mutating func take(_ event: ToolEvent, _ number: Int) -> Failure? {
    let (source, thread) = (UInt64(event.source), UInt64(UInt32(bitPattern: event.thread)))
    if number == Self.lookup {
      // The first name is the call's; an interpreter is looked up behind it.
      if case .some(.none) = begun.value(source, thread), !event.bytes(Lookup.name).isEmpty {
        begun.begin(source, thread, Array(event.text(Lookup.name)))
      }
      return nil
    }
    if number % 2 == 0 {
      begun.begin(source, thread, nil)
      return nil
    }
    guard let name = begun.end(source, thread), event[Exit.ret] < 0 else { return nil }
    return Failure(name: name, result: event[Exit.ret])
  }

  mutating func forget() { begun.removeAll() }
}
