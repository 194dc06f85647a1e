// Virtual machines: why the guest was left, in the words of Intel's and AMD's manuals.
extension Handlers {
  static func kvmReplacement(_ format: EventFormat) -> String? {
    func has(_ names: String...) -> Bool { names.allSatisfy { format.field($0) != nil } }
    switch format.name {
    case "kvm_exit" where has("exit_reason", "guest_rip"):
      let infos =
        has("info1", "info2") ? ("\" info %llx %llx\"", ", REC->info1, REC->info2") : ("", "")
      return "\"reason %s rip 0x%lx\"" + infos.0 + ", "
        + exitReason("REC->exit_reason", hasISA: has("isa")) + ", REC->guest_rip" + infos.1
    case "kvm_entry" where has("vcpu_id", "rip"):
      return "\" vcpu %u rip 0x%lx\", REC->vcpu_id, REC->rip"
    case "kvm_emulate_insn" where has("rip", "csbase", "len", "insn", "failed"):
      return "\"%llx:%llx: %s%s\", REC->csbase, REC->rip, __print_hex(REC->insn, REC->len), "
        + "REC->failed ? \" FAIL\" : \"\""
    case "kvm_nested_vmexit_inject" where has("exit_code"):
      return nestedExit(format, prefix: "", value: "")
    case "kvm_nested_vmexit" where has("exit_code", "rip"):
      return nestedExit(format, prefix: " rip %llx", value: "REC->rip, ")
    default: return nil
    }
  }

  private static func nestedExit(
    _ format: EventFormat, prefix: String, value: String
  ) -> String? {
    let fields = ["exit_info1", "exit_info2", "exit_int_info", "exit_int_info_err"]
    guard fields.allSatisfy({ format.field($0) != nil }) else { return nil }
    return "\"\(prefix)reason %s info1 %llx info2 %llx int_info %llx int_info_err %llx\", \(value)"
      + exitReason("REC->exit_code", hasISA: format.field("isa") != nil) + ", "
      + fields.map { "REC->" + $0 }.joined(separator: ", ")
  }

  /// The instruction set is 1 for VMX, 2 for SVM; kernels without the field knew only VMX.
  private static func exitReason(_ value: String, hasISA: Bool) -> String {
    func table(_ names: [(Int, String)]) -> String {
      let entries = names.map { "{\($0), \"\($1)\"}" }
      return "__symbolic_or_unknown(\(value), \(entries.joined(separator: ", ")))"
    }
    guard hasISA else { return table(vmxExits) }
    return "REC->isa == 1 ? \(table(vmxExits)) : "
      + "REC->isa == 2 ? \(table(svmExits)) : \"UNKNOWN-ISA\""
  }

  /// Intel SDM volume 3, appendix C.
  private static let vmxExits: [(Int, String)] = [
    (0, "EXCEPTION_NMI"), (1, "EXTERNAL_INTERRUPT"), (2, "TRIPLE_FAULT"), (7, "PENDING_INTERRUPT"),
    (8, "NMI_WINDOW"), (9, "TASK_SWITCH"), (10, "CPUID"), (12, "HLT"), (13, "INVD"),
    (14, "INVLPG"), (15, "RDPMC"), (16, "RDTSC"), (18, "VMCALL"), (19, "VMCLEAR"),
    (20, "VMLAUNCH"), (21, "VMPTRLD"), (22, "VMPTRST"), (23, "VMREAD"), (24, "VMRESUME"),
    (25, "VMWRITE"), (26, "VMOFF"), (27, "VMON"), (28, "CR_ACCESS"), (29, "DR_ACCESS"),
    (30, "IO_INSTRUCTION"), (31, "MSR_READ"), (32, "MSR_WRITE"), (36, "MWAIT_INSTRUCTION"),
    (39, "MONITOR_INSTRUCTION"), (40, "PAUSE_INSTRUCTION"), (41, "MCE_DURING_VMENTRY"),
    (43, "TPR_BELOW_THRESHOLD"), (44, "APIC_ACCESS"), (45, "EOI_INDUCED"), (48, "EPT_VIOLATION"),
    (49, "EPT_MISCONFIG"), (50, "INVEPT"), (52, "PREEMPTION_TIMER"), (54, "WBINVD"),
    (55, "XSETBV"), (56, "APIC_WRITE"), (58, "INVPCID"), (62, "PML_FULL"), (63, "XSAVES"),
    (64, "XRSTORS"),
  ]

  /// AMD APM volume 2, appendix C.
  private static let svmExits: [(Int, String)] = {
    var exits: [(Int, String)] = []
    for register in [0, 3, 4, 8] {
      exits.append((register, "EXIT_READ_CR\(register)"))
      exits.append((0x10 + register, "EXIT_WRITE_CR\(register)"))
    }
    for register in 0..<8 {
      exits.append((0x20 + register, "EXIT_READ_DR\(register)"))
      exits.append((0x30 + register, "EXIT_WRITE_DR\(register)"))
    }
    let exceptions: [(Int, String)] = [
      (0, "DE"), (1, "DB"), (3, "BP"), (4, "OF"), (5, "BR"), (6, "UD"), (7, "NM"), (8, "DF"),
      (10, "TS"), (11, "NP"), (12, "SS"), (13, "GP"), (14, "PF"), (16, "MF"), (17, "AC"),
      (18, "MC"), (19, "XF"),
    ]
    exits += exceptions.map { (0x40 + $0, "EXIT_EXCP_\($1)") }
    let others = [
      "INTR", "NMI", "SMI", "INIT", "VINTR", "CR0_SEL_WRITE", "IDTR_READ", "GDTR_READ",
      "LDTR_READ", "TR_READ", "IDTR_WRITE", "GDTR_WRITE", "LDTR_WRITE", "TR_WRITE", "RDTSC",
      "RDPMC", "PUSHF", "POPF", "CPUID", "RSM", "IRET", "SWINT", "INVD", "PAUSE", "HLT", "INVLPG",
      "INVLPGA", "IOIO", "MSR", "TASK_SWITCH", "FERR_FREEZE", "SHUTDOWN", "VMRUN", "VMMCALL",
      "VMLOAD", "VMSAVE", "STGI", "CLGI", "SKINIT", "RDTSCP", "ICEBP", "WBINVD", "MONITOR",
      "MWAIT", "MWAIT_COND", "XSETBV",
    ]
    exits += others.enumerated().map { (0x60 + $0, "EXIT_\($1)") }
    exits += [
      (0x400, "EXIT_NPF"), (0x401, "EXIT_AVIC_INCOMPLETE_IPI"),
      (0x402, "EXIT_AVIC_UNACCELERATED_ACCESS"), (0xffff_ffff, "EXIT_ERR"),
    ]
    return exits
  }()

  // MARK: Shadow pages

  /// The role word of a shadow page (Documentation/virt/kvm/x86/mmu.rst), bit by bit.
  static func kvmmmuReplacement(_ format: EventFormat) -> String? {
    let isGet = format.name == "kvm_mmu_get_page"
    let names = ["kvm_mmu_sync_page", "kvm_mmu_unsync_page", "kvm_mmu_prepare_zap_page"]
    guard isGet || names.contains(format.name),
      ["role", "root_count", "unsync"].allSatisfy({ format.field($0) != nil })
    else { return nil }
    func flag(_ bit: Int, _ name: String) -> String {
      "REC->role & \(1 << bit) ? \" \(name)\" : \"\""
    }
    func negated(_ bit: Int) -> String { "REC->role & \(1 << bit) ? \"\" : \"!\"" }
    let access = """
      __print_symbolic((REC->role >> 8) & 7, {0, "---"}, {1, "--x"}, {2, "w--"}, {3, "w-x"}, \
      {4, "-u-"}, {5, "-ux"}, {6, "wu-"}, {7, "wux"})
      """
    let smm = "REC->role >> 24 ? \" smm\" : \"\""
    var text = "\"%u q%u%s %s%s %spae %snxe %swp%s%s%s root %u %s\""
    var values = [
      "REC->role & 15", "(REC->role >> 5) & 3", flag(7, "direct"), access, flag(11, "invalid"),
      negated(4), negated(12), negated(13), flag(14, "smep"), flag(15, "smap"), smm,
      "REC->root_count", "REC->unsync ? \"unsync\" : \"sync\"",
    ]
    if isGet, format.field("created") != nil, format.field("gfn") != nil {
      text = "\"%s sp gfn %llx \" " + text
      values = ["REC->created ? \"new\" : \"existing\"", "REC->gfn"] + values
    }
    return text + ", " + values.joined(separator: ", ")
  }
}
