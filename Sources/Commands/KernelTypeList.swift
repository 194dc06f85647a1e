import ByteIO
import KernelTypes
import ProbeLanguage
import Tracefs

/// The sections of `kscope list` that come from the kernel's types: prototypes and layouts.
struct KernelTypeList {
  private let library: TypeLibrary
  private let kernel: TypeStore
  private let isJSON: Bool

  /// - Parameter path: the directory of the kernel's types; the usual one when nil.
  init(path: String?, isJSON: Bool) throws(KernelTypeError) {
    library = path.map { TypeLibrary(path: $0) } ?? TypeLibrary()
    kernel = try library.kernel()
    self.isJSON = isJSON
  }

  // MARK: Prototypes

  /// One function a line, in the order of `functions`; one whose prototype the kernel does not tell
  /// stands with its name alone.
  ///
  /// - Parameter functions: those that can be traced; nil for all that are described.
  func writePrototypes(
    matching pattern: String, of functions: FunctionList?, to sink: inout ByteSink
  ) throws {
    let regex = try POSIXRegex(pattern)
    var indexes = ["": try FunctionIndex(kernel)]
    let lines =
      try functions?.lines(matching: regex) ?? kernel.names([.function], matching: regex)
    for line in lines {
      let words = line.split(separator: " ").map { String($0) }
      guard let name = words.first else { continue }
      let module = words.count == 2 ? String(words[1].dropFirst().dropLast()) : ""
      if indexes[module] == nil {
        // A module without types has an index of the kernel's, which does not know its functions.
        let store = (try? library.module(module, on: kernel)) ?? kernel
        indexes[module] = try FunctionIndex(store)
      }
      write(
        try indexes[module]?.prototype(of: name), name: name, module: module, to: &sink)
    }
  }

  private func write(
    _ prototype: FunctionPrototype?, name: String, module: String, to sink: inout ByteSink
  ) {
    guard isJSON else {
      sink.append(prototype.map { $0.spelling + ";" } ?? name)
      if !module.isEmpty { sink.append(" [\(module)]") }
      return sink.append("\n")
    }
    sink.append("{")
    Self.member("function", name, to: &sink)
    if !module.isEmpty { Self.member(",module", module, to: &sink) }
    if let prototype {
      Self.member(",prototype", prototype.spelling, to: &sink)
      Self.member(",returns", spelling(prototype.result, prototype.store), to: &sink)
      sink.append(",\"parameters\":[")
      for (index, parameter) in prototype.parameters.enumerated() {
        sink.append(index == 0 ? "{" : ",{")
        Self.member("name", parameter.name, to: &sink)
        Self.member(",type", spelling(parameter.type, prototype.store), to: &sink)
        sink.append("}")
      }
      sink.append("]")
    }
    sink.append("}\n")
  }

  private func spelling(_ type: TypeID, _ store: TypeStore) -> String {
    (try? store.spelling(type)) ?? ""
  }

  // MARK: Types

  func writeType(_ name: String, to sink: inout ByteSink) throws {
    let (id, store) = try find(name)
    guard isJSON else {
      for line in try TypeLayout.lines(of: id, in: store) { sink.append(line + "\n") }
      return
    }
    let spelling = try store.spelling(id)
    guard let record = try store.stripped(id) else { return }
    for one in try store.enumerators(of: record) {
      sink.append("{")
      Self.member("type", spelling, to: &sink)
      Self.member(",name", one.name, to: &sink)
      let value = record.isSignedNumber ? "\(one.value)" : "\(UInt64(bitPattern: one.value))"
      sink.append(",\"value\":\(value)}\n")
    }
    try writeMembers(of: record, in: store, at: 0, spelling, depth: 0, to: &sink)
  }

  /// Those of anonymous members stand among the others.
  private func writeMembers(
    of record: TypeRecord, in store: TypeStore, at start: Int, _ spelling: String, depth: Int,
    to sink: inout ByteSink
  ) throws {
    guard depth < 30 else { return }
    for member in try store.members(of: record) {
      let bits = start + member.bitOffset
      if member.name.isEmpty, let inner = try store.stripped(member.type) {
        try writeMembers(
          of: inner, in: store, at: bits, spelling, depth: depth + 1, to: &sink)
        continue
      }
      sink.append("{")
      Self.member("type", spelling, to: &sink)
      Self.member(",member", member.name, to: &sink)
      Self.member(",of", try store.spelling(member.type), to: &sink)
      sink.append(",\"offset\":\(bits / 8),\"size\":\(try store.size(of: member.type) ?? 0)")
      if let count = member.bitSize { sink.append(",\"bit\":\(bits % 8),\"bits\":\(count)") }
      sink.append("}\n")
    }
  }

  /// In the kernel, else in the first module that has it.
  private func find(_ name: String) throws(KernelTypeError) -> (TypeID, TypeStore) {
    do throws(KernelTypeError) { return (try kernel.type(written: name), kernel) } catch {
      guard case .unknownType = error else { throw error }
      for module in library.modules {
        guard let store = try? library.module(module, on: kernel),
          let id = try? store.type(written: name)
        else { continue }
        return (id, store)
      }
      throw error
    }
  }

  // MARK: Probes

  /// The line that `record -e probe:…` would write to `kprobe_events`.
  static func writeProbe(_ text: String, path: String?, to sink: inout ByteSink) throws {
    var compiler = ProbeCompiler(
      path.map { TypeLibrary(path: $0) } ?? TypeLibrary(),
      keepsArguments: (try? TracingDirectory.find())?.keepsArgumentsAtReturn ?? false, taken: [],
      // Of another kernel's symbols nothing is known; of this one the kernel will be asked.
      isFunction: { path == nil && KernelSymbols.contains($0) })
    let probe = try compiler.compile(text)
    probe.notes.forEach(Failure.say)
    sink.append(probe.line + "\n")
  }

  // MARK: JSON

  /// `"name":"value"`, after what stands in front of the name: `,name`.
  private static func member(_ name: String, _ value: String, to sink: inout ByteSink) {
    let comma = name.hasPrefix(",")
    sink.append(comma ? ",\"\(name.dropFirst())\":\"" : "\"\(name)\":\"")
    Array(value.utf8).withUnsafeBytes { sink.append(json: $0) }
    sink.append("\"")
  }
}
