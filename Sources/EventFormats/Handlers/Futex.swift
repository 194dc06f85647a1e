// The futex system call: each operation with the arguments that it takes (futex(2)).
extension Handlers {
  static func futexReplacement(_ format: EventFormat) -> String? {
    let wanted = ["op", "uaddr", "val", "utime", "uaddr2", "val3"]
    guard format.name == "sys_enter_futex", wanted.allSatisfy({ format.field($0) != nil }) else {
      return nil
    }
    let command = "((unsigned int)REC->op & ~0x180)"
    /// `text` for the operations whose numbers `list` has.
    func piece(_ list: [Int], _ text: String) -> String {
      let mask = list.reduce(0) { $0 | 1 << $1 }
      return "(1 << \(command)) & \(mask) ? __sprintf(\(text)) : \"\""
    }
    let names = operations.enumerated().map { "{\($0), \"FUTEX_\($1)\"}" }
    let pieces = [
      "__print_symbolic(\(command), \(names.joined(separator: ", ")))",
      "REC->op & 0x80 ? \"|FUTEX_PRIVATE_FLAG\" : \"\"",
      "REC->op & 0x100 ? \"|FUTEX_CLOCK_REALTIME\" : \"\"",
      "REC->uaddr",
      piece([0, 9, 11], "\" val=0x%08x\", REC->val"),
      piece([1, 2, 3, 4, 5, 10, 12], "\" val=%u\", REC->val"),
      piece([0, 6, 9, 11], "\" utime=0x%08llx\", REC->utime"),
      piece([3, 4, 5, 12], "\" val2=%llu\", REC->utime"),
      piece([3, 4, 5, 11, 12], "\" uaddr2=0x%08llx\", REC->uaddr2"),
      piece([4, 5, 9, 10, 11, 12], "\" val3=0x%08x\", REC->val3"),
    ]
    return "\"%s\", \(command) < \(operations.count) ? "
      + "__sprintf(\"op=%s%s%s uaddr=0x%08llx%s%s%s%s%s%s\", \(pieces.joined(separator: ", "))) "
      + ": __sprintf(\(format.printFormat))"
  }

  /// Operations by their numbers (include/uapi/linux/futex.h).
  private static let operations = [
    "WAIT", "WAKE", "FD", "REQUEUE", "CMP_REQUEUE", "WAKE_OP", "LOCK_PI", "UNLOCK_PI",
    "TRYLOCK_PI", "WAIT_BITSET", "WAKE_BITSET", "WAIT_REQUEUE_PI", "CMP_REQUEUE_PI",
  ]
}
