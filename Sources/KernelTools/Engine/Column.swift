/// A column of a tool's table.
package struct Column: Sendable {
  /// What stands above it.
  package var title: String
  /// What the value is called in JSON and CSV.
  package var name: String
  /// In characters; 0 for as long as it is. Longer values are not cut unless `isCut`.
  package var width: Int
  package var isLeft: Bool
  package var isCut: Bool
  /// Its width with `--wide`, which cuts nothing.
  package var wide: Int

  package init(
    _ title: String, _ name: String, width: Int = 0, isLeft: Bool = true, isCut: Bool = false,
    wide: Int? = nil
  ) {
    // Nobody is called by more than 15 bytes (include/linux/sched.h, TASK_COMM_LEN).
    self.wide = wide ?? (isCut ? max(width, 16) : width)
    self.title = title
    self.name = name
    self.width = width
    self.isLeft = isLeft
    self.isCut = isCut
  }
}

extension Column {
  /// As `--wide` has it.
  package var widened: Column {
    var column = self
    column.width = wide
    column.isCut = false
    return column
  }
}

extension Column {
  /// When it happened, where that is asked for; perf-tools' width.
  static func time(_ options: ToolOptions, _ title: String, width: Int) -> [Column] {
    switch options.times {
    case .none: []
    case .seconds: [Column(title, "time_s", width: width)]
    case .wall: [Column("TIME", "time_s", width: 8)]
    }
  }

  /// When the interval of a table ended, in rows for programs; for people it stands above the table.
  static func timeInRows(_ options: ToolOptions) -> [Column] {
    options.format == .text ? [] : time(options, "", width: 0)
  }

  /// When it happened; since the first row where the options ask for nothing else, as bcc has it.
  static func timeOrElapsed(_ options: ToolOptions, width: Int) -> Column {
    time(options, "TIMEs", width: width).first ?? Column("TIME(s)", "elapsed_s", width: width)
  }

  static func user(_ options: ToolOptions) -> [Column] {
    options.showsUser ? [Column("UID", "uid", width: 6)] : []
  }
}
