package import ByteIO
import TraceDat

extension Histogram {
  /// A paragraph for each event of each task, most frequent first, as trace-cmd shows it: its share
  /// of all events, and below it the calls that led there, each with its share of those below which
  /// it stands.
  ///
  /// - Parameter isForTerminal: shows control characters in names of tasks as `^[`.
  package func write(to sink: inout ByteSink, isForTerminal: Bool = false) {
    for entry in entries {
      let count = count(of: entry)
      sink.append("  %")
      Self.append(count, of: total, to: &sink)
      if entry.pid < 0 {
        sink.append(" <all pids>")
      } else {
        sink.append("  (\(entry.pid)) ")
        var comm = sources[entry.source].names.name(of: entry.pid)
        if isForTerminal { comm = TerminalSafety.shown(comm) }
        comm.withUnsafeBytes { sink.append($0) }
      }
      sink.append(" ")
      Array(entry.name.utf8).withUnsafeBytes { sink.append($0, leftPaddedTo: 30) }
      sink.append(" #\(count)\n         |\n         --- ")
      sink.append(entry.isFunction ? entry.name : "*\(entry.name)*")
      sink.append("\n")
      writeCallers(of: entry.root, to: &sink)
      sink.append("\n")
    }
  }

  /// What is still to be written: a node, and what stands before its line and those below.
  private struct Pending {
    var node: Int32
    var prefix: String
    /// Of the node that it stands below; nil where it is the only one.
    var parentCount: UInt64?
    var isLast: Bool
  }

  private func writeCallers(of root: Int32, to sink: inout ByteSink) {
    var pending = below(root, prefix: String(repeating: " ", count: 10))
    while let next = pending.popLast() {
      let node = trees.nodes[Int(next.node)]
      let name = functions[Int(node.function)]
      guard let parentCount = next.parentCount else {
        sink.append(next.prefix)
        sink.append(name)
        sink.append("\n")
        pending += below(next.node, prefix: next.prefix)
        continue
      }
      sink.append("\(next.prefix)  |\n\(next.prefix)  |--%")
      Self.append(node.durations.count, of: parentCount, to: &sink)
      sink.append("-- \(name)  # \(node.durations.count)\n")
      let bar = next.isLast ? " " : "|"
      pending += below(next.node, prefix: next.prefix + "  \(bar)          ")
    }
  }

  /// The callers of a node, the last to be written first.
  private func below(_ node: Int32, prefix: String) -> [Pending] {
    let count = trees.nodes[Int(node)].durations.count
    let children = trees.children(of: node).sorted {
      let counts = (trees.nodes[Int($0)].durations.count, trees.nodes[Int($1)].durations.count)
      return counts.0 > counts.1
    }
    if children.count == 1, trees.nodes[Int(children[0])].durations.count == count {
      return [Pending(node: children[0], prefix: prefix, parentCount: nil, isLast: true)]
    }
    return children.enumerated().reversed().map { index, child in
      Pending(
        node: child, prefix: prefix, parentCount: count, isLast: index == children.count - 1)
    }
  }

  /// A share in percent with two decimals.
  private static func append(_ part: UInt64, of whole: UInt64, to sink: inout ByteSink) {
    let share = whole > 0 ? (part &* 10_000 &+ whole / 2) / whole : 0
    sink.append(decimal: share / 100)
    sink.append(".")
    sink.append(decimal: share % 100, width: 2, fill: UInt8(ascii: "0"))
  }

  /// A line for each chain of calls, outermost function first, as flame graphs are made of:
  /// `bash;do_syscall_64;schedule;sched_switch 12`. What has no chain stands by itself.
  package func writeFolded(to sink: inout ByteSink) {
    for entry in entries {
      let task =
        entry.pid < 0
        ? "" : String(decoding: sources[entry.source].names.name(of: entry.pid), as: UTF8.self)
      var bare = count(of: entry)
      func line(_ chain: [FunctionIDs.ID], _ count: UInt64) {
        if !task.isEmpty { sink.append(Self.folded(task) + ";") }
        for function in chain.reversed() {
          sink.append(Self.folded(functions[Int(function)]) + ";")
        }
        sink.append("\(Self.folded(entry.name)) \(count)\n")
      }
      trees.forEachChain(under: entry.root) { chain, count, _ in
        bare &-= min(count, bare)
        line(chain, count)
      }
      if bare > 0 { line([], bare) }
    }
  }

  /// Without what parts frames and lines.
  private static func folded(_ text: String) -> String {
    String(text.map { $0 == ";" || $0.isNewline ? "_" : $0 })
  }

  /// An object for each event of each task, with its chains, innermost function first.
  package func writeJSON(to sink: inout ByteSink) {
    func text(_ value: String) {
      sink.append("\"")
      Array(value.utf8).withUnsafeBytes { sink.append(json: $0) }
      sink.append("\"")
    }
    for entry in entries {
      sink.append("{")
      if entry.pid >= 0 {
        sink.append("\"pid\":\(entry.pid),\"comm\":")
        text(String(decoding: sources[entry.source].names.name(of: entry.pid), as: UTF8.self))
        sink.append(",")
      }
      if !sources[entry.source].buffer.name.isEmpty {
        sink.append("\"buffer\":")
        text(sources[entry.source].buffer.name)
        sink.append(",")
      }
      sink.append(entry.isFunction ? "\"function\":" : "\"event\":")
      text(entry.name)
      sink.append(",\"count\":\(count(of: entry)),\"chains\":[")
      var isFirst = true
      trees.forEachChain(under: entry.root) { chain, count, _ in
        sink.append(
          isFirst ? "{\"count\":\(count),\"functions\":[" : ",{\"count\":\(count),\"functions\":[")
        isFirst = false
        for (index, function) in chain.enumerated() {
          if index > 0 { sink.append(",") }
          text(functions[Int(function)])
        }
        sink.append("]}")
      }
      sink.append("]}\n")
    }
  }
}
