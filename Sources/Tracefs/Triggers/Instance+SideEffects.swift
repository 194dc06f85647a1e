/// What triggers and commands of functions leave behind in the kernel when they are gone.
extension Instance {
  /// Notes what hits of `action` will change, so that it is put back once the trigger is removed.
  ///
  /// A trigger that switched an event leaves it switched, and the memory of a snapshot stays (seen
  /// on Linux 6.1 and 6.12).
  func noteSideEffects(
    of action: TriggeredAction, saving state: SavedState
  ) throws(TracefsError) {
    switch action {
    case .snapshot: try noteSnapshotMemory(saving: state)
    case .enableEvent(let event): try noteSwitch(of: event, on: true, saving: state)
    case .disableEvent(let event): try noteSwitch(of: event, on: false, saving: state)
    default: break
    }
  }

  func noteSideEffects(of trigger: Trigger, saving state: SavedState) throws(TracefsError) {
    switch trigger {
    case .action(let counted, _):
      try noteSideEffects(of: counted.action, saving: state)
    case .histogram(let histogram):
      if histogram.handlers.contains(where: { $0.action == .snapshot }) {
        try noteSnapshotMemory(saving: state)
      }
    }
  }

  private func noteSnapshotMemory(saving state: SavedState) throws(TracefsError) {
    // Where there are no snapshots the kernel says so when it sees the trigger.
    guard hasSnapshot, try !isSnapshotAllocated() else { return }
    try state.expect(undo: "0", in: path(below: directory, ControlFile.snapshot.path))
  }

  private func noteSwitch(
    of event: EventName, on: Bool, saving state: SavedState
  ) throws(TracefsError) {
    let root = path(below: directory, "events")
    guard TextFile.exists("\(directory.path)/\(root)/\(event.system)/\(event.name)/enable") else {
      return
    }
    try state.exclusively { () throws(TracefsError) in
      let changes = try switches.enabled(among: [event]).contains(event) != on
      try state.switchEvents(
        changes ? [event] : [], unchanged: changes ? [] : [event], on: on, at: root
      ) { () throws(TracefsError) in }
    }
  }
}
