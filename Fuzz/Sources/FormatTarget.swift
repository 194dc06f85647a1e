/// An event's format and a record of it.
enum FormatTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) {}
}
