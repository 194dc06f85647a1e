// Counts for a second how often each task gets a CPU, inside the kernel: nothing is recorded, and
// afterwards the tracer is as it was. Needs root.

import Glibc
import Tracefs

let tracing = try TracingDirectory.findOrMount()
let state = SavedState(tracing)
do throws(TracefsError) {
  let buffer = try tracing.createInstance(named: "who-runs-\(getpid())", saving: state)
  let switches = EventName(system: "sched", name: "sched_switch")
  let counts = HistogramTrigger(keys: [HistogramExpression(field: "next_comm")])
  try buffer.addTrigger(.histogram(counts), to: switches, saving: state)
  sleep(1)
  for table in try buffer.histograms(of: switches) {
    for row in table.rows.sorted(by: { ($0.hitcount ?? 0) > ($1.hitcount ?? 0) }).prefix(10) {
      guard case .text(let name) = row.keys.first else { continue }
      print(row.hitcount ?? 0, name)
    }
    print(table.hits, "in all")
  }
} catch {
  print(error.message)
  if let hint = error.hint { print(hint) }
}
for problem in state.restore() { print(problem.message) }
