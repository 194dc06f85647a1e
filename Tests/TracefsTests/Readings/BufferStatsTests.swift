import Testing

@testable import Tracefs

@Suite struct BufferStatsTests {
  private let text = """
    entries: 3830
    overrun: 12
    commit overrun: 3
    bytes: 61280
    oldest event ts:   230.309121
    now ts:   233.988291
    dropped events: 5
    read events: 75

    """

  @Test func readsTheKernelsCounters() {
    let stats = BufferStats(text)
    #expect(stats.entries == 3830)
    #expect(stats.overrun == 12)
    #expect(stats.commitOverrun == 3)
    #expect(stats.dropped == 5)
    #expect(stats.read == 75)
    #expect(stats.lost == 20)
    #expect(stats.bytes == 61280)
    #expect(stats.oldest == 230_309_121_000)
    #expect(stats.now == 233_988_291_000)
  }

  @Test func readsClocksThatDoNotCountTime() {
    #expect(BufferStats("now ts: 7615709442088\n").now == 7_615_709_442_088)
  }

  @Test func countsSinceEarlierAndSurvivesAReset() {
    var earlier = BufferStats()
    earlier.overrun = 2
    earlier.read = 100
    let stats = BufferStats(text).since(earlier)
    #expect(stats.overrun == 10)
    #expect(stats.read == 75)
  }

  @Test(arguments: ["", "entries:\n", "rubbish", "now ts: x.y\n", "read events: -4\n"])
  func rubbishCountsNothing(_ text: String) {
    #expect(BufferStats(text) == BufferStats())
  }
}
