package import ArgumentParser
import ByteIO
import TraceDat

/// `kscope convert`: a recording in another version of the format, packed in another way.
package struct ConvertCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a recording in another version of the format, or packed in another way.",
    discussion: """
      Events, formats, symbols, names and options stay what they are. Version 7 can be packed; \
      version 6 is what trace-cmd before 3.0 reads. The new file gets its name only when it is \
      whole. What of the recording is damaged is said on standard error and left out, and the exit \
      status is then 1.

      EXAMPLES
        kscope convert -o small.dat                             ./trace.dat, packed with zstd
        kscope convert -i a.dat -o old.dat --file-version 6     for an older trace-cmd
        kscope convert -i a.dat --compression none plain.dat    unpacked
      """)

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("input")],
    help: ArgumentHelp("Read this recording (trace.dat).", valueName: "file"))
  var input: String?

  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp("Write this one; may stand without -o, too.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("6 or 7.", valueName: "version"))
  var fileVersion = 7

  @Option(
    help: ArgumentHelp(
      "How pages and texts are packed: any, none, zstd or zlib. Version 6: none.",
      valueName: "name"))
  var compression: String?

  @Argument(
    help: ArgumentHelp(
      "The file to write, as with -o; no recording that is there already.", valueName: "file"))
  var file: String?

  package init() {}

  package func validate() throws {
    guard (output == nil) != (file == nil) else {
      throw ValidationError("name the one file to write: kscope convert -o new.dat")
    }
    guard fileVersion == 6 || fileVersion == 7 else {
      throw ValidationError("there is no version \(fileVersion); --file-version takes 6 or 7")
    }
  }

  package func run() throws {
    let path = output ?? file ?? ""
    // A file that stands alone is what other commands read.
    if output == nil, let file, (try? TraceFile(path: file)) != nil {
      throw ValidationError(
        "\(file) is a recording"
          + (input == nil ? ": convert it with -i \(file), or" : " already;")
          + " write over it with -o \(file)")
    }
    let input = input ?? "trace.dat"
    let choice = try Compression(named: compression ?? (fileVersion == 6 ? "none" : "any"))
    guard !FileIdentity.isSame(input, path) else {
      throw ValidationError("\(path) is the recording itself; name another file to write")
    }
    var rewriter = FileRewriter(try TraceFile(path: input))
    try rewriter.write(to: path, version: fileVersion, compression: choice)
    if Failure.report(rewriter.problems) { throw ExitCode(1) }
  }
}
