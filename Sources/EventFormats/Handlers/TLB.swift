extension Handlers {
  /// Why the translation buffer was flushed, and the number of the reason.
  static func tlbReplacement(_ format: EventFormat) -> String? {
    guard format.name == "tlb_flush", format.field("pages") != nil, format.field("reason") != nil
    else { return nil }
    return """
      "pages=%ld reason=%s (%d)", REC->pages, __symbolic_or_nothing(REC->reason, \
      {0, "flush on task switch"}, {1, "remote shootdown"}, {2, "local shootdown"}, \
      {3, "local mm shootdown"}), REC->reason
      """
  }
}
