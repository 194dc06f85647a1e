import Testing

@testable import Recording

/// What is taken out of a recording that costs too much.
@Suite struct OverheadGuardTests {
  typealias Load = OverheadGuard.Load

  private func load(_ id: UInt16, _ share: Double) -> Load {
    Load(buffer: 0, spot: .event(id: id), share: share)
  }

  @Test func theHottestGoUntilTheRestIsCheapEnough() {
    let loads = [load(1, 0.01), load(2, 0.05), load(3, 0.03), load(4, 0.002)]
    #expect(OverheadGuard.excess(loads, down: 0.02) == [load(2, 0.05), load(3, 0.03)])
    #expect(OverheadGuard.excess(loads, down: 0.1).isEmpty)
    #expect(OverheadGuard.excess(loads, down: 0).count == 4)
  }

  @Test func whatNobodyKnowsStays() {
    let unknown = Load(buffer: 0, spot: nil, share: 0.5)
    #expect(OverheadGuard.excess([unknown, load(1, 0.1)], down: 0.01) == [load(1, 0.1)])
  }

  @Test func theLogSaysWhatWasDone() {
    var budget = OverheadBudget(share: 0.02)
    budget.reaction = .thin
    var log = OverheadLog()
    log.note(0.01)
    log.note(0.05)
    log.add(1_500_000_000, "function vfs_read", 0.041)
    #expect(
      log.text(budget) == """
        budget: 2.00 %, thin
        mean: 3.00 %
        highest: 5.00 %
        thinned: 1.5 s: function vfs_read, 4.10 %

        """)
  }

  @Test func optionsMakeABudget() throws {
    func plan(_ arguments: [String]) throws -> RecordingPlan {
      guard case .plan(let plan) = try RecordArguments.parse(arguments + ["-e", "sched"]) else {
        throw RecordArgumentError.nothingToRecord
      }
      return plan
    }
    let thin = try plan(["--max-overhead", "2%"]).overheadBudget
    #expect(thin == OverheadBudget(share: 0.02))
    let stop = try plan(["--when-over", "stop", "--max-overhead=0.5"]).overheadBudget
    #expect(stop?.reaction == .stop)
    #expect(stop?.share == 0.005)
    #expect(throws: RecordArgumentError.withoutBudget) { try plan(["--when-over", "stop"]) }
    for bad in ["0", "-1", "101", "x", "", "nan", "inf"] {
      #expect(throws: RecordArgumentError.self) { try plan(["--max-overhead", bad]) }
    }
  }

  @Test func pricesAreKeptForOneMachine() {
    var list = PriceList()
    list[.event] = 310.5
    list[.graph] = 120
    let text = list.text(machine: "6.12 some cpu")
    #expect(PriceList(text, machine: "6.12 some cpu") == list)
    #expect(PriceList(text, machine: "6.1 some cpu") == PriceList())
    #expect(
      PriceList("event\tnan\tm\nfunction\t-3\tm\nx\t1\tm\nevent\n", machine: "m") == PriceList())
  }

  @Test func processorsAreToldApart() {
    let x86 =
      "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel name\t: B\n"
    #expect(Machine.processor(x86) == " AMD EPYC")
    let arm =
      "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\n"
      + "CPU part\t: 0xd07\nCPU revision\t: 0\n\nprocessor\t: 1\nCPU part\t: 0xd03\n"
    #expect(Machine.processor(arm) == " 0x41 0x1 0xd07")
    #expect(Machine.processor("") == "")
  }
}
