import Testing

@testable import Storage

@Suite("Sequences made by clocks")
struct SequenceClockTests {
    private static let now: Int64 = 1_795_334_400_000

    @Test func riseWhateverTheClockDoes() {
        nonisolated(unsafe) var times: [Int64] = [1_800_000_000_000, 1_800_000_000_000, 1_700_000_000_000]
        let clock = SequenceClock { times.count > 1 ? times.removeFirst() : times[0] }
        var last: Int64 = -1
        for _ in 0..<20_000 {
            let next = clock.next(node: 5)
            #expect(next > last)
            last = next
        }
    }

    @Test func differBetweenProcesses() {
        let (one, two) = (SequenceClock { 1_800_000_000_000 }, SequenceClock { 1_800_000_000_000 })
        let first = Set((0..<5000).map { _ in one.next(node: 1) })
        #expect(first.count == 5000)
        #expect(first.isDisjoint(with: (0..<5000).map { _ in two.next(node: 2) }))
    }

    @Test(arguments: [0, 1, 3_600_000, 86_300_000] as [Int64])
    func riseOverThoseOfAProcessThatHadALaterClock(_ ahead: Int64) {
        let before = SequenceClock { Self.now + ahead }.next(node: 1023)
        let clock = SequenceClock { Self.now }
        clock.pass(before)
        #expect(clock.next(node: 0) > before)
    }

    @Test func areNotLedAstrayByAClockThatWasQuiteWrong() {
        let wrong = SequenceClock { Self.now + 4 * 365 * 86_400_000 }.next(node: 1)
        let clock = SequenceClock { Self.now }
        clock.pass(wrong)
        #expect(clock.next(node: 1) < SequenceClock { Self.now + 1000 }.next(node: 1))
    }
}
