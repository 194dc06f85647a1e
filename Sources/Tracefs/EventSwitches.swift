import ByteIO
import Glibc

/// The `enable` files below an instance's `events` directory.
struct EventSwitches {
  var directory: TracingDirectory
  /// The `events` directory, below the tracing directory.
  var path: String

  /// Above this many events, one list of all that is on is cheaper than a file each.
  private static let fewEvents = 48

  /// Which of the given events are on.
  func enabled(among events: [EventName]) throws(TracefsError) -> Set<EventName> {
    if events.count > Self.fewEvents { return Set(try enabled()).intersection(events) }
    var on: Set<EventName> = []
    for event in events {
      // An event whose module was unloaded, or a probe that was removed, is off.
      let text = try? TextFile.read(file(event))
      if let text, text.hasPrefix("1") { on.insert(event) }
    }
    return on
  }

  /// Every event that is on, by `set_event`.
  ///
  /// That file also lists events that are off and have a trigger; their own files say `0*`.
  func enabled() throws(TracefsError) -> [EventName] {
    let file = "\(directory.path)/\(path.dropLast("events".count))set_event"
    let listed: [EventName]
    do { listed = EventName.list(in: try TextFile.read(file)) } catch {
      throw Instance.meaning(of: error, file: file)
    }
    return listed.filter { (try? TextFile.read(self.file($0)))?.hasPrefix("0*") != true }
  }

  func set(_ event: EventName, on: Bool) throws(TracefsError) {
    do { try TextFile.write([on ? "1" : "0"], to: file(event), .replace) } catch
      where error.code == ENOENT && !on
    { return } catch {
      throw Instance.meaning(of: error, file: file(event), text: on ? "1" : "0")
    }
  }

  /// Switches events off, a whole system at once where nothing else is on in it: the kernel
  /// patches its code once for all of them instead of once for each.
  func turnOff(_ events: [EventName]) throws(TracefsError) {
    guard events.count > Self.fewEvents else {
      for event in events { try set(event, on: false) }
      return
    }
    let ours = Dictionary(grouping: events, by: \.system)
    let present = Dictionary(grouping: try enabled(), by: \.system)
    for (system, events) in ours.sorted(by: { $0.key < $1.key }) {
      if Set(present[system] ?? []).isSubset(of: events) {
        let file = "\(directory.path)/\(path)/\(system)/enable"
        do { try TextFile.write(["0"], to: file, .replace) } catch {
          throw Instance.meaning(of: error, file: file, text: "0")
        }
      } else {
        for event in events { try set(event, on: false) }
      }
    }
  }

  private func file(_ event: EventName) -> String {
    "\(directory.path)/\(path)/\(event.system)/\(event.name)/enable"
  }
}
