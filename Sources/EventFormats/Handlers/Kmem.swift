// The allocators: who called comes first, with its offset, where a symbol is known.
extension PrintCompiler {
  mutating func kmemSteps() throws(PrintFormatProblem) -> Bool {
    switch format.name {
    case "kmalloc", "kmalloc_node", "kfree", "kmem_cache_alloc", "kmem_cache_alloc_node",
      "kmem_cache_free":
      guard let site = format.field("call_site"), site.kind == .integer || site.kind == .pointer
      else { return false }
      try emit(
        PrintOp(code: .callSite, a: loadKind(site).rawValue, c: reach(site.offset, site.size)))
      _ = try compile()
      return true
    default: return false
    }
  }
}
