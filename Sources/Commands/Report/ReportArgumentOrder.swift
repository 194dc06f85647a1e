/// Puts what depends on the order of `report`'s arguments into the arguments themselves.
///
/// The parser hands over each option's values, but not what stood before what. In trace-cmd's
/// command line `-v` turns the filters behind it round, and `--ts-offset` and `--ts2secs` belong
/// to the recording before them. So `-F X` behind `-v` becomes `--exclude X`, and a number N behind
/// the second `-i` becomes `N@2`. The two times of `--between` become one argument, and `-V3` and
/// `-V`, whose level may be missing, become `--verbose=3` and `--verbose=info`.
enum ReportArgumentOrder {
  /// Options whose value is the next argument, which is then not looked at.
  private static let withValue: Set<String> = [
    "-n", "-r", "-O", "-H", "--cpu", "--pid", "--comm", "--event", "--kallsyms", "--compat",
    "--color", "--tail", "--around", "--context", "--exclude", "--csv",
  ]

  static func explicit(_ arguments: [String]) -> [String] {
    guard arguments.first == "report" else { return arguments }
    var result = ["report"]
    var files = 0
    var excludes = false
    var rest = parted(arguments.dropFirst())[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        result.append(argument)
        return result + rest
      }
      switch argument {
      case "-v":
        excludes = true
      case "-F", "--filter":
        result.append(excludes ? "--exclude" : argument)
        if let value = rest.popFirst() { result.append(value) }
      case "-i", "--input":
        files += 1
        result.append(argument)
        if let value = rest.popFirst() { result.append(value) }
      case "-V", "--verbose":
        result.append("--verbose=info")
      case _ where argument.hasPrefix("-V"):
        result.append("--verbose=\(argument.dropFirst(2))")
      case "--between":
        result.append(argument)
        let ends = rest.prefix(2)
        rest = rest.dropFirst(2)
        if !ends.isEmpty { result.append(ends.joined(separator: " ")) }
      case "--ts-offset", "--ts2secs":
        result.append(argument)
        if let value = rest.popFirst() { result.append("\(value)@\(files)") }
      case _ where withValue.contains(argument):
        result.append(argument)
        if let value = rest.popFirst() { result.append(value) }
      case _ where argument.hasPrefix("--ts-offset=") || argument.hasPrefix("--ts2secs="):
        result.append("\(argument)@\(files)")
      case _ where argument.hasPrefix("-i") && argument.count > 2 || argument.hasPrefix("--input="):
        files += 1
        result.append(argument)
      case _ where argument.hasPrefix("-F") && argument.count > 2:
        result += excludes ? ["--exclude", String(argument.dropFirst(2))] : [argument]
      default:
        result.append(argument)
      }
    }
    return result
  }

  /// Letters without a value, which may stand together: `-tR`.
  private static let flags = "qTIStlRNLwEfPepGv"
  /// Letters that take the rest of a word, or the next one: `-vFsched`.
  private static let letters = "iFnrOHV"

  /// Takes letters that stand together apart.
  private static func parted(_ arguments: ArraySlice<String>) -> [String] {
    var result: [String] = []
    var isVerbatim = false
    for argument in arguments {
      let isBundle = argument.hasPrefix("-") && argument.count > 2 && !argument.hasPrefix("--")
      if !isBundle || isVerbatim || !flags.contains(argument.dropFirst().prefix(1)) {
        // The value of an option is nobody's letters.
        isVerbatim = !isVerbatim && takesNext(argument)
        result.append(argument)
        continue
      }
      var word = argument.dropFirst()
      while let letter = word.first, flags.contains(letter) {
        result.append("-\(letter)")
        word = word.dropFirst()
      }
      if !word.isEmpty {
        result.append("-\(word)")
        isVerbatim = takesNext("-\(word)")
      }
    }
    return result
  }

  private static func takesNext(_ argument: String) -> Bool {
    argument.count == 2 && letters.dropLast().contains(argument.dropFirst())
      || withValue.contains(argument) || ["--filter", "--input"].contains(argument)
  }
}
