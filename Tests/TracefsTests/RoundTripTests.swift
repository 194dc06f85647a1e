import Testing

@testable import Tracefs

/// What is printed is read back as the value that it was.
@Suite struct RoundTripTests {
  private static let seeds: [UInt64] = Array(1...8)

  @Test(arguments: seeds) func probes(_ seed: UInt64) throws {
    var random = RandomValues(seed: seed)
    for _ in 0..<100 {
      let probe = random.probe()
      try probe.check()
      let text = probe.description
      #expect(try DynamicEvent(text) == .probe(probe), "\(text)")
    }
  }

  @Test(arguments: seeds) func syntheticEvents(_ seed: UInt64) throws {
    var random = RandomValues(seed: seed)
    for _ in 0..<100 {
      let event = random.synthetic()
      #expect(try SyntheticEvent(event.description) == event, "\(event)")
      #expect(try DynamicEvent("s:\(event)") == .synthetic(event), "\(event)")
    }
  }

  @Test(arguments: seeds) func triggers(_ seed: UInt64) throws {
    var random = RandomValues(seed: seed)
    for _ in 0..<100 {
      let filter = Bool.random(using: &random) ? random.filter() : nil
      let trigger = Trigger.action(random.action(forFunctions: false), filter: filter)
      try trigger.check()
      #expect(try Trigger(trigger.description) == trigger, "\(trigger)")
      let command = FunctionCommand(random.name(), random.action(forFunctions: true))
      try command.check()
      #expect(try FunctionCommand(command.description) == command, "\(command)")
    }
  }

  @Test(arguments: seeds) func histograms(_ seed: UInt64) throws {
    var random = RandomValues(seed: seed)
    for _ in 0..<100 {
      let trigger = Trigger.histogram(random.histogram())
      try trigger.check()
      #expect(try Trigger(trigger.description) == trigger, "\(trigger)")
    }
  }

  /// Texts that are cut off or changed anywhere are refused or read, and never trap.
  @Test(arguments: seeds) func damagedTexts(_ seed: UInt64) {
    var random = RandomValues(seed: seed)
    for _ in 0..<40 {
      let texts = [
        "\(random.probe())", "s:\(random.synthetic())", "\(random.histogram())",
        "vfs_read:\(random.action(forFunctions: true))",
      ]
      for text in texts {
        var bytes = Array(text.utf8)
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
        for damaged in [String(decoding: bytes, as: UTF8.self), String(text.prefix(place))] {
          // What is read, whatever it is, prints itself.
          if let event = try? DynamicEvent(damaged) {
            #expect((try? DynamicEvent(event.description)) == event, "\(damaged)")
          }
          if let trigger = try? Trigger(damaged) {
            #expect((try? Trigger(trigger.description)) == trigger, "\(damaged)")
          }
          if let command = try? FunctionCommand(damaged) {
            #expect((try? FunctionCommand(command.description)) == command, "\(damaged)")
          }
        }
      }
    }
  }
}
