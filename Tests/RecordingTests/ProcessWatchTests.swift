import Glibc
import Testing

@testable import Recording

@Suite struct ProcessWatchTests {
  private func plan(_ pids: Int32..., command: [String] = []) -> RecordingPlan {
    var plan = RecordingPlan()
    plan.buffers[0].tracer = "function"
    plan.buffers[0].pids = pids
    plan.command = command
    return plan
  }

  @Test func anEndIsSeenWheneverItComes() throws {
    let command = try GatedCommand(["/bin/true"])
    let watch = try ProcessWatch(plan(command.pid))
    #expect(watch.descriptors.count == 1)
    try command.release()
    var descriptor = pollfd(
      fd: try #require(watch.descriptors.first), events: Int16(POLLIN), revents: 0)
    #expect(poll(&descriptor, 1, 10_000) == 1)
    #expect(watch.remove([0]))
    #expect(watch.descriptors.isEmpty)
    #expect(!watch.remove([]))
    while command.ended() == nil { usleep(10_000) }
  }

  @Test func nobodyIsWatchedWhereOthersAreRecordedToo() throws {
    #expect(try ProcessWatch(plan()).descriptors.isEmpty)
    #expect(try ProcessWatch(plan(getpid(), command: ["ls"])).descriptors.isEmpty)
    var two = plan(getpid())
    two.buffers.append(BufferPlan(name: "one"))
    two.buffers[1].tracer = "function"
    #expect(try ProcessWatch(two).descriptors.isEmpty)
  }

  /// A plan may say whose end it is, though all tasks are recorded.
  @Test func whoIsWatchedNeedNotBeRecordedAlone() throws {
    var plan = plan()
    plan.watched = [getpid()]
    #expect(try ProcessWatch(plan).descriptors.count == 1)
    plan.buffers[0].pids = [getpid()]
    #expect(try ProcessWatch(plan).descriptors.count == 1)
    plan.command = ["ls"]
    #expect(try ProcessWatch(plan).descriptors.isEmpty)
  }

  @Test func aProcessThatIsNotThereIsAnError() throws {
    let error = #expect(throws: RecordingError.self) { try ProcessWatch(plan(4_194_305)) }
    #expect(error?.message == "-P 4194305: no such process")
    var watching = plan()
    watching.watched = [4_194_305]
    #expect(throws: RecordingError.self) { try ProcessWatch(watching) }
  }
}
