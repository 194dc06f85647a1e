import ByteIO
import KernelTypes
import ProbeLanguage
import Tracefs

/// Makes events of the probes of a plan: `-e 'probe:do_filp_open(name=filename->name)'`.
struct ProbePlanner {
  let directory: TracingDirectory
  private let library: TypeLibrary

  init(_ directory: TracingDirectory, _ library: TypeLibrary = TypeLibrary()) {
    self.directory = directory
    self.library = library
  }

  /// Looks all probes up in the kernel's types; changes nothing in the kernel.
  ///
  /// - Returns: what was left out of the probes, in words.
  func resolve(_ plan: inout RecordingPlan) throws(RecordingError) -> [String] {
    rename(&plan)
    let isWanted = plan.buffers.contains { buffer in
      buffer.events.contains { ProbeCompiler.isProbe($0.pattern) }
    }
    guard isWanted else { return [] }
    // perf makes events of a system of that name, which have the first right to it.
    let others = (try? directory.top.events(of: "probe").map(\.name)) ?? []
    var compiler = ProbeCompiler(
      library, keepsArguments: directory.keepsArgumentsAtReturn,
      taken: (try? directory.top.events(of: ProbeCompiler.group).map(\.name)) ?? [],
      isFunction: { KernelSymbols.contains($0) })
    var notes: [String] = []
    for buffer in plan.buffers.indices {
      var missing: [Int] = []
      for index in plan.buffers[buffer].events.indices {
        let request = plan.buffers[buffer].events[index]
        guard ProbeCompiler.isProbe(request.pattern) else { continue }
        if ProbeCompiler.isBareName(request.pattern),
          others.contains(where: { request.pattern == "probe:\($0)" })
        {
          continue
        }
        if request.isExcluded, request.triggers.isEmpty { throw .probeLeftOut(request.pattern) }
        do throws(ProbeError) {
          let definition = try compiler.compile(request.pattern)
          notes += definition.notes
          plan.buffers[buffer].events[index].probe = definition
        } catch {
          guard plan.ignoresMissingEvents, case .notThere(_, _, let problem, _) = error else {
            throw .probe(error)
          }
          if !request.isOptional {
            notes.append("\(problem): '\(request.pattern)' is left out")
          }
          missing.append(index)
        }
      }
      for index in missing.reversed() { plan.buffers[buffer].events.remove(at: index) }
    }
    return notes
  }

  /// Gives those that may be renamed names that nobody has: `vfs_read_2`.
  private func rename(_ plan: inout RecordingPlan) {
    for buffer in plan.buffers.indices {
      for index in plan.buffers[buffer].events.indices {
        let request = plan.buffers[buffer].events[index]
        guard request.mayBeRenamed, case .probe(var probe)? = request.definition else { continue }
        let name = probe.eventName
        let taken = (try? directory.top.events(of: name.system).map(\.name)) ?? []
        guard taken.contains(name.name) else { continue }
        probe.name = (2...).lazy.map { "\(name.name)_\($0)" }.first { !taken.contains($0) }
        plan.buffers[buffer].events[index].definition = .probe(probe)
      }
    }
  }

  /// Defines the probes' events; `state` takes them away again.
  func define(_ plan: RecordingPlan, saving state: SavedState) throws(RecordingError) {
    for request in plan.buffers.flatMap(\.events) {
      if let event = request.definition {
        do throws(TracefsError) { try directory.define(event, saving: state) } catch {
          throw explained(error, event)
        }
      }
      guard let probe = request.probe else { continue }
      do throws(TracefsError) {
        try directory.top.add(
          probe.line, to: .kprobeEvents, undo: probe.removal, saving: state)
      } catch { throw explained(error, request.pattern, probe) }
    }
  }

  private func explained(
    _ error: TracefsError, _ text: String, _ probe: ProbeDefinition
  ) -> RecordingError {
    guard case .refused(_, _, let code, let log) = error else { return .tracefs(error) }
    let reason = log.flatMap(Self.reason) ?? SystemError("write", code: code).reason
    return .probeRefused(
      probe: text, line: probe.line, reason: reason,
      isBlacklisted: Self.isBlacklisted(probe.function))
  }

  private func explained(_ error: TracefsError, _ event: DynamicEvent) -> RecordingError {
    guard case .refused(_, _, let code, let log) = error else { return .tracefs(error) }
    var function: String?
    if case .probe(let probe) = event {
      switch probe.point {
      case .kernel(.symbol(let name, _, _)), .kernelReturn(.symbol(let name, _, _), _):
        function = name
      default: break
      }
    }
    if let function, !KernelSymbols.contains(function) {
      let nearest = (try? directory.functions())?.nearest(to: function) ?? []
      return .tracefs(
        .unknown(.function, name: function, nearest: nearest, requirement: nil))
    }
    return .probeRefused(
      probe: "\(event.eventName.name)", line: "\(event)",
      reason: log.flatMap(Self.reason) ?? SystemError("write", code: code).reason,
      isBlacklisted: function.map(Self.isBlacklisted) ?? false)
  }

  /// `Invalid probed address or symbol` of an entry of the kernel's log of errors.
  static func reason(_ entry: String) -> String? {
    let mark = "error: "
    for line in entry.split(separator: "\n") {
      var rest = line[...]
      while !rest.isEmpty {
        if rest.hasPrefix(mark) { return String(rest.dropFirst(mark.count)) }
        rest = rest.dropFirst()
      }
    }
    return nil
  }

  private static func isBlacklisted(_ function: String) -> Bool {
    guard let text = try? TextFile.read("/sys/kernel/debug/kprobes/blacklist") else { return false }
    return text.split(separator: "\n").contains { line in
      line.split(separator: "\t").last.map { $0 == function } ?? false
    }
  }
}
