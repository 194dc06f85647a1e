import EventFormats

/// The columns of a table of one event, which kernels may describe differently: the fields of all,
/// by name, each once.
///
/// No two columns have one name: a field that is called as a column of all tables is has `field_`
/// before it, whether this table has that column or not.
struct CSVColumns {
  /// The columns that the event's own may stand beside.
  static let common = ["file", "buffer", "time", "cpu", "pid", "comm"]

  let names: [String]
  /// For each format, which of its fields stands in which column; nil where it has none.
  let fields: [[Field?]]

  /// - Parameter formats: the event's, of each source; nil where it has none.
  init(_ formats: [EventFormat?]) {
    /// A name, and how often its format had it before.
    struct Key: Hashable {
      var name: String
      var repetition: Int
    }
    var places: [Key: Int] = [:]
    var names: [String] = []
    var taken = Set(Self.common)
    let found = formats.map { format in
      var seen: [String: Int] = [:]
      return (format?.fields ?? []).filter { !$0.name.isEmpty }.map { field in
        let key = Key(name: field.name, repetition: seen[field.name, default: 0])
        seen[field.name, default: 0] += 1
        if let place = places[key] { return (place, field) }
        var name = field.name
        while !taken.insert(name).inserted { name = "field_" + name }
        places[key] = names.count
        names.append(name)
        return (names.count - 1, field)
      }
    }
    self.names = names
    fields = found.map { pairs in
      var row = [Field?](repeating: nil, count: names.count)
      for (place, field) in pairs { row[place] = field }
      return row
    }
  }
}
