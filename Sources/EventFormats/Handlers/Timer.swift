// High-resolution timers: pointers without `(nil)`, functions as `name/0xoffset`.
extension Handlers {
  static func timerReplacement(_ format: EventFormat) -> String? {
    func has(_ names: String...) -> Bool { names.allSatisfy { format.field($0) != nil } }
    switch format.name {
    case "hrtimer_expire_entry" where has("hrtimer", "now", "function"):
      return "\"hrtimer=0x%llx now=%llu function=%s\", "
        + "REC->hrtimer, REC->now, __symbol_slash(REC->function)"
    case "hrtimer_start" where has("hrtimer", "function", "expires", "softexpires"):
      return "\"hrtimer=0x%llx function=%s expires=%llu softexpires=%llu\", "
        + "REC->hrtimer, __symbol_slash(REC->function), REC->expires, REC->softexpires"
    default: return nil
    }
  }
}
