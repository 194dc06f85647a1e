/// How the program was called, for journals and recordings.
enum ProgramCall {
  /// The name, the command and its arguments.
  static func line(_ command: String) -> [String] {
    let arguments = CommandLine.arguments.dropFirst()
    let rest = arguments.first == command ? arguments.dropFirst() : []
    return [ProgramName.current, command] + rest
  }
}
