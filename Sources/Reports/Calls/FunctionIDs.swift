import ByteIO
import EventFormats

/// Numbers for functions, so that call chains are compared by number and not by name.
struct FunctionIDs: ~Copyable {
  typealias ID = Int32

  /// What makes two addresses the same.
  enum Identity {
    /// That they lie in functions of one name.
    case function
    /// Nothing but being equal: each place that calls counts for itself.
    case address
  }

  /// What each number stands for: `schedule`, or `schedule (0xffffffff810012f0)` for addresses.
  private(set) var texts: [String] = []
  private let identity: Identity
  private let symbols: [SymbolTable]
  private var byName: [String: ID] = [:]
  /// Of each source.
  private var byAddress: OwnedList<IntMap>

  init(_ sources: [ReportSource], _ identity: Identity) {
    self.identity = identity
    symbols = sources.map(\.events.symbols)
    byAddress = OwnedList(count: sources.count) { _ in IntMap() }
  }

  /// The number of the function that an address of a source's kernel lies in.
  mutating func id(of address: UInt64, in source: Int) -> ID {
    let known = byAddress[source].value(of: address)
    if known >= 0 { return known }
    let hex = "0x" + String(address, radix: 16)
    let name = symbols[source].lookup(address).flatMap {
      $0.name.isEmpty ? nil : String(decoding: $0.name, as: UTF8.self)
    }
    let text = identity == .function ? name ?? hex : name.map { "\($0) (\(hex))" } ?? hex
    let id = byName[text] ?? ID(truncatingIfNeeded: texts.count)
    if Int(id) == texts.count {
      texts.append(text)
      byName[text] = id
    }
    byAddress[source].set(address, id)
    return id
  }
}
