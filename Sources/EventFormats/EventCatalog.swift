package import ByteIO
import Synchronization

/// The events of one file or kernel, and everything needed to print their records.
///
/// Made once by an `EventCatalogBuilder`, then read by any number of threads. A format is parsed and
/// compiled when its event is first asked for: of the 1,600 events of a kernel few occur.
package final class EventCatalog: Sendable {
  /// The size of the traced kernel's `long` in bytes: 4 or 8.
  package let longSize: Int
  package let byteOrder: ByteOrder
  package let symbols: SymbolTable
  /// Where the fields that every record begins with lie.
  package let common: CommonFields
  /// How to print the lines of the function and function_graph tracers. They depend on the records
  /// before and after them, so whoever prints them reads this, as does the handler of `func_repeats`.
  package let handlerOptions: HandlerOptions
  /// Whose text the events have.
  package let generation: TextGeneration

  private let withoutHandler: EventChoice
  private let rawFields: EventChoice
  let context: PrintContext
  private let printk: PrintkFormats
  private let events: [CatalogEntry]
  private let texts: UnsafeRawBufferPointerBox
  /// Event index by id; -1 where there is none.
  private let byID: [Int32]
  private let parsed: Mutex<[Int: Result<EventFormat, EventFormatError>]>
  private let compiled: Mutex<CompiledPrograms>
  /// One word an event: the address of its `PrintProgram`, 0 until it was compiled.
  private nonisolated(unsafe) let programs: UnsafeMutablePointer<Atomic<UInt>>
  /// The same for the programs that print the fields by name, and for those that print them as JSON.
  private nonisolated(unsafe) let rawPrograms: UnsafeMutablePointer<Atomic<UInt>>
  private nonisolated(unsafe) let jsonPrograms: UnsafeMutablePointer<Atomic<UInt>>

  private struct CompiledPrograms: @unchecked Sendable {
    var owned: [UnsafeMutablePointer<PrintProgram>] = []
    var problems: [EventFormatError] = []
  }

  init(_ builder: consuming EventCatalogBuilder) {
    longSize = builder.longSize
    byteOrder = builder.byteOrder
    symbols = builder.symbols
    handlerOptions = builder.handlerOptions
    generation = builder.generation
    withoutHandler = builder.withoutHandler
    rawFields = builder.rawFields
    let swapped = builder.byteOrder != .host
    events = builder.events
    texts = UnsafeRawBufferPointerBox(builder.texts)
    let highest = builder.events.reduce(-1) { max($0, $1.id <= 0xffff ? $1.id : -1) }
    var byID = [Int32](repeating: -1, count: highest + 1)
    for (index, event) in builder.events.enumerated() where event.id <= 0xffff {
      if byID[event.id] < 0 { byID[event.id] = Int32(index) }
    }
    self.byID = byID
    printk = builder.printkFormats.withUnsafeBytes {
      PrintkFormats($0, longSize: builder.longSize, swapped: swapped)
    }
    context = PrintContext(
      symbols: builder.symbols, printk: printk, longSize: builder.longSize, swapped: swapped)
    parsed = Mutex([:])
    compiled = Mutex(CompiledPrograms())
    programs = .allocate(capacity: max(builder.events.count, 1))
    rawPrograms = .allocate(capacity: max(builder.events.count, 1))
    jsonPrograms = .allocate(capacity: max(builder.events.count, 1))
    for index in builder.events.indices {
      (programs + index).initialize(to: Atomic(0))
      (rawPrograms + index).initialize(to: Atomic(0))
      (jsonPrograms + index).initialize(to: Atomic(0))
    }
    common = CommonFields(builder: builder)
  }

  deinit {
    compiled.withLock { compiled in
      for program in compiled.owned {
        program.pointee.deallocate()
        program.deallocate()
      }
    }
    programs.deallocate()
    rawPrograms.deallocate()
    jsonPrograms.deallocate()
  }

  // MARK: Events

  /// How many events there are; indices run from 0.
  package var count: Int { events.count }

  /// The index of the event whose records have this `common_type`; nil where no format says.
  package func index(id: Int) -> Int? {
    guard id >= 0, id < byID.count, byID[id] >= 0 else { return nil }
    return Int(byID[id])
  }

  /// The index of an event by its name, in any system where none is given.
  package func index(system: String? = nil, name: String) -> Int? {
    events.indices.first { index in
      self.name(at: index).elementsEqual(name.utf8)
        && (system.map { self.system(at: index).elementsEqual($0.utf8) } ?? true)
    }
  }

  /// The event's name, valid as long as the catalog lives.
  package func name(at index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: texts.bytes[events[index].name])
  }

  /// The event's system, valid as long as the catalog lives.
  package func system(at index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: texts.bytes[events[index].system])
  }

  /// All events as `system:name`.
  package var titles: [String] {
    events.indices.map { index in
      String(decoding: system(at: index), as: UTF8.self) + ":"
        + String(decoding: name(at: index), as: UTF8.self)
    }
  }

  /// The value of `common_type` in the event's records.
  package func id(at index: Int) -> Int { events[index].id }

  /// The format file as the kernel wrote it, valid as long as the catalog lives.
  package func text(at index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: texts.bytes[events[index].text])
  }

  /// Lends the constant texts that records hold the address of, by address.
  package func forEachPrintkFormat(
    _ body: (_ address: UInt64, _ text: UnsafeRawBufferPointer) -> Void
  ) {
    printk.forEach(body)
  }

  /// The parsed format.
  package func format(at index: Int) throws(EventFormatError) -> EventFormat {
    let result = parsed.withLock { parsed -> Result<EventFormat, EventFormatError> in
      if let known = parsed[index] { return known }
      let entry = events[index]
      let text = UnsafeRawBufferPointer(rebasing: texts.bytes[entry.text])
      let system = String(decoding: texts.bytes[entry.system], as: UTF8.self)
      let result = Result<EventFormat, EventFormatError> { () throws(EventFormatError) in
        try EventFormat(parsing: text, system: system, longSize: longSize)
      }
      parsed[index] = result
      return result
    }
    return try result.get()
  }

  /// The parsed format of an event, nil where it is unknown or damaged.
  package func event(id: Int) -> EventFormat? { index(id: id).flatMap { try? format(at: $0) } }

  /// The parsed format of an event, nil where it is unknown or damaged.
  package func event(system: String, name: String) -> EventFormat? {
    index(system: system, name: name).flatMap { try? format(at: $0) }
  }

  /// Formats that were found damaged so far, or, with `all`, after looking at every one.
  package func problems(all: Bool = false) -> [EventFormatError] {
    if all { events.indices.forEach { _ = program(at: $0) } }
    return compiled.withLock { $0.problems }
  }

  // MARK: Choices

  /// How an event is printed.
  package enum Way: Sendable, Equatable {
    /// By its handler, where there is one.
    case handler
    /// As its own print format says.
    case printFormat
    /// Each field by name.
    case rawFields
  }

  /// How the event is printed, as the builder's choices have it; raw fields win.
  ///
  /// `printInfo` follows it. Who prints lines of the function or function_graph tracer without
  /// `printInfo` does so for `.handler` only.
  package func way(at index: Int) -> Way {
    if case .none = withoutHandler, case .none = rawFields { return .handler }
    let system = String(decoding: system(at: index), as: UTF8.self)
    let name = String(decoding: name(at: index), as: UTF8.self)
    if rawFields.contains(system: system, event: name) { return .rawFields }
    return withoutHandler.contains(system: system, event: name) ? .printFormat : .handler
  }

  // MARK: Programs

  @inline(__always)
  func program(at index: Int) -> PrintProgram {
    let word = programs[index].load(ordering: .acquiring)
    if let known = UnsafePointer<PrintProgram>(bitPattern: word) { return known.pointee }
    return compile(index)
  }

  @inline(never)
  private func compile(_ index: Int) -> PrintProgram {
    var problem: EventFormatError? = nil
    var program: PrintProgram
    do throws(EventFormatError) {
      let format = try format(at: index)
      let way = way(at: index)
      if way == .rawFields {
        program = PrintCompiler.rawFields(
          of: format, longSize: longSize, swapped: context.swapped,
          hasAddresses: generation.hasAddressesOfRawFunctions)
      } else {
        (program, problem) = Handlers.program(
          for: format, longSize: longSize, swapped: context.swapped, generation: generation,
          isHandled: way == .handler, options: handlerOptions,
          symbolAddress: { [symbols] in symbols.address(named: $0) })
      }
    } catch {
      problem = error
      program = PrintProgram(ops: [], text: [], tables: [], recordSize: 0, isFallback: true)
    }
    return keep(program, in: programs + index, problem: problem)
  }

  /// Publishes a program for all threads; the first one wins.
  private func keep(
    _ program: PrintProgram, in word: UnsafeMutablePointer<Atomic<UInt>>, problem: EventFormatError?
  ) -> PrintProgram {
    compiled.withLock { compiled in
      let known = word.pointee.load(ordering: .acquiring)
      if let other = UnsafePointer<PrintProgram>(bitPattern: known) {
        program.deallocate()
        return other.pointee
      }
      if let problem { compiled.problems.append(problem) }
      let memory = UnsafeMutablePointer<PrintProgram>.allocate(capacity: 1)
      memory.initialize(to: program)
      compiled.owned.append(memory)
      word.pointee.store(UInt(bitPattern: memory), ordering: .releasing)
      return program
    }
  }

  /// The program that prints the event's fields by name.
  func rawProgram(at index: Int) -> PrintProgram {
    fieldProgram(at: index, in: rawPrograms + index) { [longSize, context] format in
      PrintCompiler.rawFields(of: format, longSize: longSize, swapped: context.swapped)
    }
  }

  /// The program that prints the event's fields as members of a JSON object.
  @inline(__always)
  func jsonProgram(at index: Int) -> PrintProgram {
    let known = jsonPrograms[index].load(ordering: .acquiring)
    if let program = UnsafePointer<PrintProgram>(bitPattern: known) { return program.pointee }
    return fieldProgram(at: index, in: jsonPrograms + index) { [longSize, context] format in
      PrintCompiler.members(of: format, longSize: longSize, swapped: context.swapped)
    }
  }

  private func fieldProgram(
    at index: Int, in word: UnsafeMutablePointer<Atomic<UInt>>,
    _ compile: (EventFormat) -> PrintProgram
  ) -> PrintProgram {
    let known = word.pointee.load(ordering: .acquiring)
    if let program = UnsafePointer<PrintProgram>(bitPattern: known) { return program.pointee }
    let program: PrintProgram
    if let format = try? format(at: index) {
      program = compile(format)
    } else {
      program = PrintProgram(ops: [], text: [], tables: [], recordSize: 0, isFallback: true)
    }
    return keep(program, in: word, problem: nil)
  }

  // MARK: Printing

  /// Appends the info column of a record, which starts at its `common_type`.
  ///
  /// One newline at the end of the text is left out: formats end with one or not, lines do anyway.
  ///
  /// - Parameter time: the record's, in ns; `func_repeats` counts back from it.
  package func printInfo(
    record: UnsafeRawBufferPointer, time: UInt64, eventIndex: Int, into sink: inout ByteSink,
    scratch: inout PrintScratch
  ) {
    scratch.time = time
    let program = program(at: eventIndex)
    let start = sink.count
    if program.isFallback {
      sink.append("[FAILED TO PARSE]")
      printRawFields(record: record, eventIndex: eventIndex, into: &sink, scratch: &scratch)
      return
    }
    PrintInterpreter.run(program, record, context, into: &sink, &scratch)
    if sink.count > start, sink.bytes[sink.count &- 1] == 0x0a {
      sink.truncate(to: sink.count &- 1)
    }
  }
}

/// Where an event's texts lie in the catalog's copy of all formats.
struct CatalogEntry: Sendable {
  var id: Int
  var system: Range<Int>
  var name: Range<Int>
  var text: Range<Int>
}
