// A wireless network's settings, on four lines: those after the first begin at column 65.
extension Handlers {
  static func mac80211Replacement(_ format: EventFormat) -> String? {
    let numbers = [
      "vif_type", "assoc", "aid", "cts", "shortpre", "shortslot", "dtimper", "bcnint", "assoc_cap",
      "basic_rates", "enable_beacon", "ht_operation_mode",
    ]
    guard format.name == "drv_bss_info_changed",
      (["wiphy_name", "vif_name"] + numbers).allSatisfy({ format.field($0) != nil })
    else { return nil }
    // One long sum would take older compilers minutes.
    func fields(_ range: Range<Int>) -> String {
      numbers[range].map { "REC->" + $0 }.joined(separator: ", ")
    }
    let lines = [
      #"%s vif:%s(%d)\n%65sassoc:%d aid:%d cts:%d shortpre:%d shortslot:%d dtimper:%d \n"#,
      #"%65sbcnint:%d assoc_cap:%#x basic_rates:%#x enable_beacon:%d\n%65sht_operation_mode:%d"#,
    ]
    let arguments = [
      "REC->wiphy_name", "__get_str(vif_name)", "REC->vif_type", "\"\"", fields(1..<7), "\"\"",
      fields(7..<11), "\"\"", "REC->ht_operation_mode",
    ]
    return "\"\(lines.joined())\", " + arguments.joined(separator: ", ")
  }
}
