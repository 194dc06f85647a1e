/// How a type lies in memory, in C with the offsets and sizes behind the members, as pahole(1) shows
/// it.
package struct TypeLayout {
  private let store: TypeStore
  private var lines: [String] = []
  /// Lines that are left for broken types that contain each other.
  private var budget = 20_000

  /// The lines that tell a type: the members of structs and unions, the names of enums, what
  /// a typedef stands for.
  package static func lines(
    of type: TypeID, in store: TypeStore
  ) throws(KernelTypeError) -> [String] {
    var layout = TypeLayout(store: store)
    var record = try store.record(type)
    if record.kind == .typedef {
      layout.lines.append("typedef \(try store.spelling(record.target, try record.name));")
      guard let meant = try store.stripped(type), meant.kind.keyword != nil else {
        if let size = try store.size(of: type) { layout.lines.append("/* size: \(size) */") }
        return layout.lines
      }
      layout.lines.append("")
      record = meant
    }
    switch record.kind {
    case .structure, .union:
      try layout.structure(record, at: 0)
    case .enumeration, .enumeration64:
      try layout.enumeration(record)
    default:
      layout.lines.append("\(try store.spelling(record.id)); /* size: \(record.ownSize) */")
    }
    return layout.lines
  }

  private init(store: TypeStore) { self.store = store }

  /// - Parameter name: of the member that has this type, which has none itself.
  private mutating func structure(
    _ record: TypeRecord, name: String = "", at start: Int, depth: Int = 0
  ) throws(KernelTypeError) {
    let indent = String(repeating: "\t", count: depth)
    let title = try record.name
    lines.append("\(indent)\(record.kind.keyword ?? "")\(title.isEmpty ? "" : " \(title)") {")
    var end = start
    var holes = 0
    let members = try store.members(of: record)
    for member in members {
      budget -= 1
      if budget < 0 || depth > 30 { throw .tooDeep(file: store.path, id: record.id.rawValue) }
      let offset = start + member.bitOffset / 8
      let size = try store.size(of: member.type) ?? 0
      if record.kind == .structure {
        if offset > end {
          lines.append("\(indent)\t/* \(offset - end) bytes hole */")
          holes += offset - end
        }
        let bytes = member.bitSize.map { (member.bitOffset % 8 + $0 + 7) / 8 } ?? size
        end = max(end, offset + bytes)
      }
      if let inner = try? store.record(member.type), try inner.isAnonymous,
        inner.kind == .structure || inner.kind == .union
      {
        try structure(inner, name: member.name, at: offset, depth: depth + 1)
        continue
      }
      var text = try store.spelling(member.type, member.name)
      if let bits = member.bitSize { text += ":\(bits)" }
      let place =
        member.bitSize.map { "\(offset):\(member.bitOffset % 8)\t\($0) bits" }
        ?? "\(offset)\t\(size)"
      lines.append(
        "\(indent)\t\(Self.padded(text + ";", 56 - 8 * depth)) /* \(Self.columns(place)) */")
    }
    if depth > 0 {
      let close = name.isEmpty ? "};" : "} \(name);"
      lines.append(
        "\(indent)\(Self.padded(close, 64 - 8 * depth)) /* \(Self.columns("\(start)\t\(record.ownSize)")) */"
      )
      return
    }
    if record.kind == .structure, record.ownSize > end {
      lines.append("\t/* \(record.ownSize - end) bytes padding */")
    }
    var sum = "size: \(record.ownSize), members: \(members.count)"
    if holes > 0 { sum += ", holes: \(holes) bytes" }
    lines.append("\t/* \(sum) */")
    lines.append("};")
  }

  private mutating func enumeration(_ record: TypeRecord) throws(KernelTypeError) {
    let title = try record.name
    lines.append("enum\(title.isEmpty ? "" : " \(title)") {")
    for one in try store.enumerators(of: record) {
      let value = record.flag ? "\(one.value)" : "\(UInt64(bitPattern: one.value))"
      lines.append("\t\(one.name) = \(value),")
    }
    lines.append("\t/* size: \(record.ownSize) */")
    lines.append("};")
  }

  private static func columns(_ text: String) -> String {
    let parts = text.split(separator: "\t").map(String.init)
    return parts.map { String(repeating: " ", count: max(0, 6 - $0.count)) + $0 }
      .joined(separator: " ")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
