/// Names of soft interrupts, which events give as numbers.
package enum SoftInterruptNames {
  private static let names = [
    "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU",
  ]

  /// Source: include/linux/interrupt.h.
  package static func name(_ vector: UInt64) -> String {
    vector < names.count ? names[Int(vector)] : "0x" + String(vector, radix: 16)
  }
}
