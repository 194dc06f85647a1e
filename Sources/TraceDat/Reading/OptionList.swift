/// A list of options, ended by the one that says where the next list is.
package struct OptionList: Equatable, Sendable {
  /// Where its section (version 7) or the word before it (version 6) begins in the file.
  package var offset: Int
  /// The first of its options among all of the file.
  package var first = 0
  /// How many options it has, without the one that ends it.
  package var count = 0
  /// Where the next list's section is; 0 behind the last, and in version 6.
  package var next = 0
}
