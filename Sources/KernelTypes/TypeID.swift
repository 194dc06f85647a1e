/// A type's number in BTF: from 1, those of a module after those of its kernel.
package struct TypeID: Hashable, Comparable, Sendable {
  package var rawValue: UInt32

  package init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// `void`, which is not described anywhere.
  package static let void = TypeID(0)

  package static func < (left: TypeID, right: TypeID) -> Bool { left.rawValue < right.rawValue }
}
