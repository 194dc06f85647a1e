import EventFormats
import Testing
import TraceTestSupport

@Suite struct KernelFormatTests {
  /// All that the kernel lists, and `blktrace`, which has no format file; of arm64 those that differ.
  @Test(arguments: [("6.1", 1509), ("6.12", 1679), ("6.1-arm64", 311), ("6.12-arm64", 80)])
  func everyEventOfAKernelIsUnderstood(kernel: String, count: Int) throws {
    let catalog = try Fixture.catalog(kernel)
    #expect(catalog.count == count)
    #expect(catalog.problems(all: true) == [])
    #expect(catalog.common == CommonFields())
  }

  /// Of events that x86 has with other fields, or not at all.
  @Test(arguments: ["6.1-arm64", "6.12-arm64"])
  func eventsOfOtherMachinesPrint(kernel: String) throws {
    let catalog = try Fixture.catalog(kernel)
    func text(_ system: String, _ name: String, _ words: [UInt64], _ text: String) throws -> String
    {
      let record =
        ([7 << 32] + words).flatMap { word in
          (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        + Array(text.utf8) + [0]
      return catalog.text(of: record, at: try #require(catalog.index(system: system, name: name)))
    }
    #expect(
      try text("kvm", "kvm_exit", [0x16 << 32 | 2, 0xffff_8000_1234_5678], "")
        == "TRAP: HSR_EC: 0x0016 (HVC64), PC: 0xffff800012345678")
    #expect(try text("kvm", "kvm_entry", [0x1234], "") == "PC: 0x0000000000001234")
    #expect(
      try text("emulation", "instruction_emulation", [7 << 16 | 24, 0xabc0], "setend")
        == #"instr="setend" addr=0xabc0"#)
  }

  @Test func fieldsAreThoseOfTheFile() throws {
    let event = try #require(
      try Fixture.catalog("6.12").event(system: "sched", name: "sched_switch"))
    #expect(
      event.commonFields.map(\.name) == [
        "common_type", "common_flags", "common_preempt_count", "common_pid",
      ])
    #expect(
      event.fields.map(\.name) == [
        "prev_comm", "prev_pid", "prev_prio", "prev_state", "next_comm", "next_pid", "next_prio",
      ])
    let comm = try #require(event.field("prev_comm"))
    #expect(comm.kind == .text && comm.offset == 8 && comm.size == 16)
    let state = try #require(event.field("prev_state"))
    #expect(state.kind == .integer && state.isSigned && state.isLong && state.size == 8)
  }

  @Test func idsAndNamesFindTheirEvents() throws {
    let catalog = try Fixture.catalog("6.12")
    let index = try #require(catalog.index(system: "ftrace", name: "function"))
    #expect(catalog.id(at: index) == 1)
    #expect(catalog.index(id: 1) == index)
    #expect(String(decoding: catalog.name(at: index), as: UTF8.self) == "function")
    #expect(catalog.index(id: 65_535) == nil)
    #expect(catalog.index(id: -1) == nil)
    #expect(catalog.event(system: "sched", name: "no_such_event") == nil)
  }

  /// Records cut anywhere, in either byte order: text or less text, never a crash.
  @Test(arguments: [(8, true), (8, false), (4, true)])
  func anyBytesPrint(longSize: Int, isHost: Bool) throws {
    let order: EventCatalogOrder = isHost ? .same : .other
    let catalog = try Fixture.catalog("6.12", byteOrder: order.byteOrder, longSize: longSize)
    var random = SplitMix64(state: 42)
    var printed = 0
    for index in 0..<catalog.count {
      for round in 0..<6 {
        let length = round == 0 ? 0 : Int.random(in: 0..<200, using: &random)
        let record = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        printed += catalog.text(of: record, at: index).utf8.count
        printed += catalog.text(of: record, at: index, raw: true).utf8.count
      }
    }
    #expect(printed > 0)
  }
}
