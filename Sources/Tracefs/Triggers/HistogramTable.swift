/// What a histogram counted: a part of an event's `hist` file, which has one for each trigger
/// (Documentation/trace/histogram.rst).
public struct HistogramTable: Hashable, Sendable {
  public struct Row: Hashable, Sendable {
    /// In the order of the trigger's keys.
    public var keys: [HistogramKey]
    /// nil where the trigger hides it.
    public var hitcount: UInt64?
    /// In the order of the trigger's values.
    public var values: [HistogramValue]
    /// What `onmax().save()` and `onchange().save()` kept, in the order of the trigger's handlers.
    public var saved: [Saved] = []
  }

  public struct Saved: Hashable, Sendable {
    /// Of the handler's variable: its maximum, or what it changed to.
    public var value: UInt64
    /// The saved fields, as the kernel prints them, without blanks at the end.
    public var fields: [String]
  }

  /// A snapshot that a handler took.
  public struct Snapshot: Hashable, Sendable {
    /// Of the handler's variable at that time.
    public var value: UInt64
    /// The row that it happened in.
    public var keys: [HistogramKey]
  }

  public var trigger: HistogramTrigger
  public var rows: [Row]
  public var snapshots: [Snapshot] = []
  /// Events that were counted.
  public var hits: UInt64
  /// Rows; as many as `rows`.
  public var entries: UInt64
  /// Events that were not counted, as every row was taken.
  public var dropped: UInt64

  public var isPaused: Bool { trigger.control == .pause }
}

/// What stands in a row's key.
public enum HistogramKey: Hashable, Sendable {
  case number(UInt64)
  case text(String)
  case symbol(KernelSymbol)
  /// `.execname`.
  case task(name: String, pid: UInt64)
  /// `.syscall`; the name as the kernel has it, `sys_read`.
  case syscall(name: String, number: UInt64)
  /// `.log2`: from 2^(exponent - 1), exclusive, to 2^exponent; 0 is up to 1.
  case power(exponent: UInt64)
  /// `.buckets`: both inclusive.
  case range(UInt64, UInt64)
  /// The innermost call first.
  case stack([KernelSymbol])
}

/// What stands in a row's value.
public enum HistogramValue: Hashable, Sendable {
  case number(UInt64)
  /// `.percent`, in hundredths of a percent; nil where the kernel could not tell.
  case percent(hundredths: UInt64?)
  /// `.graph`: of 20.
  case graph(marks: Int)
}

/// A place in the kernel's code, as it prints it: `name+0x5f/0x220 [module]`.
public struct KernelSymbol: Hashable, Sendable {
  /// Where it is printed.
  public var address: UInt64?
  /// Empty where the kernel knows none.
  public var name: String
  /// From the start of the function, in bytes.
  public var offset: UInt64?
  /// Of the function, in bytes.
  public var size: UInt64?
  public var module: String?

  public init(
    address: UInt64? = nil, name: String, offset: UInt64? = nil, size: UInt64? = nil,
    module: String? = nil
  ) {
    self.address = address
    self.name = name
    self.offset = offset
    self.size = size
    self.module = module
  }

  /// Reads `[ffffffff81466a0f] name+0x5f/0x220 [module]`, all but the name being optional, and
  /// `0x74706d`, which belongs to no function.
  public init?(_ text: some StringProtocol) {
    var words = text.words
    var address: UInt64?
    if let first = words.first, first.hasPrefix("["), first.hasSuffix("]"),
      let value = UInt64(first.dropFirst().dropLast(), radix: 16)
    {
      address = value
      words.removeFirst()
    }
    var module: String?
    if words.count > 1, let last = words.last, last.hasPrefix("["), last.hasSuffix("]") {
      module = String(last.dropFirst().dropLast())
      words.removeLast()
    }
    guard words.count <= 1, address != nil || words.count == 1 else { return nil }
    guard let word = words.first else {
      self.init(address: address, name: "")
      return
    }
    if word.hasPrefix("0x"), let value = UInt64(word.dropFirst(2), radix: 16) {
      self.init(address: address ?? value, name: "", module: module)
      return
    }
    guard let plus = word.lastIndex(of: "+") else {
      self.init(address: address, name: word, module: module)
      return
    }
    let numbers = word[word.index(after: plus)...].split(
      separator: "/", omittingEmptySubsequences: false)
    func hex(_ text: Substring) -> UInt64? {
      text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : nil
    }
    guard numbers.count == 2, let offset = hex(numbers[0]), let size = hex(numbers[1]) else {
      return nil
    }
    self.init(
      address: address, name: String(word[..<plus]), offset: offset, size: size, module: module)
  }
}
