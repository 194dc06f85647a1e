/// A function that something is attached to: a line of `enabled_functions` or `touched_functions`
/// (Documentation/trace/ftrace.rst).
public struct HookedFunction: Hashable, Sendable {
  public var name: String
  public var module: String?
  /// How many are attached; 0 in `touched_functions` where none is any more.
  public var count: Int
  /// The letters behind the count: `R` registers are saved, `I` the instruction pointer may be
  /// changed, `D` called directly, `M` it had such a change before …
  public var flags: String
  /// What the function's own trampoline calls, where it has one.
  public var trampoline: KernelSymbol?
  /// What is called.
  public var callback: KernelSymbol?

  /// `name [module] (1) R I \ttramp: 0x… (callback+0x0/0x10) ->callback+0x0/0x10`; nil for lines
  /// that tell more of the function above.
  init?(_ line: some StringProtocol) {
    guard let first = line.utf8.first, first > 0x20 else { return nil }
    let head = String(line).parts(separatedBy: " (")
    guard head.count == 2 else { return nil }
    let names = head[0].words
    guard let name = names.first, names.count <= 2,
      let close = head[1].firstIndex(of: ")"), let count = Int(head[1][..<close])
    else { return nil }
    self.name = name
    self.count = count
    module = names.count == 2 ? String(names[1].drop { $0 == "[" }.prefix { $0 != "]" }) : nil
    let rest = head[1][head[1].index(after: close)...]
    flags = String(rest.prefix { $0 == " " || $0.isLetter && $0.isUppercase }.filter { $0 != " " })
    let calls = String(rest).parts(separatedBy: "->")
    if calls.count == 2 { callback = KernelSymbol(calls[1].prefix { $0 != "\t" }) }
    let trampolines = calls[0].parts(separatedBy: "tramp: ")
    if trampolines.count == 2, let open = trampolines[1].firstIndex(of: "(") {
      let text = trampolines[1][open...].dropFirst().prefix { $0 != ")" }
      trampoline = KernelSymbol(text)
    }
  }

  static func list(in text: String) -> [HookedFunction] {
    text.split(separator: "\n").compactMap { HookedFunction($0) }
  }
}

extension TracingDirectory {
  /// The functions that something is attached to now.
  public func enabledFunctions() throws(TracefsError) -> [HookedFunction] {
    HookedFunction.list(in: try read(.enabledFunctions))
  }

  /// The functions that something was ever attached to since boot (Linux 6.4).
  public func touchedFunctions() throws(TracefsError) -> [HookedFunction] {
    HookedFunction.list(in: try read(.touchedFunctions))
  }
}
