package import EventFormats
import TraceDat

extension ReportSource {
  /// Names of system calls on the machine that the events are from.
  package var syscallNames: SyscallNames {
    if let machine = file.uname?.machine { return SyscallNames(machine: machine) }
    let symbols = events.symbols
    return SyscallNames(
      machine: Self.machines.first { symbols.address(named: $0.function) != nil }?.name ?? "")
  }

  /// What a kernel's own function for a call is named, by machine.
  private static let machines: [(name: String, function: String)] = [
    ("x86_64", "__x64_sys_read"), ("aarch64", "__arm64_sys_read"), ("riscv64", "__riscv_sys_read"),
  ]
}
