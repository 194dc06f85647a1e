package import ByteIO
import EventFormats
import TraceDat

extension Profile {
  /// What belongs to one task, group or CPU, in the order in which it is shown.
  struct Section {
    var owner: Owner
    var entries: [Entry]
  }

  /// CPUs first, then tasks by pid, or groups by name.
  var sections: [Section] {
    var byOwner: [Owner: [Entry]] = [:]
    for entry in entries { byOwner[entry.owner, default: []].append(entry) }
    return byOwner.map { Section(owner: $0.key, entries: $0.value.sorted(by: comesFirst)) }
      .sorted { Self.place($0.owner) < Self.place($1.owner) }
  }

  private static func place(_ owner: Owner) -> (Int, Int, Int, String) {
    switch owner {
    case .machine: (0, 0, 0, "")
    case .cpu(let cpu): (1, cpu, 0, "")
    case .task(let pid, let cpu, let machine): (2, Int(pid), cpu << 8 | machine, "")
    case .group(let name): (3, 0, 0, String(decoding: name, as: UTF8.self))
    }
  }

  /// Durations in the order of the rules, the longest sum first; then what is only counted.
  private func comesFirst(_ left: Entry, _ right: Entry) -> Bool {
    func key(_ entry: Entry) -> (Int, UInt64, UInt64, String) {
      let durations = durations(of: entry)
      return switch entry.subject {
      case .rule(let rule, let label): (rule, .max - durations.total, label, "")
      case .function, .event: (rules.count, .max - durations.count, 0, title(of: entry))
      }
    }
    return key(left) < key(right)
  }

  /// `sched_switch:S`, `func: do_idle()`, `irq_handler_entry:0x25`.
  func title(of entry: Entry) -> String {
    switch entry.subject {
    case .function(let id): return "func: \(functions[Int(id)])()"
    case .event(let source, let index, let label):
      let name = String(decoding: input.sources[source].events.name(at: index), as: UTF8.self)
      return "\(name):0x\(String(label, radix: 16))"
    case .rule(let number, let label):
      let event = rules[number].start
      switch (event.name, rules[number].label ?? event.match) {
      case ("funcgraph_entry", "func"):
        let symbol = input.sources[entry.source].events.symbols.lookup(label)
        let name = symbol.map { String(decoding: $0.name, as: UTF8.self) } ?? ""
        return "func: \(name.isEmpty ? "0x" + String(label, radix: 16) : name)()"
      case ("sched_switch", "prev_state"): return "\(event.name):\(TaskState.letters(label))"
      case (_, "vec") where event.name.hasPrefix("softirq_"):
        return "\(event.name):\(SoftInterruptNames.name(label))"
      case ("sys_enter", "id"): return "\(event.name):\(Int64(bitPattern: label))"
      default: return "\(event.name):0x\(String(label, radix: 16))"
      }
    }
  }

  /// As trace-cmd shows it; a tree of the calls that led to an event stands below it.
  ///
  /// - Parameter isForTerminal: shows control characters in names of tasks as `^[`.
  package func write(to sink: inout ByteSink, isForTerminal: Bool = false) {
    for (file, prefix) in zip(input.files, input.headPrefixes) {
      prefix.withUnsafeBytes { sink.append($0) }
      sink.append("cpus=\(file.cpuCount)\n")
    }
    for section in sections {
      switch section.owner {
      case .machine: sink.append("Global Events\n")
      case .cpu(let cpu): sink.append("Global CPU[\(cpu)] Events\n")
      case .task(let pid, _, let machine):
        sink.append("\ntask: ")
        input.headPrefixes[machine].withUnsafeBytes { sink.append($0) }
        append(section, isForTerminal, to: &sink)
        sink.append("-\(pid)\n")
      case .group:
        sink.append("\ngroup: ")
        append(section, isForTerminal, to: &sink)
        sink.append("\n")
      }
      for entry in section.entries { write(entry, to: &sink) }
    }
  }

  private func append(_ section: Section, _ isForTerminal: Bool, to sink: inout ByteSink) {
    var name = name(of: section)
    if isForTerminal { name = TerminalSafety.shown(name) }
    name.withUnsafeBytes { sink.append($0) }
  }

  /// A task's name; the idle tasks have that of their kernel threads.
  func name(of section: Section) -> [UInt8] {
    switch section.owner {
    case .machine, .cpu: []
    case .group(let name): name
    case .task(0, let cpu, _): Array("swapper/\(cpu)".utf8)
    case .task(let pid, _, _):
      input.sources[section.entries.first?.source ?? 0].names.name(of: pid)
    }
  }

  private func write(_ entry: Entry, to sink: inout ByteSink) {
    let durations = durations(of: entry)
    sink.append("  Event: \(title(of: entry)) (\(durations.count))")
    guard case .rule = entry.subject else {
      sink.append("\n")
      return
    }
    sink.append(" Total: \(durations.total) Avg: \(durations.average)")
    sink.append(" Max: \(durations.longest.duration)(ts:")
    Self.append(time: durations.longest.time, to: &sink)
    sink.append(") Min:\(durations.shortest.duration)(ts:")
    Self.append(time: durations.shortest.time, to: &sink)
    sink.append(")\n")
    if !trees.children(of: entry.root).isEmpty {
      writeChains(under: entry.root, to: &sink)
      sink.append("\n")
    }
  }

  /// What is still to be written: a node, and what stands before its lines.
  private struct Pending {
    var node: Int32
    var prefix: String
    /// The sum of the node that it stands below; nil where it is the only one there.
    var parentTotal: UInt64?
    var isLast: Bool
  }

  private func writeChains(under root: Int32, to sink: inout ByteSink) {
    var pending = below(root, prefix: String(repeating: " ", count: 10), isRoot: true)
    while let next = pending.popLast() {
      let node = trees.nodes[Int(next.node)]
      let site = sites[Int(node.function)]
      guard let parentTotal = next.parentTotal else {
        sink.append("\(next.prefix) \(site)\n")
        pending += below(next.node, prefix: next.prefix)
        continue
      }
      let prefix = next.prefix + (next.isLast ? "    " : "|   ")
      let durations = node.durations
      let share = parentTotal > 0 ? (durations.total &* 100 &+ parentTotal / 2) / parentTotal : 100
      sink.append("\(next.prefix)|\n\(next.prefix)+ \(site)\n")
      sink.append("\(prefix)\(share)% (\(durations.count)) time:\(durations.total)")
      sink.append(" max:\(durations.longest.duration)(ts:")
      Self.append(time: durations.longest.time, to: &sink)
      sink.append(") min:\(durations.shortest.duration)(ts:")
      Self.append(time: durations.shortest.time, to: &sink)
      sink.append(") avg:\(durations.average)\n")
      pending += below(next.node, prefix: prefix)
    }
  }

  /// The callers of a node, the last to be written first.
  private func below(_ node: Int32, prefix: String, isRoot: Bool = false) -> [Pending] {
    let durations = trees.nodes[Int(node)].durations
    let children = trees.children(of: node).sorted {
      trees.nodes[Int($0)].durations.total > trees.nodes[Int($1)].durations.total
    }
    if !isRoot, children.count == 1,
      trees.nodes[Int(children[0])].durations.count == durations.count
    {
      return [Pending(node: children[0], prefix: prefix, parentTotal: nil, isLast: true)]
    }
    return children.enumerated().reversed().map { index, child in
      Pending(
        node: child, prefix: isRoot ? prefix : prefix + "  ", parentTotal: durations.total,
        isLast: index == children.count - 1)
    }
  }

  /// Seconds with six decimals.
  private static func append(time: UInt64, to sink: inout ByteSink) {
    let microseconds = (time &+ 500) / 1000
    sink.append(decimal: microseconds / 1_000_000)
    sink.append(".")
    sink.append(decimal: microseconds % 1_000_000, width: 6, fill: UInt8(ascii: "0"))
  }

  /// An object for each line of the text, times in ns; with the chains, innermost function first.
  package func writeJSON(to sink: inout ByteSink) {
    func text(_ value: some Collection<UInt8>) {
      sink.append("\"")
      Array(value).withUnsafeBytes { sink.append(json: $0) }
      sink.append("\"")
    }
    for section in sections {
      for entry in section.entries {
        let durations = durations(of: entry)
        sink.append("{")
        switch section.owner {
        case .machine: break
        case .cpu(let cpu): sink.append("\"cpu\":\(cpu),")
        case .task(let pid, _, let machine):
          if input.files.count > 1 {
            sink.append("\"file\":")
            text(input.files[machine].path.utf8)
            sink.append(",")
          }
          sink.append("\"pid\":\(pid),\"comm\":")
          text(name(of: section))
          sink.append(",")
        case .group(let name):
          sink.append("\"comm\":")
          text(name)
          sink.append(",")
        }
        sink.append("\"event\":")
        text(title(of: entry).utf8)
        sink.append(",\"count\":\(durations.count)")
        if case .rule = entry.subject {
          sink.append(",\"total\":\(durations.total)")
          sink.append(",\"max\":\(durations.longest.duration),\"max_at\":\(durations.longest.time)")
          sink.append(
            ",\"min\":\(durations.shortest.duration),\"min_at\":\(durations.shortest.time)")
          sink.append(",\"chains\":[")
          var isFirst = true
          trees.forEachChain(under: entry.root) { chain, count, total in
            if !isFirst { sink.append(",") }
            isFirst = false
            sink.append("{\"count\":\(count),\"total\":\(total),\"functions\":[")
            for (index, function) in chain.enumerated() {
              if index > 0 { sink.append(",") }
              text(sites[Int(function)].utf8)
            }
            sink.append("]}")
          }
          sink.append("]")
        }
        sink.append("}\n")
      }
    }
  }
}

/// `prev_state` of sched_switch.
enum TaskState {
  private static let flags: [(UInt64, String)] = [
    (0x01, "S"), (0x02, "D"), (0x04, "T"), (0x08, "t"), (0x10, "X"), (0x20, "Z"), (0x40, "P"),
    (0x80, "I"),
  ]

  /// `R` runnable, `R+` preempted, `S` sleeping, `D` uninterruptible, `I` idle and others.
  ///
  /// Source: include/linux/sched.h, task_state_index, and include/trace/events/sched.h, since 4.14.
  static func letters(_ state: UInt64) -> String {
    let named = flags.filter { state & $0.0 != 0 }.map(\.1).joined(separator: "|")
    return (named.isEmpty ? "R" : named) + (state & 0x100 != 0 ? "+" : "")
  }
}
