import HistogramQueries
import Testing
import Tracefs

@Suite struct ShellCommandTests {
  private func commands(_ text: String, _ directory: String = "/t") throws -> [String] {
    try planned(text).shellCommands(
      directory: directory, instance: "\(directory)/instances/i", features: nil)
  }

  @Test func theSyntheticEventIsEveryInstances() throws {
    #expect(
      try commands(
        "SELECT w.pid FROM sched_waking AS w JOIN sched_switch AS s ON w.pid = s.next_pid") == [
          "echo 'lat pid_t pid' >> /t/synthetic_events",
          "echo 'hist:keys=pid:lat_pid=pid' >> /t/instances/i/events/sched/sched_waking/trigger",
          "echo 'hist:keys=next_pid:onmatch(sched.sched_waking).trace(lat,$lat_pid)'"
            + " >> /t/instances/i/events/sched/sched_switch/trigger",
        ])
  }

  @Test func quotesAndBackslashesReachTheKernel() throws {
    #expect(
      try commands("SELECT pid FROM sched_waking WHERE comm = 'a\"'", "/my dir") == [
        #"echo 'hist:keys=pid if comm == '\''a"'\''' >> "#
          + "'/my dir/instances/i/events/sched/sched_waking/trigger'"
      ])
    #expect(
      try commands(#"SELECT pid FROM sched_waking WHERE comm = 'a\n'"#) == [
        #"printf '%s\n' 'hist:keys=pid if comm == "a\n"' >> "#
          + "/t/instances/i/events/sched/sched_waking/trigger"
      ])
  }

  @Test func anOldKernelsNameOfTheStack() throws {
    let plan = try planned("SELECT common_stacktrace FROM sched_waking")
    #expect(
      plan.shellCommands(directory: "/t", instance: "/t", features: KernelFeatures([.histograms]))
        == ["echo 'hist:keys=stacktrace' >> /t/events/sched/sched_waking/trigger"])
  }
}
