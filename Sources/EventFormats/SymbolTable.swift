import Synchronization

/// The kernel's symbols: address to name, from the text of `/proc/kallsyms`.
///
/// The text is read at the first lookup. What is kept is 16 bytes a symbol; names stay where they
/// lie in the text. Names that start with `$` and the types `a` and `A` are passed over.
package final class SymbolTable: Sendable {
  /// A symbol in the table's text.
  package struct Symbol {
    /// The name's bytes, valid as long as the table lives.
    package var name: UnsafeRawBufferPointer
    /// The symbol's address.
    package var address: UInt64
  }

  private struct Entry {
    var address: UInt64
    var name: UInt32
    var length: UInt16
  }

  /// Where the text comes from; asked once. The bytes must stay valid as long as the table lives.
  private let provider: @Sendable () -> UnsafeRawBufferPointer
  private struct Index: @unchecked Sendable {
    var text: UnsafeRawBufferPointer
    var entries: UnsafeMutableBufferPointer<Entry>
  }
  private let index = Mutex<Index?>(nil)
  private let ready = Atomic<UInt>(0)
  private let count = Atomic<Int>(0)
  private nonisolated(unsafe) let textStart = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(
    capacity: 1)
  private let owned: UnsafeRawBufferPointerBox?

  /// A table over text that someone else keeps, fetched at the first lookup.
  package init(provider: @escaping @Sendable () -> UnsafeRawBufferPointer) {
    self.provider = provider
    owned = nil
    textStart.initialize(to: nil)
  }

  /// A table over a copy of `text`.
  package init(text: String) {
    let box = UnsafeRawBufferPointerBox(Array(text.utf8))
    owned = box
    provider = { box.bytes }
    textStart.initialize(to: nil)
  }

  /// A table without symbols.
  package convenience init() { self.init(text: "") }

  deinit {
    index.withLock { $0?.entries.deallocate() }
    textStart.deallocate()
  }

  /// The symbol that begins at or before `address`.
  ///
  /// Where several begin at one address, the choice is the one a plain bisection comes upon when
  /// symbols of equal address stand in reverse order of the file, as libtraceevent 1.7 has them.
  package func lookup(_ address: UInt64) -> Symbol? {
    let entries = entries()
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      let entry = entries[middle]
      if address < entry.address {
        high = middle
      } else if address > entry.address, middle + 1 < entries.count,
        address >= entries[middle + 1].address
      {
        low = middle + 1
      } else {
        guard middle + 1 < entries.count || address == entry.address else { return nil }
        return symbol(entry)
      }
    }
    return nil
  }

  /// The address of the first symbol with this name.
  package func address(named name: String) -> UInt64? {
    let wanted = Array(name.utf8)
    return wanted.withUnsafeBytes { wanted in
      for entry in entries() where Int(entry.length) == wanted.count {
        if symbol(entry).name.elementsEqual(wanted) { return entry.address }
      }
      return nil
    }
  }

  /// Lends every symbol in the order of addresses, as its line has it from the name on: a module's
  /// symbol has a tab and `[module]` behind.
  package func forEach(_ body: (_ address: UInt64, _ name: UnsafeRawBufferPointer) -> Void) {
    let entries = entries()
    guard let text = index.withLock({ $0?.text }) else { return }
    for entry in entries {
      let rest = text[Int(entry.name)...]
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      body(entry.address, UnsafeRawBufferPointer(rebasing: rest[..<end]))
    }
  }

  /// The addresses that belong to the symbols whose names are wanted: from a symbol's own to the
  /// next one's. In rising order; where several symbols share an address, each of their names has it.
  package func addresses(
    ofNames isWanted: (UnsafeRawBufferPointer) -> Bool
  ) -> [ClosedRange<UInt64>] {
    let entries = entries()
    var found: [ClosedRange<UInt64>] = []
    var end = entries.count
    while end > 0 {
      let address = entries[end - 1].address
      var start = end
      while start > 0, entries[start - 1].address == address { start -= 1 }
      if entries[start..<end].contains(where: { isWanted(symbol($0).name) }) {
        let last = end < entries.count ? entries[end].address - 1 : address
        if let above = found.last, above.lowerBound == last &+ 1, last < .max {
          found[found.count - 1] = address...above.upperBound
        } else {
          found.append(address...last)
        }
      }
      end = start
    }
    return found.reversed()
  }

  /// The names of all symbols that are wanted; of a large table only for messages.
  package func names(where isWanted: (UnsafeRawBufferPointer) -> Bool) -> [String] {
    entries().lazy.map { self.symbol($0).name }.filter(isWanted)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// How many symbols there are.
  package var symbolCount: Int { entries().count }

  private func symbol(_ entry: Entry) -> Symbol {
    let start = textStart.pointee.map { $0 + Int(entry.name) }
    return Symbol(
      name: UnsafeRawBufferPointer(start: start, count: Int(entry.length)), address: entry.address)
  }

  private func entries() -> UnsafeBufferPointer<Entry> {
    if let base = UnsafeRawPointer(bitPattern: ready.load(ordering: .acquiring)) {
      return UnsafeBufferPointer(
        start: base.assumingMemoryBound(to: Entry.self), count: count.load(ordering: .relaxed))
    }
    return index.withLock { index in
      if index == nil {
        let text = provider()
        let entries = Self.parse(text)
        index = Index(text: text, entries: entries)
        textStart.pointee = text.baseAddress
        count.store(entries.count, ordering: .relaxed)
        ready.store(UInt(bitPattern: entries.baseAddress), ordering: .releasing)
      }
      return UnsafeBufferPointer(index?.entries ?? .init(start: nil, count: 0))
    }
  }

  /// One line is `address type name`, maybe with a tab and `[module]` behind.
  private static func parse(
    _ text: UnsafeRawBufferPointer
  ) -> UnsafeMutableBufferPointer<Entry> {
    var entries: [Entry] = []
    entries.reserveCapacity(text.count / 44)
    guard let base = text.baseAddress, text.count <= Int(UInt32.max) else {
      return .allocate(capacity: 1).prefix0()
    }
    let count = text.count
    var at = 0
    var isSorted = true
    var previous: UInt64 = 0
    while at < count {
      var address: UInt64 = 0
      let start = at
      while at < count, let digit = base.load(fromByteOffset: at, as: UInt8.self).hexDigit {
        address = address << 4 | digit
        at += 1
      }
      let isLine =
        at > start && at + 3 < count && base.load(fromByteOffset: at, as: UInt8.self) == 0x20
        && base.load(fromByteOffset: at + 2, as: UInt8.self) == 0x20
      if isLine {
        let type = base.load(fromByteOffset: at + 1, as: UInt8.self)
        let name = at + 3
        at = name
        while at < count, base.load(fromByteOffset: at, as: UInt8.self) > 0x20 { at += 1 }
        let length = at - name
        if length > 0, type | 0x20 != UInt8(ascii: "a"), length <= Int(UInt16.max),
          base.load(fromByteOffset: name, as: UInt8.self) != UInt8(ascii: "$")
        {
          isSorted = isSorted && previous < address
          previous = address
          entries.append(
            Entry(address: address, name: UInt32(name), length: UInt16(truncatingIfNeeded: length)))
        }
      }
      while at < count, base.load(fromByteOffset: at, as: UInt8.self) != 0x0a { at += 1 }
      at += 1
    }
    if !isSorted {
      entries.sort {
        $0.address != $1.address ? $0.address < $1.address : $0.name > $1.name
      }
    }
    let kept = UnsafeMutableBufferPointer<Entry>.allocate(capacity: max(entries.count, 1))
    _ = kept.initialize(from: entries)
    return UnsafeMutableBufferPointer(start: kept.baseAddress, count: entries.count)
  }
}

extension UnsafeMutableBufferPointer {
  /// The same memory, none of it counted.
  fileprivate func prefix0() -> UnsafeMutableBufferPointer { .init(start: baseAddress, count: 0) }
}

/// Bytes on the heap that live as long as this object.
final class UnsafeRawBufferPointerBox: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer

  init(_ array: [UInt8]) {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(array.count, 1), alignment: 16)
    memory.copyBytes(from: array)
    bytes = UnsafeRawBufferPointer(rebasing: memory[..<array.count])
    allocated = memory
  }

  private let allocated: UnsafeMutableRawBufferPointer

  deinit { allocated.deallocate() }
}
