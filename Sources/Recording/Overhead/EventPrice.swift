import Glibc
import Tracefs

/// What writing one event costs the task that it happens to, in nanoseconds of CPU time.
package struct EventPrice: Equatable, Sendable {
  /// What is written, as far as the price depends on it.
  package enum Kind: String, CaseIterable, Sendable {
    /// An event of the kernel.
    case event
    /// An event with the kernel's stack (`-T`).
    case eventWithStack = "event-with-stack"
    /// A record of the function tracer.
    case function
    /// Half a call of the function_graph tracer, which writes two records a call.
    case graph
  }

  package var kind: Kind
  package var nanoseconds: Double

  package init(_ kind: Kind, nanoseconds: Double) {
    self.kind = kind
    self.nanoseconds = nanoseconds
  }
}

/// Prices that were measured before on this machine and kernel, kept in a file of `StateDirectory`.
///
/// A line each: the kind, nanoseconds, the kernel's release, the processor; parted by tabs.
package struct PriceList: Equatable, Sendable {
  private(set) var prices: [EventPrice.Kind: Double] = [:]

  package init() {}

  package subscript(kind: EventPrice.Kind) -> Double? {
    get { prices[kind] }
    set { prices[kind] = newValue }
  }

  // MARK: File

  static let fileName = "prices"

  /// Reads the lines that are about this machine.
  init(_ text: String, machine: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, fields[2] == machine,
        let kind = EventPrice.Kind(rawValue: String(fields[0])),
        let price = Double(fields[1]), price.isFinite, price >= 0
      else { continue }
      prices[kind] = price
    }
  }

  func text(machine: String) -> String {
    EventPrice.Kind.allCases.compactMap { kind in
      prices[kind].map { "\(kind.rawValue)\t\($0)\t\(machine)\n" }
    }
    .joined()
  }

  package static func load() -> PriceList {
    guard let place = StateDirectory.existing.first,
      let text = try? TextFile.read("\(place.path)/\(fileName)")
    else { return PriceList() }
    return PriceList(text, machine: Machine.description)
  }

  /// Keeps the prices; where there is no place for them they are measured anew next time.
  package func save() {
    guard let place = try? StateDirectory.usable() else { return }
    let path = "\(place.path)/\(Self.fileName)"
    let part = "\(path).\(getpid())"
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    var text = text(machine: Machine.description)
    let isWhole = text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) == $0.count }
    close(descriptor)
    if !isWhole || rename(part, path) != 0 { unlink(part) }
  }
}

/// The kernel and the processor: prices of another do not hold here.
enum Machine {
  static var description: String {
    var name = utsname()
    _ = uname(&name)
    let release = withUnsafeBytes(of: name.release) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return "\(release) \(processor((try? TextFile.read("/proc/cpuinfo")) ?? ""))"
  }

  /// What the kernel calls the first processor: x86 has a name for it, arm64 numbers.
  static func processor(_ text: String) -> String {
    let names = ["model name", "CPU implementer", "CPU variant", "CPU part"]
    return text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
      .filter { line in names.contains { line.hasPrefix($0) } }
      .map { line in (line.drop { $0 != ":" }).filter { $0 != "\t" && $0 != ":" } }
      .joined()
  }
}
