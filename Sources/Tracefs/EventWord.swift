/// An event in a journal: how it was before, and how the run that noted it wants it.
///
/// `+sys:ev` was off and was switched on, `-sys:ev` was on and was switched off; `=sys:ev` was on
/// and stays on, `~sys:ev` was off and stays off.
struct EventWord: Equatable {
  var event: EventName
  var wasOn: Bool
  var isWanted: Bool

  init(_ event: EventName, wasOn: Bool, isWanted: Bool) {
    self.event = event
    self.wasOn = wasOn
    self.isWanted = isWanted
  }

  init?(_ text: String) {
    guard let sign = text.first, let event = EventName(text.dropFirst()) else { return nil }
    switch sign {
    case "+": self.init(event, wasOn: false, isWanted: true)
    case "-": self.init(event, wasOn: true, isWanted: false)
    case "=": self.init(event, wasOn: true, isWanted: true)
    case "~": self.init(event, wasOn: false, isWanted: false)
    default: return nil
    }
  }

  var text: String {
    let sign =
      switch (wasOn, isWanted) {
      case (false, true): "+"
      case (true, false): "-"
      case (true, true): "="
      case (false, false): "~"
      }
    return sign + event.description
  }
}
