import ByteIO

/// Where a path of members leads: `f_path.dentry->d_name.name` from a struct.
package struct MemberPath: Sendable {
  /// A part of a path and where it stands in the text, in bytes.
  enum Step: Sendable {
    /// `.name`, or the first name.
    case member(String, at: Int)
    /// `->name`
    case arrow(String, at: Int)
    /// `[2]`
    case index(Int, at: Int)
  }

  /// Bytes from the start of the struct, then from where each pointer on the way points to.
  package private(set) var offsets: [Int]
  /// Of what is at its end.
  package private(set) var type: TypeID
  /// Of a bit-field: its first bit from the last offset, and how many bits it has.
  package private(set) var bits: (offset: Int, count: Int)?

  /// Follows `text`, such as `a.b->c[2].d`, from a struct or union.
  package init(
    _ text: String, from type: TypeID, in store: TypeStore
  ) throws(KernelTypeError) {
    offsets = [0]
    self.type = type
    for step in try Self.steps(text) {
      switch step {
      case .member(let name, let place): try enter(name, store, text, place)
      case .arrow(let name, let place):
        guard let pointer = try store.stripped(self.type), pointer.kind == .pointer else {
          throw try Self.bad(
            text, place, "\(store.spelling(self.type)) is no pointer: write .\(name)")
        }
        self.type = pointer.target
        offsets.append(0)
        try enter(name, store, text, place)
      case .index(let index, let place): try enter(index, store, text, place)
      }
    }
  }

  private mutating func enter(
    _ name: String, _ store: TypeStore, _ text: String, _ place: Int
  ) throws(KernelTypeError) {
    let spelling = try store.spelling(type)
    guard let record = try store.stripped(type), record.kind == .structure || record.kind == .union
    else {
      let isPointer = try store.stripped(type)?.kind == .pointer
      throw Self.bad(
        text, place,
        isPointer ? "\(spelling) is a pointer: write ->\(name)" : "\(spelling) has no members")
    }
    guard let member = try store.member(named: name, of: record) else {
      let names = try store.memberNames(of: record)
      throw .badPath(
        text: text, offset: place, problem: "\(spelling) has no member '\(name)'",
        nearest: Nearest.names(to: name, among: names))
    }
    offsets[offsets.count - 1] += member.bitOffset / 8
    bits = member.bitSize.map { (member.bitOffset % 8, $0) }
    type = member.type
  }

  private mutating func enter(
    _ index: Int, _ store: TypeStore, _ text: String, _ place: Int
  ) throws(KernelTypeError) {
    let record = try store.stripped(type)
    let element: TypeID
    switch record?.kind {
    case .array:
      element = record?.element ?? .void
      if let count = record?.elementCount, count > 0, index >= count {
        throw Self.bad(text, place, "there are only \(count) elements")
      }
    case .pointer:
      element = record?.target ?? .void
      offsets.append(0)
    default:
      throw Self.bad(text, place, "\(try store.spelling(type)) is no array")
    }
    guard let size = try store.size(of: element) else {
      throw Self.bad(text, place, "the size of \(try store.spelling(element)) is not known")
    }
    let (bytes, tooLarge) = size.multipliedReportingOverflow(by: index)
    guard !tooLarge, bytes <= Int(Int32.max) else { throw Self.bad(text, place, "too far away") }
    offsets[offsets.count - 1] += bytes
    type = element
  }

  // MARK: Text

  private static func steps(_ text: String) throws(KernelTypeError) -> [Step] {
    let bytes = Array(text.utf8)
    var steps: [Step] = []
    var at = 0
    func name() throws(KernelTypeError) -> String {
      let start = at
      while at < bytes.count, isNameByte(bytes[at]) { at += 1 }
      if at == start { throw bad(text, at, "the name of a member is missing") }
      return String(decoding: bytes[start..<at], as: UTF8.self)
    }
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "[") {
        let start = at
        at += 1
        let digits = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "]") { at += 1 }
        guard at < bytes.count,
          let index = Int(String(decoding: bytes[digits..<at], as: UTF8.self)), index >= 0
        else { throw bad(text, start, "expected a number in brackets") }
        at += 1
        steps.append(.index(index, at: start))
      } else if bytes[at...].starts(with: "->".utf8) {
        at += 2
        let place = at
        steps.append(.arrow(try name(), at: place))
      } else {
        if bytes[at] == UInt8(ascii: ".") {
          at += 1
        } else if !steps.isEmpty {
          throw bad(text, at, "expected . or -> or [")
        }
        let place = at
        steps.append(.member(try name(), at: place))
      }
    }
    return steps
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x30 && byte <= 0x39
      || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a
  }

  private static func bad(_ text: String, _ place: Int, _ problem: String) -> KernelTypeError {
    .badPath(text: text, offset: place, problem: problem, nearest: [])
  }
}
