// Names of Xen's hypercalls (the public interface's xen/xen.h).
extension PrintCompiler {
  mutating func hypercallName(_ number: Expression) throws(PrintFormatProblem) {
    let architecture = (0..<8).map { (48 + $0, "arch_\($0)") }
    let named = Self.hypercalls.enumerated().filter { !$1.isEmpty }.map { ($0, $1) } + architecture
    let entries = named.map { index, name in
      Expression.list([.number(UInt64(index), .int), .string(Array("(\(name))".utf8))])
    }
    try lookUp(number, entries, delimiter: nil, missing: .nothing)
  }

  private static let hypercalls = [
    "set_trap_table", "mmu_update", "set_gdt", "stack_switch", "set_callbacks", "fpu_taskswitch",
    "sched_op_compat", "dom0_op", "set_debugreg", "get_debugreg", "update_descriptor", "",
    "memory_op", "multicall", "update_va_mapping", "set_timer_op", "event_channel_op_compat",
    "xen_version", "console_io", "physdev_op_compat", "grant_table_op", "vm_assist",
    "update_va_mapping_otherdomain", "iret", "vcpu_op", "set_segment_base", "mmuext_op", "acm_op",
    "nmi_op", "sched_op", "callback_op", "xenoprof_op", "event_channel_op", "physdev_op", "hvm_op",
  ]
}
