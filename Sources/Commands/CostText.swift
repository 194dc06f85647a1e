import ByteIO
import Recording
import Terminal

/// A cost estimate as people and as programs read it.
enum CostText {
  static func lines(_ estimate: CostEstimate) -> [String] {
    var lines = ["looked \(tenths(estimate.duration)) s on \(cpus(estimate.cpuCount))"]
    for buffer in estimate.buffers {
      lines.append("")
      if let name = buffer.name { lines.append("instance \(name)") }
      lines += self.lines(buffer, estimate)
    }
    if estimate.buffers.count > 1, let share = estimate.share {
      lines += ["", "in all        \(percent(share)) of \(cpus(estimate.cpuCount))"]
    }
    return lines
  }

  private static func lines(_ buffer: CostEstimate.Buffer, _ estimate: CostEstimate) -> [String] {
    guard let busiest = buffer.busiest, buffer.events > 0 else {
      return ["events        none came: is the load running?"] + buffer.notes.map { "note: \($0)" }
    }
    let onCPU = "CPU \(busiest.cpu): \(grouped(busiest.events))"
    var lines = [
      "events        \(grouped(buffer.events)) a second (\(onCPU))",
      "data          \(HumanNumber.bytes(Int64(buffer.bytes))) a second, "
        + "\(tenths(buffer.bytesPerEvent)) bytes an event",
    ]
    if let seconds = buffer.secondsHeld {
      lines.append(
        "buffer        \(HumanNumber.grouped(UInt64(buffer.capacity / 1024))) KB hold "
          + "\(tenths(seconds)) s of CPU \(busiest.cpu)")
    }
    if let price = buffer.price, let share = buffer.share(ofCPUs: estimate.cpuCount) {
      let ofBusiest = busiest.events * price / 1e9
      lines.append(
        "CPU           \(percent(share)) of \(cpus(estimate.cpuCount)), "
          + "\(percent(ofBusiest)) of CPU \(busiest.cpu), at \(tenths(price)) ns an event")
    } else {
      lines.append("CPU           not known: what an event costs cannot be measured here")
    }
    lines += buffer.notes.map { "note: \($0)" }
    let width = max(40, buffer.spots.map(\.name.count).max() ?? 0)
    lines.append(padded("hottest", width) + "     a second  share")
    for spot in buffer.spots {
      let count = grouped(spot.perSecond)
      let filling = String(repeating: " ", count: max(0, 13 - count.count))
      lines.append(
        "  " + padded(spot.name, width - 2) + filling + count + "  " + percent(spot.share))
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func cpus(_ count: Int) -> String { HumanNumber.count(UInt64(count), "CPU") }

  private static func grouped(_ number: Double) -> String {
    HumanNumber.grouped(UInt64(max(number, 0).rounded()))
  }

  private static func tenths(_ number: Double) -> String {
    let scaled = Int((max(number, 0) * 10).rounded())
    return "\(HumanNumber.grouped(UInt64(scaled / 10))).\(scaled % 10)"
  }

  /// With two digits below 10 %: budgets are small.
  static func percent(_ share: Double) -> String {
    let percent = max(share, 0) * 100
    if percent >= 9.995 { return "\(Int(percent.rounded())) %" }
    let scaled = Int((percent * 100).rounded())
    let hundredths = scaled % 100
    return "\(scaled / 100).\(hundredths < 10 ? "0" : "")\(hundredths) %"
  }

  // MARK: JSON

  /// One object in one line; shares are 0…1, absent values `null`.
  static func writeJSON(_ estimate: CostEstimate, to sink: inout ByteSink) {
    sink.append("{\"seconds\":\(estimate.duration),\"cpus\":\(estimate.cpuCount),")
    sink.append("\"cpu_share\":\(number(estimate.share)),\"buffers\":[")
    for (index, buffer) in estimate.buffers.enumerated() {
      if index > 0 { sink.append(",") }
      sink.append("{\"buffer\":")
      append(buffer.name ?? "", to: &sink)
      sink.append(",\"events_per_second\":\(buffer.events),")
      sink.append(
        "\"bytes_per_second\":\(buffer.bytes),\"bytes_per_event\":\(buffer.bytesPerEvent),")
      sink.append("\"buffer_kb\":\(buffer.capacity / 1024),")
      sink.append("\"seconds_held\":\(number(buffer.secondsHeld)),")
      sink.append("\"ns_per_event\":\(number(buffer.price)),")
      sink.append("\"cpu_share\":\(number(buffer.share(ofCPUs: estimate.cpuCount))),")
      sink.append("\"events_per_cpu\":{")
      for (place, cpu) in buffer.eventsPerSecond.keys.sorted().enumerated() {
        sink.append("\(place > 0 ? "," : "")\"\(cpu)\":\(buffer.eventsPerSecond[cpu] ?? 0)")
      }
      sink.append("},\"hottest\":[")
      for (place, spot) in buffer.spots.enumerated() {
        sink.append("\(place > 0 ? "," : "")\(spot.isFunction ? "{\"function\":" : "{\"event\":")")
        append(spot.name, to: &sink)
        sink.append(",\"per_second\":\(spot.perSecond),\"share\":\(spot.share)}")
      }
      sink.append("],\"notes\":[")
      for (place, note) in buffer.notes.enumerated() {
        if place > 0 { sink.append(",") }
        append(note, to: &sink)
      }
      sink.append("]}")
    }
    sink.append("]}\n")
  }

  private static func append(_ text: String, to sink: inout ByteSink) {
    sink.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { sink.append(json: UnsafeRawBufferPointer($0)) }
    sink.append(UInt8(ascii: "\""))
  }

  private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }
}
