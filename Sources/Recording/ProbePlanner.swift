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

  /// Defines the probes' events; `state` takes them away again.
  func define(_ plan: RecordingPlan, saving state: SavedState) throws(RecordingError) {
    for request in plan.buffers.flatMap(\.events) {
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
