/// What holds for the command line as a whole.
extension RecordArguments {
  func check() throws(RecordArgumentError) {
    if !plan.flightTriggers.isEmpty, !plan.isFlightRecorder { throw .triggerWithoutRecorder }
    if plan.isFlightRecorder,
      plan.maximumKilobytes != nil || plan.maximumFileSize != nil || plan.overheadBudget != nil
    {
      throw .flightRecorderReadsNothing
    }
    if plan.onlyCommand, plan.command.isEmpty { throw .needsCommand("-F") }
    if plan.forks, plan.command.isEmpty { throw .needsCommand("--fork") }
    if plan.followsChildren, !plan.onlyCommand, plan.buffers.allSatisfy({ $0.pids.isEmpty }) {
      throw .childrenOfNobody
    }
    for buffer in plan.buffers where buffer.savesFunctionStacks && buffer.functions.isEmpty {
      throw .functionStackWithoutFunction
    }
    if plan.fileVersion == .six, plan.compression == .zlib || plan.compression == .zstd {
      throw .compressionNeedsVersionSeven(plan.compression.rawValue)
    }
    for buffer in plan.buffers where buffer.isRemoved {
      guard let name = buffer.name, buffer == .removed(name) else {
        throw .removedAndSet(buffer.name ?? "")
      }
    }
    if plan.isPrivate { try checkPrivate() }
    if tracingCommand == .set, plan == RecordingPlan(), modules.isEmpty { throw .nothingToSet }
    guard
      !tracingCommand.needsEvents
        || plan.buffers.contains(where: { $0.tracer != nil || $0.producesEvents })
    else { throw .nothingToRecord }
  }

  /// What there is once for the whole kernel would not be private.
  private func checkPrivate() throws(RecordArgumentError) {
    let shared: [(String, Bool)] = [
      ("-g", plan.buffers.contains { !$0.graphFunctions.isEmpty }),
      ("--max-graph-depth", plan.buffers.contains { $0.maximumGraphDepth != nil }),
      ("--cmdlines-size", plan.commandLinesSize != nil),
    ]
    if let (option, _) = shared.first(where: \.1) { throw .notPrivate(option) }
  }
}
