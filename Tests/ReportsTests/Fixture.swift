import TraceDat

/// The recordings that lie beside these tests.
enum Fixture {
  static func path(_ name: String) -> String {
    let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/Fixtures/\(name)"
  }
}
