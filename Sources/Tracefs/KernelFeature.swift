/// Something that some kernels' tracefs can do and others' cannot.
public enum KernelFeature: String, CaseIterable, Hashable, Sendable {
  case dynamicEvents, kprobes, uprobes, syntheticEvents, eventProbes, functionProbes,
    tracepointProbes
  case returnSuffix, structureFields, argumentsAtReturn, charType, symbolStrings, dentryNames
  case syntheticStacks
  case histograms, histogramBuckets, histogramPercent, noHitcount, commonStacktrace
  case snapshot, stackTracer
}

extension KernelFeature {
  /// How it shows: a file of the top level, or words in its README.
  private var sign: (file: String?, readme: String?) {
    switch self {
    case .dynamicEvents: ("dynamic_events", nil)
    case .kprobes: ("kprobe_events", nil)
    case .uprobes: ("uprobe_events", nil)
    case .syntheticEvents: ("synthetic_events", nil)
    case .eventProbes: (nil, "e[:")
    case .functionProbes: (nil, "f[:")
    case .tracepointProbes: (nil, "t[:")
    case .returnSuffix: (nil, "%return")
    case .structureFields: (nil, "[->field")
    case .argumentsAtReturn: (nil, "return probes support: $retval, $arg<N>")
    case .charType: (nil, "x8/16/32/64, char, string")
    case .symbolStrings: (nil, "symstr")
    case .dentryNames: (nil, "%pd/%pD")
    case .syntheticStacks: (nil, "long[] stack")
    case .histograms: (nil, "hist trigger")
    case .histogramBuckets: (nil, ".buckets=size")
    case .histogramPercent: (nil, ".percent")
    case .noHitcount: (nil, "[:nohitcount]")
    case .commonStacktrace: (nil, "'common_stacktrace'")
    case .snapshot: ("snapshot", nil)
    case .stackTracer: ("stack_trace", nil)
    }
  }

  func isShown(readme: String, hasFile: (String) -> Bool) -> Bool {
    let (file, words) = sign
    return file.map(hasFile) ?? true && words.map { readme.contains(part: $0) } ?? true
  }

  /// For "this kernel has no …".
  public var title: String {
    switch self {
    case .dynamicEvents: "dynamic_events"
    case .kprobes: "kprobe events"
    case .uprobes: "uprobe events"
    case .syntheticEvents: "synthetic events"
    case .eventProbes: "event probes (e:)"
    case .functionProbes: "function probes (f:)"
    case .tracepointProbes: "tracepoint probes (t:)"
    case .returnSuffix: "probes of returns by %return"
    case .structureFields: "fields of structures in probes (ARGUMENT->FIELD)"
    case .argumentsAtReturn: "arguments of functions in probes of their returns"
    case .charType: "type char in probes"
    case .symbolStrings: "type symstr in probes"
    case .dentryNames: "types %pd and %pD in probes"
    case .syntheticStacks: "stacks in synthetic events"
    case .histograms: "histogram triggers"
    case .histogramBuckets: "modifier .buckets in histograms"
    case .histogramPercent: "modifiers .percent and .graph in histograms"
    case .noHitcount: "nohitcount in histograms"
    case .commonStacktrace: "key common_stacktrace in histograms"
    case .snapshot: "snapshots"
    case .stackTracer: "stack tracer"
    }
  }

  /// What would give it (kernel/trace/Kconfig, and the README of Linux versions).
  public var requirement: KernelRequirement {
    switch self {
    case .dynamicEvents: .option("DYNAMIC_EVENTS")
    case .kprobes: .option("KPROBE_EVENTS")
    case .uprobes: .option("UPROBE_EVENTS")
    case .syntheticEvents: .option("SYNTH_EVENTS")
    case .eventProbes: .version("5.15")
    case .functionProbes, .tracepointProbes: .option("FPROBE_EVENTS")
    case .returnSuffix: .version("5.10")
    case .structureFields: .version("6.6")
    case .argumentsAtReturn: .version("6.10")
    case .charType: .version("6.4")
    case .symbolStrings: .version("6.1")
    case .dentryNames: .version("6.10")
    case .syntheticStacks: .version("6.3")
    case .histograms: .option("HIST_TRIGGERS")
    case .histogramBuckets: .version("5.14")
    case .histogramPercent: .version("6.2")
    case .noHitcount: .version("6.3")
    case .commonStacktrace: .version("6.3")
    case .snapshot: .option("TRACER_SNAPSHOT")
    case .stackTracer: .option("STACK_TRACER")
    }
  }
}

/// What the running kernel's tracefs can do, by its README and its files; never by its version,
/// as distributions carry features back.
public struct KernelFeatures: Hashable, Sendable {
  public let present: Set<KernelFeature>

  public init(_ present: Set<KernelFeature>) { self.present = present }

  /// Takes the text of `README` and whether the top level has a file.
  public init(readme: String, hasFile: (String) -> Bool) {
    present = Set(KernelFeature.allCases.filter { $0.isShown(readme: readme, hasFile: hasFile) })
  }

  public func has(_ feature: KernelFeature) -> Bool { present.contains(feature) }

  public func require(_ feature: KernelFeature) throws(TracefsError) {
    guard has(feature) else { throw .missingFeature(feature) }
  }
}

extension TracingDirectory {
  public func features() throws(TracefsError) -> KernelFeatures {
    KernelFeatures(readme: try top.read(.readme)) { TextFile.exists("\(path)/\($0)") }
  }
}
