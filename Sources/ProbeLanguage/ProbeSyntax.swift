/// A probe as it was written, taken apart: `probe:FUNC%return(name=EXPR:TYPE, …)`.
struct ProbeSyntax: Equatable {
  /// Of `MODULE:FUNC`.
  var module: String?
  var function: String
  /// Where the function's name stands, in bytes of the text.
  var place: Int
  /// Bytes into the function: `FUNC+0x10`.
  var offset: Int?
  var isReturn: Bool
  /// nil without brackets: whatever the function takes or returns.
  var arguments: [Argument]?

  /// `name=EXPR:TYPE`
  struct Argument: Equatable {
    var name: String?
    var value: Expression
    var type: WrittenType?
    var place: Int
  }

  /// A type of the kernel's probes: `u32`, `string`, `u8[16]`.
  struct WrittenType: Equatable {
    var text: String
    var place: Int
  }

  /// An expression; `place` is where its last part begins.
  struct Expression: Equatable {
    var form: Form
    var place: Int
  }

  indirect enum Form: Equatable {
    /// `$argN`, from 1
    case argument(Int)
    case result
    case comm
    /// `$stack`, `$stackN`
    case stack(Int?)
    /// A parameter's name.
    case parameter(String)
    /// `%di`, and `@symbol`, as the kernel takes them.
    case raw(String)
    /// `x.name`
    case member(Expression, String)
    /// `x->name`
    case arrow(Expression, String)
    case index(Expression, Int)
    /// `*x`
    case dereference(Expression)
    /// `(struct file *)x`: the words of the type, and how many stars.
    case cast([String], stars: Int, Expression)
    /// The kernel's own `+8(x)`, and with `u` where it is a user's memory.
    case fetch(Int, isUser: Bool, Expression)
  }
}
