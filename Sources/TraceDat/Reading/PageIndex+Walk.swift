extension PageIndex {
  /// Lends every page that can be read, one after the other; of the last, what the file has.
  ///
  /// For who wants the pages as such; events in the order of their times come from `EventCursor`.
  package func forEachPage<E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    let reader = PageReader(self)
    defer { withExtendedLifetime(reader) {} }
    for number in 0..<count {
      if let page = reader.page(at: number) { try body(page) }
    }
  }
}
