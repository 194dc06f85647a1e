import ArgumentParser

/// How much is said on standard error: trace-cmd's levels, by name or number.
enum Verbosity: Int, ExpressibleByArgument, Comparable, CaseIterable {
  case none, crit, err, warn, info, debug, all

  static var allValueStrings: [String] { allCases.map { "\($0)" } + ["0-6"] }

  init?(argument: String) {
    let word = argument.lowercased()
    guard
      let level = Self.allCases.first(where: { "\($0)" == word || "\($0.rawValue)" == word })
    else { return nil }
    self = level
  }

  static func < (a: Verbosity, b: Verbosity) -> Bool { a.rawValue < b.rawValue }
}
