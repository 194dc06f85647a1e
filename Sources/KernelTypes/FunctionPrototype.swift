/// A function's parameters and what it returns.
package struct FunctionPrototype: Sendable {
  package var name: String
  package var parameters: [TypeParameter]
  package var result: TypeID
  /// It takes more than its parameters say (`...`).
  package var isVariadic: Bool
  /// Where its types are described.
  package var store: TypeStore

  /// `struct file *do_filp_open(int dfd, struct filename *pathname, const struct open_flags *op)`
  package let spelling: String
}

extension FunctionPrototype {
  /// What the kernel's probes call each parameter: the number of its register, from 1 (`$arg1`).
  ///
  /// nil for what does not lie in one register: floating numbers, structs larger than a pointer, and,
  /// as machines differ there, all that comes after a struct of more than two pointers' size, or
  /// after a number of two registers that would begin at an even one.
  ///
  /// - Parameter last: of the arguments that probes reach.
  package func argumentNumbers(
    upTo last: Int = FunctionPrototype.lastArgument
  ) throws(KernelTypeError) -> [Int?] {
    var numbers: [Int?] = []
    var next: Int? = 1
    for parameter in parameters {
      let kind = try store.stripped(parameter.type)?.kind
      let size = try store.size(of: parameter.type) ?? 0
      let registers = (size + store.pointerSize - 1) / store.pointerSize
      switch kind {
      case .float: numbers.append(nil)
      case .structure, .union, .int:
        numbers.append(registers <= 1 ? next : nil)
        // Of two registers arm64 leaves one out to begin such a number at an odd one.
        if kind == .int, registers == 2, let first = next, first.isMultiple(of: 2) { next = nil }
        next = registers <= 2 ? next.map { $0 + max(registers, 1) } : nil
      default:
        numbers.append(next)
        next = next.map { $0 + 1 }
      }
    }
    return numbers.map { $0.flatMap { $0 <= last ? $0 : nil } }
  }

  /// The last argument that probes of this machine's kernel reach: what is not in a register they
  /// read from the stack on x86, and take for 0 elsewhere (`regs_get_kernel_argument`).
  #if arch(x86_64) || arch(i386)
    package static let lastArgument = Int.max
  #else
    package static let lastArgument = 8
  #endif
}

extension TypeStore {
  /// A function by its name; nil where it is not described here.
  package func prototype(ofFunction name: String) throws(KernelTypeError) -> FunctionPrototype? {
    guard let id = try find(name, [.function]) else { return nil }
    return try prototype(id)
  }

  /// The prototype of a type of kind `function`.
  package func prototype(_ function: TypeID) throws(KernelTypeError) -> FunctionPrototype? {
    let record = try record(function)
    guard record.kind == .function, let prototype = try stripped(record.target),
      prototype.kind == .prototype
    else { return nil }
    var parameters = try parameters(of: prototype)
    let isVariadic = parameters.last.map { $0.type == .void && $0.name.isEmpty } ?? false
    if isVariadic { parameters.removeLast() }
    let name = try record.name
    return FunctionPrototype(
      name: name, parameters: parameters, result: prototype.target, isVariadic: isVariadic,
      store: self, spelling: try spelling(prototype.id, name))
  }
}

/// Finds functions by name without looking over all types each time: for many look-ups.
package struct FunctionIndex: Sendable {
  private let store: TypeStore
  private var ids: [UInt64: TypeID]

  package init(_ store: TypeStore) throws(KernelTypeError) {
    self.store = store
    var ids: [UInt64: TypeID] = [:]
    ids.reserveCapacity(1 << 16)
    var failure: KernelTypeError?
    try store.forEachName([.function]) { id, offset in
      do throws(KernelTypeError) {
        let key = Self.key(try store.string(at: offset))
        if ids[key] == nil { ids[key] = id }
        return true
      } catch { failure = error }
      return false
    }
    if let failure { throw failure }
    self.ids = ids
  }

  package func prototype(
    of name: String
  ) throws(KernelTypeError) -> FunctionPrototype? {
    var name = name
    let key = name.withUTF8 { Self.key(UnsafeRawBufferPointer($0)) }
    guard let id = ids[key], let prototype = try store.prototype(id) else { return nil }
    return prototype.name == name ? prototype : try store.prototype(ofFunction: name)
  }

  /// FNV-1a.
  private static func key(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
