import ArgumentParser
import Tracefs

/// `-B`, `-a` and `-t`: which buffers a command is for.
///
/// As trace-cmd takes them (3.1.6), not as its manual says: `-a` alone takes the top level as well,
/// and in `clear` it does beside `-B`, too.
struct BufferSelection: ParsableArguments {
  @Option(
    name: .customShort("B"),
    help: ArgumentHelp(
      "This instance, and not the top level. Repeat for more.", valueName: "instance"))
  var instances: [String] = []

  @Flag(name: .customShort("a"), help: "All instances and, without -B, the top level.")
  var all = false

  @Flag(name: .customShort("t"), help: "With -B: the top level too.")
  var top = false

  init() {}

  /// The top level first.
  ///
  /// - Parameter allIsAll: `-a` takes the top level also where `-B` names instances.
  func buffers(in directory: TracingDirectory, allIsAll: Bool = false) throws -> [Instance] {
    var names: [String] = []
    for name in instances + (all ? try directory.instanceNames() : []) where !names.contains(name) {
      names.append(name)
    }
    let takesTop = top || instances.isEmpty || allIsAll && all
    return (takesTop ? [directory.top] : []) + (try names.map { try directory.instance(named: $0) })
  }
}
