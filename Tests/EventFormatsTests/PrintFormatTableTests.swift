import ByteIO
import Testing

/// Documentation/print-formats.md against the tests that it names and the formats of two kernels.
@Suite struct PrintFormatTableTests {
  private static func file(_ path: String, of file: StaticString = #filePath) throws -> String {
    let folder = String(describing: file).split(separator: "/").dropLast(3).joined(separator: "/")
    let mapped = try MappedFile(path: "/\(folder)/\(path)")
    return withExtendedLifetime(mapped) { String(decoding: mapped.bytes, as: UTF8.self) }
  }

  private static func page() throws -> String { try file("Documentation/print-formats.md") }

  /// The rows of the tables: the texts in backticks of the first cell.
  private static func firstCells() throws -> Set<String> {
    var names: Set<String> = []
    for row in try page().split(separator: "\n") where row.hasPrefix("| `") {
      let cell = row.dropFirst(2).prefix { $0 != "|" }
      names.formUnion(quoted(cell))
    }
    return names
  }

  private static func quoted(_ text: some StringProtocol) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
  }

  @Test func everyTestThatThePageNamesExists() throws {
    var sources: [String: String] = [:]
    var checked = 0
    for line in try Self.page().split(separator: "\n") {
      for name in Self.quoted(line) {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count == 2, parts[0].hasSuffix("Tests") else { continue }
        let path = "Tests/EventFormatsTests/\(parts[0]).swift"
        let source = try sources[path] ?? Self.file(path)
        sources[path] = source
        #expect(source.contains("func \(parts[1])("), "\(name)")
        checked += 1
      }
    }
    #expect(checked > 60)
  }

  @Test func everyRowOfATableNamesATest() throws {
    let page = try Self.page()
    let start = try #require(page.firstRange(of: "## Helper functions"))
    let end = try #require(page.firstRange(of: "## Options of handlers"))
    var rows = 0
    for row in page[start.upperBound..<end.lowerBound].split(separator: "\n")
    where row.hasPrefix("| ") && !row.hasPrefix("| ---") && !row.hasSuffix("| test |") {
      rows += 1
      let last = row.dropLast(2).split(separator: "|").last ?? ""
      #expect(last.contains("Tests."), "\(row)")
    }
    #expect(rows > 60)
  }

  /// The functions and conversions of a kernel's print formats.
  @Test(arguments: ["6.1", "6.12"])
  func everyFunctionAndConversionIsInTheTable(kernel: String) throws {
    let known = try Self.firstCells()
    var functions: Set<String> = []
    var conversions: Set<String> = []
    for format in try Fixture.formats(kernel) {
      guard
        let line = format.text.split(separator: "\n").first(where: { $0.hasPrefix("print fmt:") })
      else { continue }
      Self.scan(Array(line.utf8), &functions, &conversions)
    }
    #expect(functions.count > 20 && conversions.count > 15)
    #expect(functions.subtracting(known) == [])
    #expect(conversions.subtracting(known) == [])
  }

  /// Collects `name(` outside of texts, and `%d`, `%ps` … of the texts, without flags and sizes.
  private static func scan(
    _ line: [UInt8], _ functions: inout Set<String>, _ conversions: inout Set<String>
  ) {
    func isWord(_ byte: UInt8) -> Bool {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || 0x30...0x39 ~= byte || byte == 0x5f
    }
    var at = "print fmt:".utf8.count
    while at < line.count {
      if line[at] == UInt8(ascii: "\"") {
        at += 1
        while at < line.count, line[at] != UInt8(ascii: "\"") {
          if line[at] == UInt8(ascii: "%") {
            at += 1
            while at < line.count, Array("-+ #0123456789.*hlLzt".utf8).contains(line[at]) {
              at += 1
            }
            let start = at
            if at < line.count, line[at] == UInt8(ascii: "p") {
              at += 1
              while at < line.count, isWord(line[at]), Self.isPointerForm(line[start + 1...at]) {
                at += 1
              }
            } else {
              at += 1
            }
            conversions.insert(
              "%" + String(decoding: line[start..<min(at, line.count)], as: UTF8.self))
          } else {
            at += line[at] == UInt8(ascii: "\\") ? 2 : 1
          }
        }
        at += 1
      } else if isWord(line[at]) {
        let start = at
        while at < line.count, isWord(line[at]) { at += 1 }
        let name = String(decoding: line[start..<at], as: UTF8.self)
        if at < line.count, line[at] == UInt8(ascii: "(") { functions.insert(name) }
      } else {
        at += 1
      }
    }
  }

  /// Whether letters behind `%p` belong to it.
  private static func isPointerForm(_ letters: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: letters, as: UTF8.self)
    let forms = [
      "s", "S", "f", "F", "B", "M", "MF", "MR", "m", "mR", "I", "I4", "i", "i4", "I6", "I6c", "i6",
      "IS", "ISp", "ISpc", "ISpfsc", "U", "Ub", "UB", "Ul", "UL", "h", "hC", "hD", "hN", "x", "K",
      "a",
    ]
    return forms.contains(text)
  }
}
