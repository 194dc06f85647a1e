import Glibc
import Testing

@testable import Recording

@Suite struct RecordArgumentsTests {
  private func plan(_ arguments: String...) throws -> RecordingPlan {
    guard case .plan(let plan) = try RecordArguments.parse(arguments) else {
      throw RecordArgumentError.nothingToRecord
    }
    return plan
  }

  @Test func readsWhatPeopleWriteMost() throws {
    let plan = try plan(
      "-p", "function", "-l", "do_sys_*", "-l", "vfs_read", "-n", "vfs_write", "-P", "12,34",
      "-b", "1000", "-o", "my.dat", "-C", "mono", "-O", "nograph-time", "-T", "-g", "do_idle")
    #expect(plan.command.isEmpty)
    #expect(plan.output == "my.dat")
    let buffer = plan.buffers[0]
    #expect(plan.buffers.count == 1)
    #expect(buffer.tracer == "function")
    #expect(buffer.functions == ["do_sys_*", "vfs_read"])
    #expect(buffer.excludedFunctions == ["vfs_write"])
    #expect(buffer.graphFunctions == ["do_idle"])
    #expect(buffer.pids == [12, 34])
    #expect(buffer.kilobytes == 1000)
    #expect(buffer.clock == "mono")
    #expect(buffer.options == ["nograph-time", "stacktrace"])
  }

  /// An option that is listed and that nothing handles would be taken and do nothing.
  @Test func everyOptionIsKnownToThePlan() {
    for option in RecordOption.all {
      let spelling = option.letter.map { "-\($0)" } ?? "--\(option.long ?? "")"
      do throws(RecordArgumentError) {
        _ = try RecordArguments.parse(
          ["-e", "sched", spelling] + (option.value == nil ? [] : ["1"]) + ["true"])
      } catch {
        if case .unknownOption = error { Issue.record("\(spelling) is unknown") }
      }
    }
  }

  @Test func theCommandKeepsItsOptions() throws {
    let plan = try plan("-e", "sched", "-F", "-c", "ls", "-e", "-o", "x", "--help")
    #expect(plan.command == ["ls", "-e", "-o", "x", "--help"])
    #expect(plan.onlyCommand)
    #expect(plan.followsChildren)
    #expect(plan.output == "trace.dat")
  }

  @Test func twoDashesEndTheOptions() throws {
    #expect(try plan("-e", "sched", "--", "-odd").command == ["-odd"])
  }

  @Test func lettersStandTogetherAndValuesFollowDirectly() throws {
    let plan = try plan("-aiqFc", "-b1000", "-esched", "true")
    #expect(plan.savesAllFormats && plan.ignoresMissingEvents && plan.isQuiet)
    #expect(plan.onlyCommand && plan.followsChildren)
    #expect(plan.buffers[0].kilobytes == 1000)
    #expect(plan.buffers[0].events == [EventRequest("sched")])
  }

  @Test func filtersAndTriggersBelongToTheEventBefore() throws {
    let events = try plan(
      "-e", "sched", "-f", "prio < 9", "-f", "pid > 1", "-R", "stacktrace", "-e", "irq", "-f", "x"
    ).buffers[0].events
    #expect(events.map(\.pattern) == ["sched", "irq"])
    #expect(events[0].combinedFilter == "(prio < 9)&&(pid > 1)")
    #expect(events[0].triggers == ["stacktrace"])
    #expect(events[1].combinedFilter == "x")
    #expect(EventRequest("x").combinedFilter == nil)
  }

  @Test func negationHoldsForLaterEventsOfTheBuffer() throws {
    let plan = try plan("-e", "sched", "-v", "-e", "*stat*", "-R", "x", "-B", "one", "-e", "irq")
    #expect(plan.buffers[0].events.map(\.isExcluded) == [false, true])
    #expect(plan.buffers[0].events[1].triggers == ["x"])
    #expect(plan.buffers[1].events.map(\.isExcluded) == [false])
  }

  @Test func everyBufferHasItsOwn() throws {
    let plan = try plan(
      "-e", "sched", "-B", "one", "-e", "irq", "-b", "500", "-M", "3", "-B", "two", "-p",
      "function", "-B", "one", "-f", "irq > 3")
    #expect(plan.buffers.map(\.name) == [nil, "one", "two"])
    #expect(plan.buffers[0].kilobytes == nil)
    #expect(plan.buffers[1].kilobytes == 500)
    #expect(plan.buffers[1].cpuMask == "3")
    #expect(plan.buffers[1].events[0].filters == ["irq > 3"])
    #expect(plan.buffers[2].tracer == "function")
  }

  @Test func moduleGoesBehindEveryFunctionWhereverItStands() throws {
    #expect(try plan("-p", "function", "--module", "ext4").buffers[0].functions == [":mod:ext4"])
    let buffer = try plan("-p", "function", "--module", "snd", "-l", "*jack*").buffers[0]
    #expect(buffer.functions == ["*jack*:mod:snd"])
    let excluded = try plan("-p", "function", "-n", "*", "--module", "snd").buffers[0]
    #expect(excluded.functions.isEmpty)
    #expect(excluded.excludedFunctions == ["*:mod:snd"])
  }

  @Test func longOptionsTakeAnEqualsSignOrTheNextArgument() throws {
    let plan = try plan(
      "-p", "function_graph", "--max-graph-depth=3", "--subbuf-size", "64", "--compression=zstd",
      "--date", "--no-filter", "--cmdlines-size", "4096", "--ts-offset=-5", "--nosplice", "-r7",
      "-m", "5000", "-k")
    #expect(plan.buffers[0].maximumGraphDepth == 3)
    #expect(plan.buffers[0].subBufferKilobytes == 64)
    #expect(plan.compression == .zstd)
    #expect(plan.savesDate && plan.tracesRecorder && plan.avoidsSplice && plan.keepsSettings)
    #expect(plan.commandLinesSize == 4096)
    #expect(plan.timeOffset == -5)
    #expect(plan.priority == 7)
    #expect(plan.maximumKilobytes == 5000)
  }

  @Test func longOptionsCanBeShortened() throws {
    #expect(try plan("-p", "function_graph", "--max", "1").buffers[0].maximumGraphDepth == 1)
    #expect(throws: RecordArgumentError.ambiguousOption("--no", ["--no-filter", "--nosplice"])) {
      try plan("-p", "nop", "--no")
    }
  }

  @Test(arguments: [["-h"], ["--help"], ["-e", "x", "-h", "-f"], ["-ah"]])
  func helpIsAnOutcome(_ arguments: [String]) throws {
    #expect(try RecordArguments.parse(arguments) == .help)
  }

  @Test func optionsOfTraceCmdThatNeedNothingHereAreTaken() throws {
    #expect(try plan("-e", "x", "-s", "1000", "--temp", "/tmp").buffers[0].events.count == 1)
  }

  @Test(arguments: [
    (["-e", "x", "-Z"], RecordArgumentError.unknownOption("-Z", near: nil)),
    (["-e", "x", "-date"], .unknownOption("-date", near: "--date")),
    (["-e", "x", "--dates"], .unknownOption("--dates", near: "--date")),
    (["-e", "x", "--zzz"], .unknownOption("--zzz", near: nil)),
    (["-e"], .missingValue("-e", name: "EVENT")),
    (["-e", ""], .badValue(option: "-e", value: "\"\"", expected: "text")),
    (["-e", "x", "--date=1"], .unexpectedValue("--date")),
    (["-f", "x"], .withoutEvent("-f")),
    (["-e", "x", "-B", "b", "-f", "y"], .withoutEvent("-f")),
    (["-R", "x"], .withoutEvent("-R")),
    (
      ["-e", "x", "-b", "big"],
      .badValue(option: "-b", value: "big", expected: "kilobytes, from 1 up")
    ),
    (
      ["-e", "x", "-b", "0"], .badValue(option: "-b", value: "0", expected: "kilobytes, from 1 up")
    ),
    (
      ["-e", "x", "-P", "1,"],
      .badValue(option: "-P", value: "1,", expected: "process ids: 12 or 12,34")
    ),
    (
      ["-e", "x", "-M", "xyz"],
      .badValue(option: "-M", value: "xyz", expected: "a hexadecimal mask of CPUs or -1")
    ),
    (
      ["-e", "x", "-r", "100"],
      .badValue(option: "-r", value: "100", expected: "a priority from 1 to 99")
    ),
    (
      ["-e", "x", "--compression", "lzma"],
      .badValue(option: "--compression", value: "lzma", expected: "any, none, zstd or zlib")
    ),
    (
      ["-e", "x", "-B", "a/b"],
      .badValue(option: "-B", value: "a/b", expected: "a name without a slash")
    ),
    (["-e", "x", "-F"], .needsCommand("-F")),
    (["-e", "x", "-c", "ls"], .childrenOfNobody),
    (["-p", "function", "--func-stack"], .functionStackWithoutFunction),
    (
      ["-e", "x", "--file-version", "6", "--compression", "zstd"],
      .compressionNeedsVersionSeven("zstd")
    ),
    (["ls"], .nothingToRecord),
    ([], .nothingToRecord),
    (["-v", "-e", "x"], .nothingToRecord),
    (["-e", "x", "-N", "host:1"], .refusedOption("-N", why: RecordOption.refused["-N"] ?? "")),
  ])
  func everyMistakeHasItsError(_ arguments: [String], _ expected: RecordArgumentError) {
    #expect(throws: expected) { try RecordArguments.parse(arguments) }
    #expect(!expected.message.isEmpty)
  }

  @Test func noOptionIsListedTwice() {
    let letters = RecordOption.all.compactMap(\.letter)
    let longs = RecordOption.all.compactMap(\.long)
    #expect(Set(letters).count == letters.count)
    #expect(Set(longs).count == longs.count)
    #expect(RecordOption.refused.keys.allSatisfy { !letters.map { "-\($0)" }.contains($0) })
  }
}

/// What the commands take that share the options of `record`.
@Suite struct TracingCommandTests {
  private func plan(
    _ command: TracingCommand, _ arguments: String...
  ) throws -> RecordingPlan {
    guard case .plan(let plan) = try RecordArguments.parse(arguments, for: command) else {
      throw RecordArgumentError.nothingToRecord
    }
    return plan
  }

  @Test func setTakesWhatChangesSettings() throws {
    let plan = try plan(.set, "-C", "mono", "-b", "64", "-B", "x", "-e", "irq", "-P", "7")
    #expect(plan.buffers[0].clock == "mono")
    #expect(plan.buffers[1].pids == [7])
    #expect(throws: RecordArgumentError.nothingToSet) { try self.plan(.set) }
    #expect(throws: RecordArgumentError.nothingToRecord) { try self.plan(.start, "-b", "64") }
  }

  @Test func setRemovesInstances() throws {
    let plan = try plan(.set, "-v", "-B", "old", "-B", "new", "-e", "irq")
    #expect(plan.buffers.map(\.isRemoved) == [false, true, false])
    #expect(plan.buffers[2].events.first?.isExcluded == false)
    #expect(throws: RecordArgumentError.removedAndSet("old")) {
      try self.plan(.set, "-v", "-B", "old", "-e", "irq")
    }
    // With record -v is of events only.
    #expect(
      try self.plan(.record, "-e", "sched", "-v", "-B", "new", "-e", "irq").buffers[1].isRemoved
        == false)
  }

  @Test(arguments: [
    (TracingCommand.start, ["-e", "x", "-o", "f"], "-o"), (.start, ["-e", "x", "-m", "5"], "-m"),
    (.start, ["-e", "x", "--duration", "5"], "--duration"), (.start, ["-e", "x", "-s", "5"], "-s"),
    (.set, ["-e", "x", "-k"], "-k"), (.set, ["--fork", "ls"], "--fork"),
    (.set, ["--private", "-e", "x"], "--private"), (.record, ["-e", "x", "--fork"], "--fork"),
    (.stream, ["-e", "x", "-o", "f"], "-o"), (.extract, ["-e", "x"], "-e"),
  ])
  func refusesWhatMakesNoSense(command: TracingCommand, arguments: [String], option: String) throws
  {
    let error = #expect(throws: RecordArgumentError.self) {
      try RecordArguments.parse(arguments, for: command)
    }
    guard case .unsuited(option, command.rawValue, let why) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!why.isEmpty)
  }

  @Test func startKeepsAnyway() throws {
    #expect(try plan(.start, "-k", "-e", "x", "--fork", "ls").forks)
  }

  @Test func limits() throws {
    #expect(RecordLimits.duration("10") == 10_000_000_000)
    #expect(RecordLimits.duration("10s") == 10_000_000_000)
    #expect(RecordLimits.duration("500ms") == 500_000_000)
    #expect(RecordLimits.duration("2m") == 120_000_000_000)
    #expect(RecordLimits.duration("1h") == 3_600_000_000_000)
    for bad in ["", "0", "s", "-1", "1.5", "10x", "99999999999999999999", "9999999999h"] {
      #expect(RecordLimits.duration(bad) == nil)
    }
    #expect(RecordLimits.size("100M") == 100 << 20)
    #expect(RecordLimits.size("7") == 7)
    #expect(RecordLimits.size("2g") == 2 << 30)
    #expect(RecordLimits.size("99999999T") == nil)
    #expect(RecordLimits.size("M") == nil)
    let plan = try plan(.record, "-e", "x", "--duration=2m", "--max-size", "5K", "--private")
    #expect(plan.duration == 120_000_000_000)
    #expect(plan.maximumFileSize == 5120)
    #expect(plan.isPrivate)
  }

  @Test func privateTouchesNothingShared() {
    for option in [["-g", "f"], ["--max-graph-depth", "1"], ["--cmdlines-size", "9"]] {
      #expect(throws: RecordArgumentError.notPrivate(option[0])) {
        try RecordArguments.parse(["--private", "-e", "x"] + option)
      }
    }
  }
}

@Suite struct PageBudgetTests {
  @Test func givesWholePagesUntilNothingIsLeft() throws {
    let flag = try EventFlag()
    let budget = PageBudget(10_000, exhausted: flag.descriptor)
    #expect(budget.take(upTo: 8192, unit: 4096) == 8192)
    budget.giveBack(4096)
    #expect(budget.take(upTo: 65536, unit: 4096) == 4096)
    var state = pollfd(fd: flag.descriptor, events: Int16(POLLIN), revents: 0)
    #expect(poll(&state, 1, 0) == 0)
    #expect(budget.take(upTo: 4096, unit: 4096) == 0)
    #expect(poll(&state, 1, 0) == 1)
  }
}
