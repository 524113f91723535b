import Testing

@testable import Engine

@Suite("Waking who sleeps", .timeLimit(.minutes(1)))
struct WakeSignalTests {
    private let signal = WakeSignal()
    private let far = ContinuousClock.now + .seconds(100)

    @Test func isRememberedUntilSomebodySleeps() async {
        signal.ring()
        signal.ring()
        #expect(await signal.wait(until: far))
        #expect(await !signal.wait(until: .now + .milliseconds(20)))
    }

    /// The alarm of each wait is called off when it is over, and goes off then.
    @Test func isNotDoneByTheAlarmOfAnEarlierWait() async {
        for _ in 0..<500 {
            signal.ring()
            #expect(await signal.wait(until: far))
            async let rang = signal.wait(until: far)
            for _ in 0..<5 { await Task.yield() }
            signal.ring()
            #expect(await rang)
        }
    }

    @Test func endsWithTheTask() async {
        let sleeper = Task { await signal.wait(until: far) }
        try? await Task.sleep(for: .milliseconds(20))
        sleeper.cancel()
        #expect(await !sleeper.value)
    }
}
