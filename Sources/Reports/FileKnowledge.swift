import ByteIO
import EventFormats
import RingBuffer
import TraceDat

/// All that one file says about its events beside the events: formats, symbols, names.
struct FileKnowledge: Sendable {
  let events: EventCatalog
  let labels: EventLabels
  let names: SharedTaskNames
  let symbols: SymbolSource
  private(set) var problems: [any ExplainedError] = []
  private let saved: TaskNames

  /// What turned out while events were printed: symbols that cannot be read, formats of events that
  /// occur and are not understood.
  var lateProblems: [any ExplainedError] {
    let symbols: [any ExplainedError] = symbols.problem.map { [$0] } ?? []
    return symbols + events.problems() as [any ExplainedError]
  }

  init(of file: TraceFile, _ options: ReportOptions) {
    var problems: [any ExplainedError] = []
    func text(_ which: TraceFile.Text) -> SectionBytes {
      do throws(TraceFileError) {
        return try file.text(which)
      } catch {
        problems.append(error)
        return .empty
      }
    }
    let texts = file.eventFormats()
    problems += texts.problems as [any ExplainedError]
    var builder = EventCatalogBuilder(longSize: file.layout.longSize, byteOrder: file.order)
    texts.forEach { builder.add(format: $1, system: $0) }
    text(.printkFormats).withBytes { builder.setPrintkFormats($0) }
    let symbols = SymbolSource(file)
    self.symbols = symbols
    if let others = options.symbols {
      builder.symbols = SymbolTable { others.bytes }
    } else if let load = options.loadsSymbols {
      let late = LateSymbols(load)
      builder.symbols = SymbolTable { late.bytes }
    } else {
      builder.symbols = SymbolTable { symbols.text() }
    }
    builder.rawFields = options.line.raw ? .all : options.line.rawFields
    builder.withoutHandler = options.line.withoutHandler
    builder.handlerOptions = options.line.handlers
    builder.generation = options.line.generation
    problems += builder.problems as [any ExplainedError]
    let catalog = builder.build()
    events = catalog
    labels = EventLabels(catalog, colours: options.line.colours)
    let saved = text(.savedCommandLines).withBytes { TaskNames(savedCommandLines: $0) }
    names = SharedTaskNames(saved: saved, live: options.liveNames) {
      options.names?.all ?? TaskNameSearch(file: file, events: catalog).run()
    }
    self.problems = problems
    self.saved = saved
  }

  /// The filter that options ask for; nil where they ask for none.
  func filter(_ selection: ReportOptions.Selection) throws(FilterError) -> EventFilter? {
    var texts = selection.filters
    let pids = selection.pids + selection.comms.flatMap { saved.pids(named: $0) }
    if let text = TaskFilter.text(pids, events: events) {
      texts.append(FilterText(text))
    } else if !selection.comms.isEmpty {
      // No task has that name: no event is shown for its sake.
      texts.append(FilterText(".*: common_pid == -1 && common_pid == 0"))
    }
    return texts.isEmpty ? nil : try EventFilter(texts, events: events)
  }
}
