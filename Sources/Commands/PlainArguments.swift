import ByteIO
import Glibc

/// The process's arguments as text.
///
/// Swift puts a replacement character in the place of bytes that are no UTF-8. A name changed like
/// that is the name of another file, which would be read, or even replaced; so it is refused.
enum PlainArguments {
  /// All but the program's own name.
  static func read() throws(UnreadableArgument) -> [String] {
    var arguments: [String] = []
    for (number, argument) in Self.raw.enumerated().dropFirst() {
      guard let text = String(validating: argument, as: UTF8.self) else {
        throw UnreadableArgument(number: number, bytes: argument)
      }
      arguments.append(text)
    }
    return arguments
  }

  private static var raw: [[UInt8]] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      CommandLine.unsafeArgv[index].map { start in
        Array(UnsafeRawBufferPointer(start: start, count: strlen(start)))
      }
    }
  }
}

/// An argument that is no UTF-8.
struct UnreadableArgument: ExplainedError {
  /// Which one, from 1.
  var number: Int
  var bytes: [UInt8]

  var message: String {
    let shown = bytes.map { byte -> String in
      (0x20..<0x7f).contains(byte)
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "argument \(number) is not UTF-8: \(shown.joined())"
  }

  var hint: String? { "a file of such a name can be reached by a link: ln -s FILE plain.dat" }
}
