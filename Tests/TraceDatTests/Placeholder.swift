import RingBuffer
import Testing
import TraceDat

@Suite struct CorpusSmoke {
  @Test(arguments: ["all-zstd", "function", "graph-open", "instances", "kmem-v6", "mono", "syn"])
  func count(name: String) throws {
    let file = try TraceFile(path: "/tmp/c/\(name).dat")
    print(
      name, file.version, file.cpuCount,
      file.buffers.map { ($0.name, $0.clock ?? "-", $0.pageSize, $0.cpus.count) }, file.problems)
    var streams: [EventStream] = []
    for (i, b) in file.buffers.enumerated() {
      for c in b.cpus {
        streams.append(EventStream(pages: try PageIndex(c, of: b, in: file), buffer: i))
      }
    }
    for s in streams { print(name, s.cpu, s.pages.count, s.pages.problems.map(\.message)) }
    var cursor = EventCursor(streams)
    var n = 0
    var last: UInt64 = 0
    var back = 0
    while let e = cursor.next() {
      n += 1; if e.record.time < last { back += 1 }; last = e.record.time
    }
    print(name, n, "events", back, cursor.damageCount)
    let plan = SlicePlan(streams, bytesPerSlice: 1 << 18)
    var at = streams.map { _ in EventStream.Position.start }
    var m = 0
    for t in plan.times {
      let to = streams.indices.map { streams[$0].position(ofTime: t, notBefore: at[$0]) }
      var c = EventCursor(streams, from: at, to: to)
      while c.next() != nil { m += 1 }
      at = to
    }
    var c = EventCursor(streams, from: at)
    while c.next() != nil { m += 1 }
    print(name, plan.times.count, "cuts", m)
    #expect(m == n)
    print(
      file.eventFormats().texts.count, try file.text(.kallsyms).bytes.count,
      try file.text(.savedCommandLines).bytes.count)
  }
}
