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
