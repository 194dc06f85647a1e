extension DynamicEvent {
  /// What a kernel must have to take this event.
  public var features: Set<KernelFeature> {
    switch self {
    case .synthetic(let event):
      let hasStack = event.fields.contains { $0.length == .dynamic && $0.type != "char" }
      return hasStack ? [.syntheticEvents, .syntheticStacks] : [.syntheticEvents]
    case .probe(let probe):
      var features: Set<KernelFeature> =
        switch probe.kind {
        case .kprobe, .kretprobe: [.kprobes]
        case .uprobe, .uretprobe: [.uprobes]
        case .eventProbe: [.dynamicEvents, .eventProbes]
        case .functionProbe, .functionReturnProbe: [.dynamicEvents, .functionProbes]
        default: [.dynamicEvents, .tracepointProbes]
        }
      let isOfKernel = probe.kind == .kretprobe || probe.kind == .functionReturnProbe
      for argument in probe.arguments {
        switch argument.type?.element {
        case .char: features.insert(.charType)
        case .symbolString: features.insert(.symbolStrings)
        case .dentryName, .fileName: features.insert(.dentryNames)
        default: break
        }
        argument.expression.forEach { part in
          switch part {
          case .parameter, .member, .allArguments: features.insert(.structureFields)
          case .argument where isOfKernel: features.insert(.argumentsAtReturn)
          default: break
          }
        }
      }
      return features
    }
  }

  /// Throws for what this kernel lacks, in an order that does not change.
  func check(for kernel: KernelFeatures) throws(TracefsError) {
    for feature in KernelFeature.allCases where features.contains(feature) {
      try kernel.require(feature)
    }
  }
}
