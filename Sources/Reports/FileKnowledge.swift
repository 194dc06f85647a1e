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
    builder.symbols = SymbolTable { symbols.text() }
    problems += builder.problems as [any ExplainedError]
    let catalog = builder.build()
    events = catalog
    labels = EventLabels(catalog, options.line)
    let saved = text(.savedCommandLines).withBytes { TaskNames(savedCommandLines: $0) }
    names = SharedTaskNames(saved: saved) {
      TaskNameSearch(file: file, events: catalog).run()
    }
    self.problems = problems
  }
}
