import ByteIO
package import KernelTypes

/// Turns probes as people write them into lines that any kernel takes.
///
/// `probe:do_filp_open(name=filename->name)` is looked up in the kernel's own types and becomes
/// `p:kscope/do_filp_open do_filp_open name=+0(+0($arg2)):string`.
package struct ProbeCompiler {
  /// The system of all events that are made here.
  package static let group = "kscope"

  private let library: TypeLibrary
  private let keepsArguments: Bool
  private let isFunction: (String) -> Bool
  private var names: Set<String>
  private var kernel: Result<TypeStore, KernelTypeError>?

  /// - Parameters:
  ///   - keepsArguments: the kernel still has `$arg1` when a function returns.
  ///   - taken: names of events of this group that are there already.
  ///   - isFunction: asks the kernel's symbols for a function that its types do not tell.
  package init(
    _ library: TypeLibrary = TypeLibrary(), keepsArguments: Bool, taken: some Sequence<String>,
    isFunction: @escaping (String) -> Bool
  ) {
    self.library = library
    self.keepsArguments = keepsArguments
    self.isFunction = isFunction
    names = Set(taken)
  }

  /// Whether a word after `-e` is a probe: `probe:` and the name of a function. `probe:*` is not,
  /// nor anything else with a glob's characters where the name should be.
  package static func isProbe(_ text: String) -> Bool {
    guard text.hasPrefix(ProbeParser.prefix) else { return false }
    let head = text.dropFirst(ProbeParser.prefix.count).prefix { $0 != "(" }
    return !head.contains { "*?[!".contains($0) }
  }

  /// Whether a probe is nothing but a name, which could be that of an event of the system `probe`.
  package static func isBareName(_ text: String) -> Bool {
    isProbe(text)
      && text.dropFirst(ProbeParser.prefix.count).utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || $0 >= 0x30 && $0 <= 0x39
          || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a
      }
  }

  package mutating func compile(_ text: String) throws(ProbeError) -> ProbeDefinition {
    let syntax = try ProbeParser.parse(text)
    let evaluator = try evaluator(syntax, text)
    var definition = ProbeDefinition(
      group: Self.group, event: eventName(syntax), function: syntax.function, line: "")
    let fields = try fields(syntax, evaluator, &definition.notes)
    let place =
      (syntax.module.map { "\($0):" } ?? "") + syntax.function
      + (syntax.offset.map { "+\($0)" } ?? "")
    let head = "\(syntax.isReturn ? "r" : "p"):\(Self.group)/\(definition.event) \(place)"
    definition.line = ([head] + fields).joined(separator: " ")
    return definition
  }

  // MARK: The function

  private mutating func evaluator(
    _ syntax: ProbeSyntax, _ text: String
  ) throws(ProbeError) -> ProbeEvaluator {
    func evaluator(
      _ prototype: FunctionPrototype?, _ store: Result<TypeStore, KernelTypeError>
    ) -> ProbeEvaluator {
      ProbeEvaluator(
        text: text, function: syntax.function, prototype: prototype, store: store,
        isReturn: syntax.isReturn, keepsArguments: keepsArguments)
    }
    let kernel = openKernel()
    guard case .success(let types) = kernel else { return evaluator(nil, kernel) }
    let found: FunctionPrototype?
    do throws(KernelTypeError) {
      found = try library.function(syntax.function, in: syntax.module, kernel: types)
    } catch {
      guard case .notThere = error, let module = syntax.module else { throw .types(error) }
      throw .notThere(
        text: text, offset: ProbeParser.prefix.utf8.count,
        problem: "the module \(module) is not loaded, or does not tell its types",
        hint: "load it first: modprobe \(module)")
    }
    // Into the middle of a function its parameters do not reach.
    if let found { return evaluator(syntax.offset ?? 0 == 0 ? found : nil, .success(found.store)) }
    guard isFunction(syntax.function) else {
      let near: [String]
      do { near = try types.nearest(to: syntax.function, [.function]) } catch {
        throw .types(error)
      }
      throw .notThere(
        text: text, offset: syntax.place,
        problem: "this kernel has no function '\(syntax.function)'",
        hint: near.isEmpty ? nil : "nearest: " + near.joined(separator: ", "))
    }
    return evaluator(nil, kernel)
  }

  private mutating func openKernel() -> Result<TypeStore, KernelTypeError> {
    if let kernel { return kernel }
    let opened: Result<TypeStore, KernelTypeError>
    do { opened = .success(try library.kernel()) } catch { opened = .failure(error) }
    kernel = opened
    return opened
  }

  // MARK: Names

  /// The event's name: the function's, with a number where that is taken.
  private mutating func eventName(_ syntax: ProbeSyntax) -> String {
    // The kernel's limit is 64 with the NUL (MAX_EVENT_NAME_LEN).
    let stem = Self.identifier(syntax.function + (syntax.isReturn ? "_return" : ""), limit: 58)
    var name = stem
    var number = 2
    while !names.insert(name).inserted {
      name = "\(stem)_\(number)"
      number += 1
    }
    return name
  }

  private static func identifier(_ text: String, limit: Int) -> String {
    let letters = text.utf8.prefix(limit).map { byte -> UInt8 in
      let isPlain =
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a
      return isPlain ? byte : UInt8(ascii: "_")
    }
    let name = String(decoding: letters, as: UTF8.self)
    return name.first?.isNumber ?? true ? "_" + name : name
  }

  // MARK: Fields

  /// Names that the kernel keeps for fields of its own.
  private static let reserved: Set<String> = [
    "common_type", "common_flags", "common_preempt_count", "common_pid", "common_tgid",
    "__probe_ip", "__probe_ret_ip", "__probe_func",
  ]

  private func fields(
    _ syntax: ProbeSyntax, _ evaluator: ProbeEvaluator, _ notes: inout [String]
  ) throws(ProbeError) -> [String] {
    guard let arguments = syntax.arguments else { return try allFields(syntax, evaluator, &notes) }
    var taken: Set<String> = []
    var fields: [String] = []
    for argument in arguments {
      let operand = try evaluator.operand(argument.value)
      let field = try evaluator.field(operand, as: argument.type, argument.value.place)
      if let name = argument.name, taken.contains(name) {
        throw evaluator.wrong(argument.place, "there are two fields called '\(name)'")
      }
      let name = argument.name ?? Self.fieldName(operand.label, taken)
      taken.insert(name)
      fields.append("\(name)=\(field)")
    }
    return fields
  }

  /// Without brackets: every argument that the prototype has, or the result.
  private func allFields(
    _ syntax: ProbeSyntax, _ evaluator: ProbeEvaluator, _ notes: inout [String]
  ) throws(ProbeError) -> [String] {
    guard let prototype = evaluator.prototype else {
      if case .failure(let error) = evaluator.store {
        notes.append("\(syntax.function) is recorded without its arguments: \(error.message)")
      } else if syntax.offset ?? 0 == 0 {
        notes.append(
          "\(syntax.function) is recorded without its arguments: this kernel does not tell them")
      }
      return []
    }
    if syntax.isReturn {
      guard prototype.result != .void else { return [] }
      let result = ProbeSyntax.Expression(form: .result, place: syntax.place)
      let operand = try evaluator.operand(result)
      do throws(ProbeError) {
        return ["ret=\(try evaluator.field(operand, as: nil, syntax.place))"]
      } catch {
        notes.append("what \(syntax.function) returns is left out: \(Self.reason(error))")
        return []
      }
    }
    var taken: Set<String> = []
    var fields: [String] = []
    for index in prototype.parameters.indices {
      do throws(ProbeError) {
        let operand = try evaluator.parameter(index, prototype, syntax.place)
        let field = try evaluator.field(operand, as: nil, syntax.place)
        let name = Self.fieldName(operand.label, taken)
        taken.insert(name)
        fields.append("\(name)=\(field)")
      } catch {
        guard case .wrong = error else { throw error }
        notes.append(
          "'\(prototype.parameters[index].name)' of \(syntax.function) is left out: \(Self.reason(error))"
        )
      }
    }
    return fields
  }

  private static func reason(_ error: ProbeError) -> String {
    if case .wrong(_, _, let problem, _) = error { return problem }
    return error.message
  }

  private static func fieldName(_ label: String, _ taken: Set<String>) -> String {
    // The kernel's limit is 32 with the NUL (MAX_ARG_NAME_LEN).
    var stem = identifier(label, limit: 27)
    if reserved.contains(stem) { stem += "_" }
    var name = stem
    var number = 2
    while taken.contains(name) {
      name = "\(stem)_\(number)"
      number += 1
    }
    return name
  }
}
