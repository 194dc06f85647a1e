import KernelTypes
import Testing
import TraceTestSupport

@testable import ProbeLanguage

/// Mistakes are told with their place in the user's own text.
@Suite struct ProbeMistakeTests {
  let folder = TemporaryFolder()

  init() { SampleTypes().write(to: folder) }

  func compile(_ text: String) throws(ProbeError) {
    var compiler = ProbeCompiler(
      TypeLibrary(path: folder.path), keepsArguments: false, taken: [],
      isFunction: { $0 == "untold" })
    _ = try compiler.compile(text)
  }

  /// The place is where `^` stands in the second text.
  @Test(arguments: [
    (
      "probe:do_filp_opne(name=$arg2)",
      "      ^", "this kernel has no function 'do_filp_opne'", "nearest: do_filp_open"
    ),
    (
      "probe:do_filp_open(n=pathname->nmae)",
      "                               ^", "struct filename has no member 'nmae'", "nearest: name"
    ),
    (
      "probe:do_filp_open(n=pathnam->name)",
      "                     ^", "do_filp_open has no parameter 'pathnam'", "nearest: pathname"
    ),
    (
      "probe:do_filp_open(n=pathname.name)",
      "                              ^", "struct filename * is a pointer: write ->name", nil
    ),
    (
      "probe:vfs_read(file->f_path->dentry)",
      "                             ^", "struct path is no pointer: write .dentry", nil
    ),
    (
      "probe:vfs_read(count->x)",
      "                      ^", "size_t is no pointer", nil
    ),
    (
      "probe:vfs_read(file->f_path)",
      "                     ^", "struct path is a struct of 16 bytes: choose a member",
      "it has mnt, dentry"
    ),
    (
      "probe:vfs_read(file->f_ids[4])",
      "                           ^", "there are only 4 elements", nil
    ),
    (
      "probe:wake_up_new_task(p->many)",
      "                          ^", "this array has 100 elements",
      "say how many, 64 at most: EXPRESSION:u8[16]; or take one: [0]"
    ),
    (
      "probe:wake_up_new_task(p->table)",
      "                          ^", "choose an element: [0]", nil
    ),
    (
      "probe:wake_up_new_task(p->wide)",
      "                          ^", "__int128 has 16 bytes: too many for a number", nil
    ),
    (
      "probe:wake_up_new_task(p->rate)",
      "                          ^", "a value of type double cannot be recorded", nil
    ),
    (
      "probe:do_filp_open($arg4)",
      "                   ^", "do_filp_open has no argument 4",
      "struct file *do_filp_open(int dfd, struct filename *pathname, const struct open_flags *op)"
    ),
    (
      "probe:do_filp_open($retval)",
      "                   ^", "$retval is there when do_filp_open returns",
      "write probe:do_filp_open%return(…)"
    ),
    (
      "probe:schedule%return($retval)",
      "                      ^", "schedule returns nothing", nil
    ),
    (
      "probe:do_filp_open%return(dfd)",
      "                          ^",
      "this kernel has forgotten the arguments when do_filp_open returns",
      "record both: -e 'probe:do_filp_open' -e 'probe:do_filp_open%return' (Linux 6.9 keeps them)"
    ),
    (
      "probe:mixed(f)",
      "            ^", "'f' is, or comes after, a value that is not passed in one register",
      "bool mixed(kuid_t a, struct pair b, int c, double d, struct large e, int f)"
    ),
    (
      "probe:untold(x)",
      "             ^", "the parameters of untold are not known: 'x' cannot be found",
      "by number it goes: $arg1, or (struct file *)$arg1 with its type"
    ),
    (
      "probe:untold($arg1->f_mode)",
      "                    ^", "the type of what stands before is not known",
      "say it: ((struct file *)+0($arg1))->…"
    ),
    (
      "probe:vfs_read(x=((struct flie *)%di)->f_mode)",
      "                  ^", "this kernel has no type 'struct flie'", "nearest: file"
    ),
    (
      "probe:nomod:vfs_read",
      "      ^", "the module nomod is not loaded, or does not tell its types",
      "load it first: modprobe nomod"
    ),
    (
      "probe:vfs_read(a=file, a=pos)", "                       ^",
      "there are two fields called 'a'", nil
    ),
    ("probe:", "      ^", "the name of a function is missing", nil),
    ("probe:vfs_read(file", "                   ^", "expected , or )", nil),
    (
      "probe:vfs_read(file) x", "                     ^", "nothing was expected here",
      "the form is probe:FUNCTION(name=EXPRESSION:TYPE, …)"
    ),
    (
      "probe:vfs_read(file:)", "                    ^", "a type is missing",
      "for example u32, x64, string or u8[16]"
    ),
    (
      "probe:vfs_read(a=)", "                 ^", "a value is missing",
      "for example $arg1, $retval, $comm, a parameter's name, or (struct file *)$arg1"
    ),
    (
      "probe:vfs_read($x)", "               ^", "there is no $x",
      "there are $arg1 …, $retval, $comm, $stack and $stack0 …"
    ),
    (
      "probe:vfs_read(&file->f_path)", "               ^",
      "an address cannot be computed, only what lies at it can be recorded", nil
    ),
    ("probe:vfs_read(file->f_ids[x])", "                           ^", "expected a number", nil),
    ("probe:vfs_read(file->)", "                     ^", "the name of a member is missing", nil),
    (
      "probe:vfs_read(+8)", "                 ^", "expected ( and what the address is taken from",
      nil
    ),
    ("probe:vfs_read+x", "               ^", "expected how many bytes into the function", nil),
    (
      "probe:größe", "        ^", "nothing was expected here",
      "the form is probe:FUNCTION(name=EXPRESSION:TYPE, …)"
    ),
  ])
  func mistakes(text: String, caret: String, problem: String, hint: String?) {
    let error = #expect(throws: ProbeError.self) { try compile(text) }
    let expected = ProbeError.wrong(
      text: text, offset: caret.utf8.count - 1, problem: problem, hint: hint)
    #expect(error?.message == expected.message)
    #expect(error?.hint == hint)
  }

  @Test func theCaretStandsUnderThePlace() {
    let error = ProbeError.wrong(
      text: "probe:größe x", offset: "probe:größe ".utf8.count, problem: "bad", hint: nil)
    #expect(error.message == "bad\n  probe:größe x\n              ^")
  }

  @Test func anyTextEndsInAnAnswer() {
    let words = [
      "probe:", "vfs_read", "do_filp_open", "(", ")", "(", ")", "file", "->", ".", "f_path",
      "dentry",
      "[", "]", "1", "99999999999999999999", "*", "&", "+", "-", "u8", "$arg1", "$retval", "$", "%",
      "%return", "@", ":", "=", ",", " ", "struct", "const", "char", "0x", "string", "\u{0}", "é",
      "'",
    ]
    var state: UInt64 = 7
    func random(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var compiled = 0
    for round in 0..<3000 {
      var text = round % 2 == 0 ? "probe:vfs_read(" : "probe:do_filp_open(pathname->"
      for _ in 0...random(8) { text += words[random(words.count)] }
      do throws(ProbeError) {
        try compile(text)
        compiled += 1
      } catch {
        if case .wrong(let quoted, let offset, _, _) = error {
          #expect(quoted == text)
          #expect(offset >= 0 && offset <= text.utf8.count)
        }
      }
    }
    #expect(compiled < 3000)
    #expect(throws: ProbeError.self) {
      try compile("probe:vfs_read(" + String(repeating: "(", count: 10_000))
    }
    #expect(throws: ProbeError.self) {
      try compile("probe:vfs_read(" + String(repeating: "*", count: 10_000))
    }
    #expect(throws: ProbeError.self) {
      try compile("probe:vfs_read(file" + String(repeating: "[0]", count: 10_000))
    }
  }
}
