import Synchronization
import TestSupport
import Testing
import Threads

@Suite("Threads that may block")
struct ThreadTests {
    private final class Box<Value: Sendable>: Sendable {
        private let value: Mutex<Value>

        init(_ value: Value) { self.value = Mutex(value) }

        func withLock<R: Sendable>(_ body: (inout Value) -> R) -> R { value.withLock { body(&$0) } }
    }

    @Test func everyClosureRunsAndTheSlotsAreThoseOfTheThreads() async {
        let threads = WorkerThreads(count: 3)
        let slots = Box<[Int: Int]>([:])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1500 {
                        await withCheckedContinuation { continuation in
                            threads.submit {
                                let slot = threads.currentSlot ?? -1
                                slots.withLock { $0[slot, default: 0] += 1 }
                                continuation.resume()
                            }
                        }
                    }
                }
            }
        }
        let counts = slots.withLock { $0 }
        #expect(counts.values.reduce(0, +) == 12_000)
        #expect(counts.keys.allSatisfy { (0..<3).contains($0) })
        #expect(threads.currentSlot == nil)
        await onThread { threads.stop() }
    }

    @Test func stopWaitsForTheQueue() async {
        let threads = WorkerThreads(count: 2)
        let done = Box(0)
        for _ in 0..<500 { threads.submit { done.withLock { $0 += 1 } } }
        await onThread { threads.stop() }
        #expect(done.withLock { $0 } == 500)
    }

    @Test func workAfterTheStopStillRuns() async {
        let threads = WorkerThreads(count: 2)
        await onThread { threads.stop() }
        for _ in 0..<200 {
            let answer = await withTaskGroup(of: Int.self) { group in
                for number in 0..<4 {
                    group.addTask(executorPreference: threads) {
                        await Task.yield()
                        return number
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(answer == 6)
        }
        await onThread { threads.stop() }
    }

    @Test func sleepersNeverMissAWakeUp() async {
        let idle = IdleThreads()
        let tokens = Box(0)
        let taken = Box(0)
        let total = 20_000
        let consumers = (0..<3).map { _ in
            Task {
                await onThread {
                    while true {
                        idle.wait { tokens.withLock { $0 > 0 } || taken.withLock { $0 == total } }
                        let isMine = tokens.withLock { count in
                            guard count > 0 else { return false }
                            count -= 1
                            return true
                        }
                        if isMine,
                            taken.withLock({
                                $0 += 1
                                return $0 == total
                            })
                        {
                            idle.wakeAll()
                        }
                        if taken.withLock({ $0 == total }) { return }
                    }
                }
            }
        }
        await onThread {
            for _ in 0..<total {
                tokens.withLock { $0 += 1 }
                idle.wakeOne()
            }
        }
        for consumer in consumers { await consumer.value }
        #expect(taken.withLock { $0 } == total)
        #expect(idle.count == 0)
    }

    @Test func aMonitorNeverLosesAWakeUp() async {
        let tokens = Monitor((waiting: 0, taken: 0))
        let total = 20_000
        let consumers = (0..<3).map { _ in
            Task {
                await onThread {
                    while tokens.wait(for: { state in
                        if state.taken == total { return false }
                        guard state.waiting > 0 else { return nil }
                        state.waiting -= 1
                        state.taken += 1
                        return true
                    }) {}
                    tokens.broadcast()
                }
            }
        }
        await onThread {
            for _ in 0..<total {
                tokens.withLock { $0.waiting += 1 }
                tokens.broadcast()
            }
        }
        for consumer in consumers { await consumer.value }
        #expect(tokens.withLock { $0.taken } == total)
    }
}
